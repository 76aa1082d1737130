import CLuaSandbox
import Foundation
import Testing

/// Native code inside a confined worker cannot do what a script that escaped from Lua might try. Builds a worker that has such code in it.
@Suite("Worker sandbox")
struct ConfinementTests {
    static let forbidden = [
        "open", "create", "socket", "unix_socket", "fork", "clone", "thread", "execute", "kill_parent", "kill_group", "trace", "read_memory",
        "executable_memory", "make_executable", "map_descriptor", "write_error", "read_input", "duplicate", "send_descriptor", "raise_limit",
        "own_pid",
        "other_clock", "sleep", "handler", "io_uring", "bpf", "mount",
    ]

    private static let target = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-lua-probe-\(getpid())").path
    /// The path of the worker that was built for these tests; built once.
    private static let worker = Task {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources")
        let script = """
            cd '\(sources.path)' && ${CC:-cc} -std=gnu11 -O1 -D_GNU_SOURCE -DFLS_PROBE -ICLuaSandbox -ICLuaSandbox/include -Ifairlead-lua \
            $(pkg-config --cflags lua5.4) $(find CLuaSandbox fairlead-lua -name '*.c') -o '\(target)' $(pkg-config --libs lua5.4 libseccomp)
            """
        _ = try await Command.run("/bin/sh", ["-c", script])
        atexit { unlink(ConfinementTests.target) }
        return target
    }

    @Test("A forbidden operation in native code kills the worker with SIGSYS", arguments: forbidden)
    func endsTheWorker(_ attempt: String) async throws {
        #expect(try await probe(attempt) == .ended(signal: SIGSYS))
    }

    @Test("Permitted native code runs, and memory above the limit is only refused", arguments: ["allowed", "much_memory"])
    func doesNotEndTheWorker(_ attempt: String) async throws {
        #expect(try await probe(attempt) == .answered("1 0"))
    }

    enum Answer: Equatable {
        case answered(String)
        case ended(signal: Int32)
    }

    private func probe(_ attempt: String) async throws -> Answer {
        var pid: Int32 = 0
        var descriptor: Int32 = -1
        try #require(fls_worker_spawn(try await Self.worker.value, 1 << 30, &pid, &descriptor) == 0)
        let hello = try #require(frame(descriptor))
        #expect(hello.type == FLS_FRAME_HELLO)
        #expect(hello.payload.first == UInt8(FLS_CONFINED_ALL))
        let name = Array(attempt.utf8)
        let bytes = [UInt8(name.count), 0, 0, 0, 200, 1, 0, 0, 0] + name
        #expect(fls_send(descriptor, bytes, bytes.count, 1000))
        let answer = frame(descriptor)
        close(descriptor)
        let status = fls_worker_reap(pid)
        if let answer { return .answered(String(decoding: answer.payload, as: UTF8.self)) }
        return .ended(signal: -status)
    }

    /// The next frame; nil where the worker ended instead.
    private func frame(_ descriptor: Int32) -> (type: Int, payload: [UInt8])? {
        guard let header = read(descriptor, 9), let payload = read(descriptor, Int(header[0])) else { return nil }
        return (Int(header[4]), payload)
    }

    private func read(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: count)
        while bytes.count < count {
            guard fls_wait(descriptor, -1, 10_000) != 0 else { return nil }
            let got = fls_receive(descriptor, &chunk, count - bytes.count)
            guard got != 0 else { return nil }
            if got > 0 { bytes += chunk[..<got] }
        }
        return bytes
    }
}
