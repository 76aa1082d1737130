import Screening
import Synchronization
import Testing

@testable import Stores

/// Senders that deliver without pause, and again what was not answered, while the database behind a store is made to fail.
struct AcceptanceTrial {
    /// What was answered so far.
    private final class Answers: Sendable {
        struct State {
            var events: [String: String] = [:]
            var orders: [String: String] = [:]
            var isOver = false
        }

        let state = Mutex(State())

        var isOver: Bool { state.withLock { $0.isOver } }
        var count: Int { state.withLock { $0.events.count } }

        /// Waits for so many more.
        func wait(for more: Int) async throws {
            let before = count
            for _ in 0..<3000 where count < before + more { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    /// How many answers come before each failure, and after the last one.
    var between = 150
    var failures = 2

    /// Runs it, and expects that of what was answered everything is there, once.
    func run(on store: PostgresStore, _ fail: @escaping @Sendable (_ number: Int) async throws -> Void) async throws {
        let answers = Answers()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    for number in 0..<20_000 {
                        if answers.isOver { return }
                        let name = "\(sender)_\(number)"
                        try await Self.deliver(name, to: store, answers)
                    }
                }
            }
            group.addTask {
                for number in 0..<failures {
                    try await answers.wait(for: between)
                    try await fail(number)
                }
                try await answers.wait(for: between)
                answers.state.withLock { $0.isOver = true }
            }
            try await group.waitForAll()
        }
        let (answered, placed) = answers.state.withLock { ($0.events, $0.orders) }
        for (key, id) in answered {
            #expect(try await store.event(id) != nil, "\(id) is lost")
            let again = try await store.accept(sampleEvent("evt_again_\(key)"), dedupe: DedupeKey(key))
            #expect(again.duplicate && again.event == id)
        }
        for (external, id) in placed { #expect(try await store.order(connection: "acme", externalID: external)?.id == id) }
        #expect(Set(placed.values).count == placed.count && !placed.isEmpty)
    }

    /// Delivers an event and places an order, again and again until both were answered, as an ATS does.
    private static func deliver(_ name: String, to store: PostgresStore, _ answers: Answers) async throws {
        for attempt in 0..<2000 {
            do {
                let accepted = try await store.accept(sampleEvent("evt_\(name)_\(attempt)"), dedupe: DedupeKey(name))
                let order = try await store.place(sampleOrder("ord_\(name)_\(attempt)", name)).order
                answers.state.withLock { state in
                    state.events[name] = accepted.event
                    state.orders[name] = order.id
                }
                return
            } catch StoreError.unavailable, StoreError.unknown {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        Issue.record("\(name) was never answered")
    }
}
