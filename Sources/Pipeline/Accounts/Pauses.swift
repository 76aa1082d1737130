public import Screening
import Synchronization

/// Which accounts and connections are paused, as the store has it: remembered for a moment, so that not every call asks.
final class Pauses: Sendable {
    /// How long it is taken for true that something is not paused: for so long another replica may go on after a pause.
    static let goesOn = Duration.seconds(2)
    /// How long it is taken for true that something is paused: for so long another replica may wait after that is over.
    static let waits = Duration.milliseconds(250)
    /// How long work that waits for a person to resume something is put off. Resuming makes what was put off so due at once, in its order.
    static let look = Duration.seconds(50)

    private let store: any OperatingStates
    private let clock: any WallClock
    private let known = Mutex<[OperatingState.Subject: (pause: OperatingState.Pause?, readAt: Timestamp)]>([:])

    init(store: any OperatingStates, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Why a subject is paused; nil where it is not.
    func pause(of subject: OperatingState.Subject) async throws -> OperatingState.Pause? {
        let now = clock.now()
        if let (pause, readAt) = known.withLock({ $0[subject] }), readAt <= now, now < readAt + (pause == nil ? Self.goesOn : Self.waits) {
            return pause
        }
        return try await present(of: subject)
    }

    /// The same, as it stands in the store now.
    func present(of subject: OperatingState.Subject) async throws -> OperatingState.Pause? {
        let now = clock.now()
        let pause = try await store.state(of: subject).pause
        known.withLock { $0[subject] = (pause, now) }
        return pause
    }

    /// What was last known where the store cannot say.
    func lastKnown(of subject: OperatingState.Subject) -> OperatingState.Pause? { known.withLock { $0[subject]?.pause } }

    /// Has it hold in this process from now on.
    func note(_ pause: OperatingState.Pause?, of subject: OperatingState.Subject) { known.withLock { $0[subject] = (pause, clock.now()) } }
}

extension OperatingState.Pause {
    /// Whether somebody paused it, so that only somebody ends it.
    public var isByHand: Bool { credentials == nil }
}

/// Sends nothing of an account that somebody has paused, whatever call it belongs to: what began before the pause ends with it.
struct BrakedTransport: Transport {
    let transport: any Transport
    let pauses: Pauses
    let account: String

    func send(_ request: WireRequest) async throws -> WireResponse {
        let subject = OperatingState.Subject.account(account)
        let pause: OperatingState.Pause?
        do { pause = try await pauses.pause(of: subject) } catch { pause = pauses.lastKnown(of: subject) }
        if let pause, pause.isByHand { throw TransportError(.cannotConnect, "the account \(account) is paused; nothing was sent") }
        return try await transport.send(request)
    }
}
