import Foundation
import Metrics
import MetricsTestKit
import Testing

@testable import LuaRuntime

@Suite("Pool metrics")
struct PoolMetricsTests {
    private let metrics = TestMetrics()

    /// A pool of one worker that reports to `metrics`.
    private func withPool(_ configuration: LuaPool.Configuration = .init(count: 1), _ body: (LuaPool) async throws -> Void) async throws {
        let pool = withMetricsFactory(metrics) { LuaPool(configuration) }
        do { try await body(pool) } catch {
            await pool.shutdown()
            throw error
        }
        await pool.shutdown()
    }

    private func kills(_ reason: PoolMetrics.Loss) -> Int64 {
        metrics.counterTotal(label: "fairlead_worker_kills_total", dimensions: [("reason", reason.rawValue)])
    }

    private var allKills: Int64 { PoolMetrics.Loss.allCases.reduce(0) { $0 + kills($1) } }

    private func runs(_ result: PoolMetrics.Result) throws -> Int {
        try metrics.expectTimer("fairlead_lua_run_duration_seconds", [("result", result.rawValue)]).values.count
    }

    @Test("A run is timed by how it ended") func results() async throws {
        try await withPool { pool in
            _ = try await Fixture.run("return 1", in: pool)
            _ = try await Fixture.run("return function() return call('echo', 1) end", in: pool)
            _ = try await Fixture.run("return function() error('no') end", in: pool)
            await #expect(throws: CancellationError.self) {
                try await pool.run(Fixture.bundle("return function() return call('x', 1) end"), request: Array("{}".utf8), tenant: "acme") { _ in
                    throw CancellationError()
                }
            }
        }
        await #expect(throws: PoolError.self) {
            let pool = withMetricsFactory(metrics) { LuaPool(LuaPool.Configuration(workerPath: "/does/not/exist")) }
            _ = try await Fixture.run("return 1", in: pool)
        }
        #expect(try runs(.finished) == 2)
        #expect(try runs(.failed) == 1)
        #expect(try runs(.dropped) == 1)
        #expect(try runs(.unavailable) == 1)
        #expect(try runs(.interrupted) == 0)
    }

    @Test("Each run tells once how long it waited for a worker") func waits() async throws {
        try await withPool { pool in
            for _ in 0..<3 { _ = try await Fixture.run("return function() return call('echo', 1) end", in: pool) }
        }
        let waits = try metrics.expectTimer("fairlead_lua_run_wait_seconds").values
        #expect(waits.count == 3)
        #expect(waits[0] > 0)  // there was no worker yet
    }

    @Test("A run is under way from its start to its end") func active() async throws {
        try await withPool { pool in
            let meter = try metrics.expectMeter("fairlead_lua_runs_active")
            _ = try await pool.run(Fixture.bundle("return function() return call('x', 1) end"), request: Array("{}".utf8), tenant: "acme") { _ in
                #expect(meter.lastValue == 1)
                return Array(#"{"value":1}"#.utf8)
            }
            #expect(meter.lastValue == 0)
        }
    }

    @Test("A worker that a script costs is counted by the reason, and so is its replacement") func workers() async throws {
        try await withPool { pool in
            _ = try await Fixture.run("return 1", in: pool)
            #expect(allKills == 0)
            let end = try await Fixture.run(IsolationTests.backtrack, in: pool)
            #expect(end.error?.code == .cpuLimit)
            #expect(kills(.limit) == 1)
            _ = try await Fixture.run("return 1", in: pool)
            kill(try #require(pool.workers.first), SIGKILL)
            while try await Fixture.run("return 1", in: pool).isInterrupted {}
            #expect(kills(.killed) == 1)
        }
        #expect(allKills == 2)  // the one that the pool ended itself is none
        #expect(metrics.counterTotal(label: "fairlead_worker_starts_total") == 3)
    }

    @Test("A worker that is killed is counted by what it did", arguments: [("unknown", PoolMetrics.Loss.compromised), ("silent", .deadline)])
    func killed(_ lie: String, _ reason: PoolMetrics.Loss) async throws {
        try await withPool(.init(count: 1, workerPath: try await LiarTests.worker.value)) { pool in
            let limits = Limits(sliceCPU: .milliseconds(20))
            _ = try await Fixture.run("return 1", request: "\"\(lie)\"", in: pool, limits: limits)
        }
        #expect(kills(reason) == 1)
        #expect(allKills == 1)
    }

    @Test("No label is a lane, a script or anything that it says") func labels() async throws {
        try await withPool { pool in
            _ = try await Fixture.run("return function() error('oh') end", in: pool, tenant: "a customer")
        }
        let dimensions = metrics.timers.flatMap(\.dimensions) + metrics.counters.flatMap(\.dimensions) + metrics.meters.flatMap(\.dimensions)
        let known = PoolMetrics.Result.allCases.map(\.rawValue) + PoolMetrics.Loss.allCases.map(\.rawValue)
        #expect(dimensions.allSatisfy { ["result", "reason"].contains($0.0) && known.contains($0.1) })
    }
}
