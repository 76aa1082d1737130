import Foundation
import Logging
import Screening
import ScreeningTesting
import Stores
import Testing

@testable import Pipeline

@Suite("What is kept of the past to be drawn")
struct HistoryTests {
    private let clock = ManualClock()

    private func environment(_ replica: String = "rep_1") -> Environment {
        Environment(
            registry: Registry(connections: [], accounts: []),
            clock: clock,
            random: SeededRandom(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            replica: replica
        )
    }

    private func withStore(_ body: (any Store) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-history-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try await StoreURL.open("sqlite:store.db", relativeTo: folder.path, clock: clock, random: SeededRandom())
        try await body(store)
        await store.close()
    }

    private func order(_ state: OrderState) -> Order {
        var order = Order(
            id: "ord_1",
            connection: "acme",
            account: "zinc-uk",
            provider: "zinc",
            externalID: "a",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test"),
            metadata: [:],
            callbackToken: Secret("token"),
            createdAt: clock.now(),
            updatedAt: clock.now()
        )
        order.status.state = state
        order.record.stateSince = clock.now()
        return order
    }

    private func run(_ hook: String, _ state: Run.State) -> Run {
        Run(
            id: "run_1",
            connection: "acme",
            plugin: "webhook",
            pluginVersion: "1.0.0",
            script: "s",
            hook: hook,
            event: nil,
            order: "ord_1",
            input: .event(parameters: [:]),
            state: state,
            createdAt: clock.now(),
            endedAt: clock.now()
        )
    }

    @Test("Told is an update that went through; failed is what was given up or needs a person, once for each time")
    func counted() {
        let environment = environment()
        var later = order(.uncertain)
        later.updatedAt = clock.now() + .seconds(60)
        environment.log([
            .run(run("on_update", .done)), .run(run("on_event", .done)), .run(run("on_update", .dead)), .run(run("on_event", .parked)),
            .run(run("on_update", .waiting)), .order(order(.uncertain)), .order(order(.completed)), .order(later),
        ])
        let counts = Dictionary(environment.history.take().map { ($0.figure, $0.amount) }) { $1 }
        #expect(counts == [.told: 1, .failed: 3])
        #expect(environment.history.take().isEmpty)
    }

    @Test("What a run gave up is counted once, with its run; an event that led to none by itself")
    func countedOnce() {
        let environment = environment()
        environment.log([.run(run("on_event", .dead)), .event(id: "evt_1", state: .dead, problem: nil)])
        environment.log([.event(id: "evt_2", state: .dead, problem: nil)])
        let counts = environment.history.take()
        #expect(counts.allSatisfy { $0.figure == .failed && $0.amount == 1 } && Set(counts.map(\.connection)) == ["acme", ""])
    }

    @Test("What could not be written is written later")
    func writtenLater() async throws {
        try await withStore { (store) async throws in
            let environment = environment()
            environment.history.count(.told, on: "acme", at: clock.now(), 2)
            await HistoryUpkeep(environment: environment, store: FaultyStore(store) { throw StoreError.unavailable("as invented") }, version: "1")
                .write()
            environment.history.count(.told, on: "acme", at: clock.now())
            await HistoryUpkeep(environment: environment, store: store, version: "1").write()
            let found = try await store.history(since: clock.now())
            #expect(found == [HistoryCount(.told, slot: HistoryCount.hour(of: clock.now()), connection: "acme", amount: 3)])
        }
    }

    @Test("A start is a mark, with another version an upgrade, and a reload is one, too")
    func marks() async throws {
        try await withStore { (store) async throws in
            for version in ["1.0", "1.0", "1.1"] {
                await HistoryUpkeep(environment: environment(), store: store, version: version).noteStart()
                clock.advance(by: .seconds(10))
            }
            await HistoryUpkeep(environment: environment(), store: store, version: "1.1").noteReload()
            #expect(try await store.marks(since: Timestamp(milliseconds: 0)).map(\.kind) == [.started, .started, .upgraded, .reloaded])
        }
    }

    @Test("How orders stand is kept of each day, as it was last")
    func days() async throws {
        try await withStore { (store) async throws in
            let upkeep = HistoryUpkeep(environment: environment(), store: store, version: "1")
            await upkeep.keepOrders()
            var order = order(.accepted)
            order.record.stateSince = nil
            _ = try await store.place(order)
            await upkeep.keepOrders()
            let day = HistoryCount.day(of: clock.now())
            #expect(try await store.history(since: clock.now()) == [HistoryCount(.orders(.accepted), slot: day, connection: "acme", amount: 1)])
        }
    }
}
