import Foundation
import LuaRuntime
import Synchronization
import Testing

/// A worker that a script has taken over says what it likes. The host must neither fall, nor wait for ever, nor keep all that it is told.
@Suite("Compromised workers", .serialized)
struct LiarTests {
    private static let target = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-liar-\(getpid())").path
    /// The path of the worker that lies; built once.
    static let worker = Task {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let headers = tests.deletingLastPathComponent().appendingPathComponent("Sources/CLuaSandbox/include").path
        let script = "${CC:-cc} -std=gnu11 -O1 -I '\(headers)' '\(tests.path)/Attacks/native/liar.c' -o '\(target)'"
        _ = try await Command.run("/bin/sh", ["-c", script])
        atexit { unlink(LiarTests.target) }
        return target
    }

    private func withPool(_ body: (LuaPool) async throws -> Void) async throws {
        let pool = LuaPool(LuaPool.Configuration(count: 1, workerPath: try await Self.worker.value))
        do { try await body(pool) } catch {
            await pool.shutdown()
            throw error
        }
        await pool.shutdown()
    }

    private func run(_ lie: String, in pool: LuaPool, tenant: String = "acme", note: @escaping @Sendable (HostCall) -> Void = { _ in }) async throws
        -> RunEnd
    {
        let limits = Limits(sliceCPU: .milliseconds(20), notes: 10)
        return try await pool.run(
            Fixture.bundle("return 1"),
            request: Array("\"\(lie)\"".utf8),
            limits: limits,
            tenant: tenant,
            note: note,
            call: Fixture.echo
        )
    }

    @Test(
        "An invalid message from a worker fails only the run that was executing",
        arguments: ["large", "twice", "unknown", "hello", "error", "boast", "word"]
    )
    func failsTheRunWhoseSliceItWas(_ lie: String) async throws {
        try await withPool { pool async throws in
            // Both ways of doing a slice: by the worker's own thread, and by the caller.
            for _ in 0..<2 {
                #expect(try await run(lie, in: pool).error?.code == .workerCrashed)
                #expect(try await run("truth", in: pool).text == "\"told\"")
            }
        }
    }

    @Test("A worker that does not finish its answer in time is killed", arguments: ["silent", "drip", "compiled"])
    func endsWhatDoesNotEnd(_ lie: String) async throws {
        try await withPool { pool async throws in
            #expect(try await run("truth", in: pool).text == "\"told\"")  // what needs no compiling may take less time
            #expect(try await run(lie, in: pool).error?.code == .workerKilled)
            #expect(try await run("truth", in: pool).text == "\"told\"")
        }
    }

    @Test("A worker that sends too many notes is stopped at the run's limit")
    func keepsNoMoreNotesThanTheRunMayLeave() async throws {
        try await withPool { pool async throws in
            for _ in 0..<2 {
                let counter = IsolationTests.Counter()
                let end = try await run("notes", in: pool) { _ in counter.add() }
                #expect(end.error?.code == .workerCrashed)
                #expect(counter.count == 11)
                #expect(try await run("truth", in: pool).text == "\"told\"")
            }
        }
    }

    /// Numbers that are added up elsewhere.
    @Test("A worker that reports absurd memory use fails its run for good, without an overflow")
    func survivesARunThatHoldsEverything() async throws {
        try await withPool { pool async throws in
            let gate = IsolationTests.Gate()
            let waiting = Task {
                try await pool.run(Fixture.bundle("return 1"), request: Array("\"waits\"".utf8), tenant: "acme") { _ in
                    await gate.wait()
                    return []
                }
            }
            for await _ in gate.reached { break }
            for _ in 0..<2 { #expect(try await run("holds", in: pool).error?.code == .memoryLimit) }
            gate.open()
            #expect(try await waiting.value.text == "\"told\"")
        }
    }

    @Test("Calls with truncated fields are read without a crash")
    func readsCallsThatAreCutOff() async throws {
        try await withPool { pool async throws in
            #expect(try await run("operation", in: pool).text == "\"told\"")
            #expect(try await run("short", in: pool).text == "\"told\"")
        }
    }

    /// Nobody can tell which of two runs broke out: the one that is known to be a customer's is run again.
    @Test("A run is interrupted, to be run again, when its worker answers for another run")
    func runsAgainWhereTheWorkerSpeaksOfAnother() async throws {
        try await withPool { pool async throws in
            #expect(try await run("other", in: pool).isInterrupted)
            #expect(try await run("truth", in: pool).text == "\"told\"")
        }
    }
}
