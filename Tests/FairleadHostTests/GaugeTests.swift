import Foundation
import LuaRuntime
import Logging
import Pipeline
import Plugins
import Screening
import ScreeningTesting
import Synchronization
import Telemetry
import Testing

@testable import FairleadHost

@Suite("Gauges that are kept")
struct GaugeTests {
    /// A source that says what it is told to.
    private final class Source: GaugeSource {
        let readingsNow = Mutex<[GaugeReading]?>([])

        func say(_ readings: [GaugeReading]?) { readingsNow.withLock { $0 = readings } }

        func readings() async throws -> [GaugeReading] {
            guard let readings = readingsNow.withLock({ $0 }) else { throw StoreError.unavailable("away") }
            return readings
        }
    }

    private func refresh(_ store: Source, _ registry: MetricsRegistry, others: [any GaugeSource] = []) -> GaugeRefresh {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return GaugeRefresh(store: store, others: others, board: GaugeBoard(registry), clock: SystemClock(), logger: logger)
    }

    private func orders(_ connection: String, _ count: Double) -> GaugeReading {
        GaugeReading("fairlead_orders", [("connection", connection), ("state", "accepted")], count)
    }

    @Test("While the store is away its figures are the last known, and that is said")
    func away() async {
        let (store, registry) = (Source(), MetricsRegistry())
        let refresh = refresh(store, registry)
        store.say([orders("acme", 3)])
        await refresh.refresh()
        #expect(PrometheusText.text(of: registry).contains("fairlead_store_up 1\n"))
        store.say(nil)
        await refresh.refresh()
        let text = PrometheusText.text(of: registry)
        #expect(text.contains("fairlead_store_up 0\n") && text.contains("fairlead_orders{connection=\"acme\",state=\"accepted\"} 3\n"))
        store.say([orders("acme", 4)])
        await refresh.refresh()
        let back = PrometheusText.text(of: registry)
        #expect(back.contains("fairlead_store_up 1\n") && back.contains("fairlead_orders{connection=\"acme\",state=\"accepted\"} 4\n"))
    }

    @Test("While the store is away the host still says that it is not ready, and all else that it knows by itself")
    func hostWithoutStore() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-gauges-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = Settings(store: .sqlite(path: folder.path + "/store.db"), pluginPaths: [])
        let store = try await settings.store.open(keys: [], clock: SystemClock(), random: SystemRandom())
        let isAway = Mutex(false)
        let context = PipelineContext(
            store: FaultyStore(store) { if isAway.withLock({ $0 }) { throw StoreError.unavailable("away") } },
            registry: Registry(connections: [], accounts: []),
            hookRunner: HookRunner(pool: LuaPool(LuaPool.Configuration(count: 1))),
            transport: ScriptedTransport(),
            clock: SystemClock(),
            random: SystemRandom(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            publicURL: nil
        )
        let contents = ConfigurationLoader.Contents(connections: [], accounts: [], plugins: [], providers: [], leftOut: [])
        let live = LiveSettings(settings, contents, at: SystemClock().now())
        let gauges = HostGauges(context: context, live: live, missingKeys: MissingKeys(store: context.store)) {
            await Readiness(of: context, patience: .seconds(60))
        }
        func values(_ name: String) async throws -> [Double] { try await gauges.readings().filter { $0.name == name }.map(\.value) }
        #expect(try await values("fairlead_ready") == [1])
        #expect(try await values("fairlead_keys_missing") == [0])
        isAway.withLock { $0 = true }
        #expect(try await values("fairlead_ready") == [0])
        #expect(try await values("fairlead_keys_missing") == [0], "as it was last")
        #expect(try await values("fairlead_disk_free_bytes").count == 1)
        await store.close()
    }

    @Test("What a source names no more is shown no more, and a source that fails changes nothing of the others")
    func dropped() async {
        let (store, other, registry) = (Source(), Source(), MetricsRegistry())
        let refresh = refresh(store, registry, others: [other, ClosureGauges { [GaugeReading("fairlead_issues_open", [("kind", "silent")], 1)] }])
        store.say([orders("acme", 3), orders("gone", 1)])
        other.say([GaugeReading("fairlead_ready", [], 1)])
        await refresh.refresh()
        #expect(PrometheusText.text(of: registry).contains("connection=\"gone\""))
        store.say([orders("acme", 3)])
        other.say(nil)
        await refresh.refresh()
        let text = PrometheusText.text(of: registry)
        #expect(!text.contains("connection=\"gone\"") && text.contains("connection=\"acme\""))
        #expect(text.contains("fairlead_ready 1\n") && text.contains("fairlead_issues_open{kind=\"silent\"} 1\n"))
    }
}
