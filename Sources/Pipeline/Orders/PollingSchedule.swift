import Screening
import Synchronization

/// When an order is read next. What changed of late is asked about often, what has been silent for days ever less often; a small budget goes to what
/// somebody asked for or is looking at, then to new orders, then to whatever has waited longest past its time.
enum PollingSchedule {
    /// Lower goes first among what is due. Of one urgency the longest overdue goes first, so that nothing waits for ever.
    enum Urgency: Int {
        /// A person asked for it.
        case asked = 0
        /// A person is looking at it.
        case shown = 3
        /// It has not been read yet.
        case new = 4
        case usual = 5
    }

    /// The longest time between two reads, unless the account's own interval is longer.
    private static let longest = Duration.seconds(86_400)

    /// How long until the order is read again; nil where it is not polled. A completed order without an outcome is asked about for another week: the
    /// provider may still say it; one that was cancelled and goes on there, until it ends there as well.
    static func interval(of order: Order, _ environment: Environment) -> Duration? {
        guard order.providerRef != nil, let account = environment.registry.account(order.account), account.capabilities.report,
            let interval = account.account.polling?.interval
        else { return nil }
        let silence = environment.clock.now() - order.updatedAt
        if order.state.isOpen { return max(interval, min(interval * factor(order.state, silence), longest)) }
        if order.status.problem?.code == Problem.standsAtProvider { return max(interval, .seconds(3600)) }
        guard order.state == .completed, order.outcome == nil, silence < .seconds(7 * 86_400) else { return nil }
        return max(interval, .seconds(3600))
    }

    /// While the provider itself works on it, the next report is near for longer than while it waits for a person.
    private static func factor(_ state: OrderState, _ silence: Duration) -> Int {
        let days = silence.wholeMilliseconds / 86_400_000
        let slow = days < 1 ? 1 : days < 4 ? 2 : days < 14 ? 4 : 8
        return state.waitingOn == .provider ? max(slow / 2, 1) : slow
    }
}

/// Orders that somebody is looking at are read soon: each at most once a minute, and of an account no more than a third of what it may be asked.
final class ViewTriggeredRefresh: Sendable {
    private struct Minute {
        var began: Timestamp
        var orders: Set<String> = []
    }
    private let minutes = Mutex<[String: Minute]>([:])

    /// Whether a view of an order is to have it read.
    func admits(_ order: String, of account: String, perMinute: Int?, at now: Timestamp) -> Bool {
        minutes.withLock { minutes in
            var minute = minutes[account] ?? Minute(began: now)
            if now < minute.began || minute.began + .seconds(60) <= now { minute = Minute(began: now) }
            defer { minutes[account] = minute }
            guard minute.orders.count < max((perMinute ?? 60) / 3, 1) else { return false }
            return minute.orders.insert(order).inserted
        }
    }
}
