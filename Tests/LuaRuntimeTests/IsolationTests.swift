import Foundation
import LuaRuntime
import Synchronization
import Testing

/// What happens to the runs of one worker when it ends.
@Suite("Isolation of runs")
struct IsolationTests {
    static let backtrack = "return function() call('begin') return ('a'):rep(1e5):find('.-.-.-.-b') end"

    final class Counter: Sendable {
        private let number = Atomic(0)

        var count: Int { number.load(ordering: .relaxed) }

        func add() {
            number.add(1, ordering: .relaxed)
        }
    }

    /// A host call that tells when it was made and waits to be let go.
    final class Gate: Sendable {
        let reached: AsyncStream<Void>
        private let signal: AsyncStream<Void>.Continuation
        private let opened: AsyncStream<Void>
        private let opening: AsyncStream<Void>.Continuation

        init() {
            (reached, signal) = AsyncStream.makeStream()
            (opened, opening) = AsyncStream.makeStream()
        }

        func wait() async {
            signal.yield()
            for await _ in opened { break }
        }

        func open() {
            opening.yield()
        }
    }

    private func waiting(_ gate: Gate, in pool: LuaPool) -> Task<RunEnd, any Error> {
        Task {
            try await pool.run(Fixture.bundle("return function() return call('wait', 1) end"), request: Array("{}".utf8), tenant: "waiting") { call in
                await gate.wait()
                return try await Fixture.echo(call)
            }
        }
    }

    @Test("When one run exceeds its limit, other runs of the worker are interrupted and not failed")
    func onlyTheRunAtFaultFails() async throws {
        try await LuaPool.with { pool async throws in
            let gate = Gate()
            let other = waiting(gate, in: pool)
            for await _ in gate.reached { break }
            let end = try await Fixture.run(Self.backtrack, in: pool, tenant: "hostile")
            #expect(end.error?.code == .cpuLimit)
            #expect(end.error?.script == "acme/main.lua")
            #expect(end.error?.line == 1)
            gate.open()
            #expect(try await other.value.isInterrupted)
            #expect(try await Fixture.run("return function() return 1 end", in: pool).text == "1")
        }
    }

    @Test("When a worker is killed from outside, its runs are interrupted and the worker is replaced")
    func aWorkerKilledFromOutsideBlamesNobody() async throws {
        try await LuaPool.with { pool async throws in
            let gate = Gate()
            let run = waiting(gate, in: pool)
            for await _ in gate.reached { break }
            let pid = try #require(pool.workers.first)
            kill(pid, SIGKILL)
            gate.open()
            #expect(try await run.value.isInterrupted)
            #expect(try await Fixture.run("return function() return 1 end", in: pool).text == "1")
            #expect(pool.workers.first != pid)
        }
    }

    @Test("A crash of the worker fails the run that was executing")
    func aCrashFailsTheRun() async throws {
        try await LuaPool.with { pool async throws in
            let limits = Limits(sliceCPU: .seconds(30))
            let run = Task { try await Fixture.run("return function() call('x') while true do end end", in: pool, limits: limits) }
            while pool.workers.isEmpty { await Task.yield() }
            let pid = try #require(pool.workers.first)
            while (cpuTicks(pid) ?? 0) < 20 { try await Task.sleep(for: .milliseconds(5)) }
            kill(pid, SIGABRT)
            #expect(try await run.value.error?.code == .workerCrashed)
        }
    }

    /// A stopped worker uses no CPU and answers nothing: only the clock on the wall ends it.
    @Test("A worker that does not answer is killed and replaced")
    func aWorkerThatDoesNotAnswerIsKilled() async throws {
        try await LuaPool.with { pool async throws in
            #expect(try await Fixture.run("return function() return 1 end", in: pool).text == "1")
            kill(try #require(pool.workers.first), SIGSTOP)
            let end = try await Fixture.run("return function() return 1 end", in: pool, limits: Limits(sliceCPU: .milliseconds(10)))
            #expect(end.error?.code == .workerKilled || end.isInterrupted)
            #expect(try await Fixture.run("return function() return 1 end", in: pool).text == "1")
        }
    }

    @Test("Endless scripts of one tenant do not starve another tenant")
    func endlessScriptsOfOneTenantDoNotStarveAnother() async throws {
        try await LuaPool.with { pool async throws in
            let hostile = (0..<30).map { _ in Task { try await Fixture.run("return function() while true do end end", in: pool, tenant: "hostile") } }
            while pool.workers.isEmpty { await Task.yield() }
            let ended = Counter()
            let watch = hostile.map { task in
                Task {
                    _ = try await task.value
                    ended.add()
                }
            }
            for _ in 0..<10 { #expect(try await Fixture.run("return function() return 1 end", in: pool, tenant: "good").text == "1") }
            #expect(ended.count < 15)
            for task in hostile { task.cancel() }
            for task in watch { _ = await task.result }
        }
    }

    @Test("A run that exceeds its tenant's memory limit together with others is interrupted, and has room afterwards")
    func aTenantThatHoldsTooMuchFails() async throws {
        try await twoRunsHold(
            "return function() local keep = ('x'):rep(30000000) call('wait') return #keep end",
            {
                $0.tenantMemory = 40 << 20
            }
        )
    }

    /// What a script has freed stays with its run until the end, so it counts.
    @Test("Memory that a run has freed still counts towards its tenant's limit")
    func aTenantThatHoldsTooMuchOfWhatItHasFreedFails() async throws {
        let source = """
            return function()
                local many = {}
                for i = 1, 250000 do many[i] = { i } end
                many = nil
                for i = 1, 300 do local garbage = ('x'):rep(100000) .. i end
                call('wait')
                return 30000000
            end
            """
        try await twoRunsHold(source) { $0.tenantMemory = 24 << 20 }
    }

    /// Many tenants must not fill the worker either: each may then hold its part.
    @Test("Tenants that together would fill the worker each get a share of its memory")
    func tenantsThatTogetherHoldTooMuchHaveAPartEach() async throws {
        try await twoRunsHold(
            "return function() local keep = ('x'):rep(32000000) call('wait') return #keep - 2000000 end",
            tenants: ["acme", "other"],
            {
                $0.addressSpace = 120 << 20
            }
        )
    }

    /// The first run waits, the second would hold too much, and a small one is served.
    private func twoRunsHold(
        _ source: String,
        tenants: [String] = ["acme", "acme"],
        _ configure: (inout LuaPool.Configuration) -> Void,
    ) async throws {
        var configuration = LuaPool.Configuration(count: 1)
        configure(&configuration)
        let pool = LuaPool(configuration)
        let gates = (0..<2).map { _ in Gate() }
        let first = Task {
            try await pool.run(Fixture.bundle(source), request: Array("{}".utf8), tenant: tenants[0]) { call in
                await gates[0].wait()
                return try await Fixture.echo(call)
            }
        }
        for await _ in gates[0].reached { break }
        let second = try await Fixture.run(source, in: pool, tenant: tenants[1])
        if case .interrupted = second {} else { Issue.record("it ended with \(second)") }
        #expect(try await Fixture.run("return function() return call('small', 1) end", in: pool, tenant: "small").text == "1")
        gates[0].open()
        #expect(try await first.value.text == "30000000")
        #expect(try await Fixture.run(source, in: pool, tenant: tenants[1]).text == "30000000")
        await pool.shutdown()
    }

    /// Runs begin as copies of a prepared state. However a run ended that had one before, the next begins with the same.
    @Test("Every run starts from the same Lua state, however the previous run ended")
    func nothingOfARunIsInTheStateOfTheNext() async throws {
        let look = """
            return function()
                local seen, names = {}, {}
                local function walk(value, path, depth)
                    names[#names + 1] = path .. '=' .. type(value) .. (type(value) == 'table' and tostring(getmetatable(value)) or '')
                    if type(value) ~= 'table' or seen[value] or depth > 3 then return end
                    seen[value] = true
                    for key, field in pairs(value) do walk(field, path .. '.' .. tostring(key), depth + 1) end
                end
                walk(_ENV, '', 0)
                walk(getmetatable(''), 'string', 0)
                return crypto.hex(crypto.sha256(table.concat(names, ' '))) .. #names
            end
            """
        let prepared = try String(contentsOf: AttackTests.folder.appendingPathComponent("state_prepared.lua"), encoding: .utf8)
        let ends = [
            prepared, "left = 1 error({ left = 1 })", "left = 1 call('wait') return left", "left = ('x'):rep(1e6) .. 'y' return 1",
            "local t = {} for i = 1, 30000 do t[i] = { i } end left = t return 1", "left = 1 while true do end", "finish('left')",
            "local t = setmetatable({}, { __index = function(t) return t.left end }) return t.left",
        ]
        for isolation in HostCallTests.isolations {
            try await LuaPool.with(isolation) { pool async throws in
                let first = try await Fixture.run(look, in: pool).text
                #expect(first != nil)
                for end in ends {
                    _ = try await Fixture.run("return function() \(end) end", in: pool, limits: Limits(sliceCPU: .milliseconds(50)))
                    #expect(try await Fixture.run(look, in: pool, tenant: "other").text == first, "after: \(end)")
                }
            }
        }
    }

    private func cpuTicks(_ pid: Int32) -> Int? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[end...].split(separator: " ")
        return fields.count > 13 ? Int(fields[12]) : nil
    }
}
