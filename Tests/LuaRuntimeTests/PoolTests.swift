import Foundation
import LuaRuntime
import Testing

/// The pool's own life: starting, replacing and ending workers, and leaving nothing behind.
@Suite("Worker pool", .serialized)
struct PoolTests {
    @Test("A missing worker executable is reported with its path")
    func namesAWorkerThatIsMissing() async throws {
        let pool = LuaPool(LuaPool.Configuration(count: 1, workerPath: "/nonexistent/fairlead-lua"))
        await #expect(throws: PoolError.workerUnavailable("/nonexistent/fairlead-lua: No such file or directory")) {
            _ = try await Fixture.run("return 1", in: pool)
        }
        await pool.shutdown()
    }

    @Test("An executable that is not a worker is refused")
    func refusesAWorkerThatIsNone() async throws {
        let pool = LuaPool(LuaPool.Configuration(count: 1, workerPath: "/bin/true"))
        await #expect(throws: PoolError.workerUnavailable("/bin/true ended before it answered")) { _ = try await Fixture.run("return 1", in: pool) }
        await pool.shutdown()
    }

    @Test("A run after shutdown throws, and shutting down twice is harmless")
    func throwsAfterShutdown() async throws {
        for isolation in HostCallTests.isolations {
            let pool = Fixture.pool(isolation)
            #expect(try await Fixture.run("return 1", in: pool).text == "1")
            await pool.shutdown()
            await pool.shutdown()
            await #expect(throws: PoolError.stopped) { _ = try await Fixture.run("return 1", in: pool) }
        }
    }

    @Test("A worker is replaced after its number of runs")
    func recyclesAWorker() async throws {
        var configuration = LuaPool.Configuration(count: 1)
        configuration.runsPerWorker = 5
        let pool = LuaPool(configuration)
        var seen: Set<Int32> = []
        for _ in 0..<12 {
            #expect(try await Fixture.run("return 1", in: pool).text == "1")
            seen.formUnion(pool.workers)
        }
        #expect(seen.count == 3)
        await pool.shutdown()
    }

    @Test("A worker runs more bundles than it caches, and runs the earliest again")
    func forgetsOldBundles() async throws {
        try await LuaPool.with { pool async throws in
            for round in 0..<2 {
                for number in 0..<100 { #expect(try await Fixture.run("return \(number)", in: pool).text == "\(number)", "round \(round)") }
            }
            #expect(pool.workers.count == 1)
        }
    }

    @Test("Hundreds of runs can wait for host calls at once on two workers")
    func manyRunsWaitAtOnce() async throws {
        try await LuaPool.with(count: 2) { pool async throws in
            try await withThrowingTaskGroup { group in
                for number in 0..<300 {
                    group.addTask {
                        let source = "return function(n) for i = 1, 3 do n = call('add', n + 1) end return n end"
                        let end = try await pool.run(Fixture.bundle(source), request: Array("\(number)".utf8), tenant: "tenant \(number % 7)") {
                            call in
                            await Task.yield()
                            return try await Fixture.echo(call)
                        }
                        return end.text == "\(number + 3)"
                    }
                }
                for try await good in group { #expect(good) }
            }
            #expect(pool.workers.count <= 2)
        }
    }

    @Test("A worker that holds as many runs as it may is given no more, and another does the next")
    func workersHoldABoundedNumberOfRuns() async throws {
        var configuration = LuaPool.Configuration(count: 2)
        configuration.concurrentRunsPerWorker = 1
        let pool = LuaPool(configuration)
        #expect(try await Fixture.run("return 1", in: pool).text == "1")
        #expect(pool.workers.count == 1)
        // The run waits for the host meanwhile.
        let outer = try await pool.run(Fixture.bundle("return function() return call('x') end"), request: Array("{}".utf8), tenant: "acme") { _ in
            let inner = try await Fixture.run("return 2", in: pool, tenant: "other")
            #expect(pool.workers.count == 2)
            return Array("{\"value\":\(inner.text ?? "0")}".utf8)
        }
        #expect(outer.text == "2")
        await pool.shutdown()
    }

    @Test("Runs that are given up while they wait disturb none that the same worker does")
    func givenUpRunsDisturbNobody() async throws {
        struct GivenUp: Error {}
        try await LuaPool.with(count: 2) { pool async throws in
            try await withThrowingTaskGroup { group in
                for number in 0..<400 {
                    group.addTask {
                        let bundle = Fixture.bundle("return function(n) for i = 1, 3 do n = call('add', n + 1) end return n end")
                        let end = try? await pool.run(bundle, request: Array("\(number)".utf8), tenant: "tenant \(number % 5)") { call in
                            await Task.yield()
                            if number.isMultiple(of: 2) { throw GivenUp() }
                            return try await Fixture.echo(call)
                        }
                        return number.isMultiple(of: 2) ? end == nil : end?.text == "\(number + 3)"
                    }
                }
                for try await good in group { #expect(good) }
            }
        }
    }
}
