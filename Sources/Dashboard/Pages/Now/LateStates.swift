import Pipeline
import Screening
import Web

/// How many orders stand in a state, unchanged, for longer than nine of ten completed orders of their account were in it. Where too few are known that were, for
/// longer than nine of ten were with whom they wait for.
struct LateStates: Sendable {
    private struct Late: Sendable {
        let state: OrderState
        let account: String
        /// After how long, as the address says it: `36h`, `9d`.
        let age: String
        /// How many, by connection.
        let counts: [String: Int]
    }

    /// Of how many accounts a state names those that are late.
    private static let named = 3

    private let late: [Late]

    /// So many pairs of a state and an account are looked at: those with the most orders.
    private static let most = 60

    /// Counts in the store.
    /// - Parameter placed: how many orders of which account are in which state.
    init(_ store: any OrderStore & Turnarounds, _ placed: [Counts.Placed: Int], at now: Timestamp) async throws {
        struct Place: Hashable {
            let state: OrderState
            let account: String
        }
        var counts: [Place: Int] = [:]
        for (placed, count) in placed where count > 0 {
            guard let state = OrderState(rawValue: placed.state), state.isOpen, state.isReported else { continue }
            counts[Place(state: state, account: placed.account), default: 0] += count
        }
        var histories: [String: TurnaroundHistory] = [:]
        var late: [Late] = []
        let places = counts.sorted { one, other in
            if one.value != other.value { return one.value > other.value }
            return (one.key.account, one.key.state.rawValue) < (other.key.account, other.key.state.rawValue)
        }
        for (place, _) in places.prefix(Self.most) {
            if histories[place.account] == nil { histories[place.account] = try await store.turnarounds(of: place.account) }
            let party = place.state.waitingOn.flatMap { Turnaround.Span(rawValue: $0.rawValue) }
            let usual =
                histories[place.account]?.histogram(.state(place.state), of: "") ?? party.flatMap { histories[place.account]?.histogram($0, of: "") }
            guard let most = usual?.quantile(0.9) else { continue }
            let hours = (most.wholeMilliseconds + 3_599_999) / 3_600_000
            let (number, unit) = hours > 48 ? ((hours + 23) / 24, "d") : (hours, "h")
            let since = now + .seconds(-number * (unit == "d" ? 86_400 : 3600))
            let unchanged = try await store.unchanged(in: place.state, of: place.account, since: since)
            if !unchanged.isEmpty { late.append(Late(state: place.state, account: place.account, age: "\(number)\(unit)", counts: unchanged)) }
        }
        self.late = late
    }

    /// What is said beside a state: how many by account, the most first, each with the way to them. Empty where none is late.
    func rows(_ state: OrderState, for principal: Principal) -> [Model] {
        var own: [(late: Late, count: Int)] = []
        for late in late where late.state == state {
            var count = 0
            for (connection, some) in late.counts where principal.sees(connection: connection) { count += some }
            if count > 0 { own.append((late, count)) }
        }
        own.sort { one, other in
            if one.count != other.count { return one.count > other.count }
            return one.late.account < other.late.account
        }
        let isAlone = own.count == 1
        return own.prefix(Self.named).map { late, count -> Model in
            let query = [(name: "state", value: state.rawValue), (name: "account", value: late.account), (name: "unchanged", value: late.age)]
            let age = late.age == "1h" ? "an hour" : late.age.replacing("d", with: " days").replacing("h", with: " hours")
            return [
                "late_href": "/orders?" + FormEncoding.text(query), "late_count": Format.number(count),
                "late_where": isAlone ? "" : " at \(late.account)", "late_age": age,
            ]
        }
    }
}
