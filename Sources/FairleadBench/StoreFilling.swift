import Foundation
import Screening
import Stores
import Synchronization

/// Fills an empty store with orders as a host of some size has them after four months: most are done, a few thousand are under way, some need a person. Each
/// has its event, its runs, its timeline, its look-ups and who had to act when.
struct StoreFilling {
    let store: any Store
    private let clock: SetClock
    private let random = SystemRandom()

    static let connections = (1...12).map { "ats-\($0)" }
    static let accounts = ["zinc", "workerchecks"]
    private static let days = 120
    private static let first = [
        "Ana", "Ben", "Chloé", "Dara", "Emre", "Fatima", "Goran", "Hana", "Ivo", "Jane", "Kofi", "Lena", "Mateo", "Nia", "Omar", "Priya",
    ]
    private static let last = [
        "Roe", "Poe", "Doe", "Loe", "Noe", "Müller", "O'Neill", "Nowak", "Silva", "Okafor", "Haddad", "Ito", "Larsen", "Costa",
    ]

    static func run(_ url: String, orders: Int, keys: [Secret]) async throws {
        let clock = SetClock()
        let folder = FileManager.default.currentDirectoryPath
        let store = try await StoreURL.open(url, relativeTo: folder, keys: keys, clock: clock, random: SystemRandom())
        try await StoreFilling(store: store, clock: clock).fill(orders)
        await store.close()
    }

    /// Oldest first, a slice of one moment after the other: identifiers begin with their time.
    private func fill(_ count: Int) async throws {
        let end = SystemClock().now()
        let slice = 500
        for start in stride(from: 0, to: count, by: slice) {
            let numbers = start..<min(start + slice, count)
            clock.set(end + .seconds(-Int64(Self.days * 86_400) + Int64(Self.days * 86_400) * Int64(start) / Int64(count)))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<64 {
                    group.addTask {
                        for number in stride(from: numbers.lowerBound + lane, to: numbers.upperBound, by: 64) { try await add(number, until: end) }
                    }
                }
                try await group.waitForAll()
            }
            if start % 10_000 == 0 { FileHandle.standardError.write(Data("  \(start) orders\n".utf8)) }
        }
    }

    private func add(_ number: Int, until end: Timestamp) async throws {
        let now = clock.now()
        let connection = Self.connections[number % 7 == 0 ? number / 7 % Self.connections.count : number % 3]
        let account = Self.accounts[number % 5 == 0 ? 1 : 0]
        let event = Event(
            id: IdentifierKind.event.make(at: now, from: random),
            kind: .ats,
            connection: connection,
            request: ReceivedRequest(
                method: "POST",
                path: "/hmac",
                headers: ["content-type": "application/json"],
                body: Array("{\"external_id\":\"application-\(number)\",\"notes\":\"\(String(repeating: "x", count: 300))\"}".utf8)
            ),
            receivedAt: now
        )
        _ = try await store.accept(event, dedupe: "delivery-\(number)")
        var order = order(number, connection, account, now)
        var effects: [Effect] = [.unqueue(.event(event.id)), .event(id: event.id, state: .done, problem: nil)]
        effects.append(.run(run("on_event", connection, event: event.id, order: nil, at: now)))
        _ = try await store.place(order)
        effects.append(.unqueue(.submit(order: order.id)))
        var at = now
        for (state, hours) in life(number) {
            let next = at + .seconds(Int64(hours * 3600))
            guard next < end else { break }
            let before = order
            at = next
            order.status.state = state
            order.status.outcome = state == .completed ? (number % 9 == 0 ? .consider : .clear) : order.outcome
            if state == .requested { (order.record.sentAt, order.providerRef) = (at, "ref-\(number)") }
            if state == .failed { order.status.problem = Problem(code: "gave_up", message: "given up", at: at) }
            if state == .refused { order.status.problem = Problem(code: "refused", message: "not accepted", at: at) }
            order.noteState(from: before, at: at)
            order.time.pass(to: order.holder, at: at)
            order.updatedAt = at
            effects.append(
                .timeline(TimelineEntry(order: order.id, at: at, kind: "report", text: state.rawValue, details: ["state": .string(state.rawValue)]))
            )
            if let turnaround = Turnaround(from: before, to: order, at: at) { effects.append(.took(turnaround)) }
            guard state != .submitting else { continue }
            let isTold = number % 2000 != 7 || state != .completed
            effects.append(.run(run("on_update", connection, event: nil, order: order.id, at: at, isTold ? .done : .dead)))
        }
        guard order.updatedAt > now else { return try await store.perform(effects) }
        order.version += 1
        try await store.perform([.order(order)] + effects)
    }

    /// How an order goes on, with the hours until each step. Those of the last days are cut off where they stand today.
    private func life(_ number: Int) -> [(OrderState, Double)] {
        let slow = Double(number % 13 + 1)
        let sent: [(OrderState, Double)] = [(.submitting, 0.001), (.requested, 0.002)]
        switch number % 100 {
        case 0: return [(.submitting, 0.001), (.refused, 0.002)]
        case 1: return sent + [(.awaitingCandidate, 0.5), (.cancelled, 40)]
        case 2 where number % 1000 == 2: return [(.submitting, 0.001), (.uncertain, 0.05)]
        case 3 where number % 1000 == 3: return sent + [(.inProgress, 20), (.failed, 90)]
        case 4...20:
            return sent + [
                (.awaitingCandidate, 0.2), (.inProgress, 6 * slow), (.awaitingCandidate, 8), (.inProgress, 10), (.readyForReview, 9), (.completed, 5),
            ]
        case 21...24: return sent + [(.awaitingCandidate, 1), (.attentionNeeded, 20 * slow), (.inProgress, 30), (.completed, 40), (.reviewed, 20)]
        default: return sent + [(.awaitingCandidate, 0.3), (.inProgress, 5 * slow), (.completed, 4 * slow)]
        }
    }

    private func order(_ number: Int, _ connection: String, _ account: String, _ now: Timestamp) -> Order {
        let (first, last) = (Self.first[number % Self.first.count], Self.last[number / 7 % Self.last.count])
        return Order(
            id: IdentifierKind.order.make(at: now, from: random),
            connection: connection,
            account: account,
            provider: account,
            externalID: "application-\(number)",
            package: "pkg_\(number % 4 + 1)",
            candidate: Candidate(
                firstName: first,
                lastName: "\(last) \(Self.last[number / 101 % Self.last.count])",
                email: "person\(number)@example.test",
                phone: "+441632\(960_000 + number % 1000)"
            ),
            metadata: ["job": "Analyst"],
            callbackToken: Secret(random.token()),
            createdAt: now,
            updatedAt: now
        )
    }

    private func run(_ hook: String, _ connection: String, event: String?, order: String?, at: Timestamp, _ state: Run.State = .done) -> Run {
        var run = Run(
            id: IdentifierKind.run.make(at: at, from: random),
            connection: connection,
            plugin: "webhook",
            pluginVersion: "1.0.0",
            script: "bench",
            hook: hook,
            event: event,
            order: order,
            input: event == nil ? .update(Personal(["state": "completed"])) : .event(parameters: [:]),
            state: state,
            attempt: 1,
            createdAt: at,
            endedAt: at + .milliseconds(40)
        )
        if state == .dead { run.fail(RunFailure("http_status", "the ATS answered 500"), attempt: 8, at: at) }
        return run
    }
}

/// A clock that stands where it was set.
private final class SetClock: WallClock {
    private let time = Mutex(Timestamp(milliseconds: 0))

    func set(_ time: Timestamp) { self.time.withLock { $0 = time } }
    func now() -> Timestamp { time.withLock { $0 } }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
