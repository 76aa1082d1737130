import CLuaSandbox
import Foundation

/// One worker process that is alive, and the frames to and from it. What they mean stands in `fls_wire.h`.
struct WorkerProcess {
    struct Frame {
        var type: UInt8
        var id: UInt32
        var payload: [UInt8]
    }

    /// What came while waiting.
    enum Arrival {
        case frame(Frame)
        case closed
        case nothing
    }

    let pid: Int32
    private let descriptor: Int32
    private var input: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: 64 << 10)

    /// Starts a worker and waits for its first frame.
    init(_ configuration: LuaPool.Configuration) throws(PoolError) {
        var pid: Int32 = 0
        var descriptor: Int32 = -1
        let failure = fls_worker_spawn(configuration.workerPath, configuration.addressSpace, &pid, &descriptor)
        guard failure == 0 else { throw .workerUnavailable("\(configuration.workerPath): \(String(cString: strerror(failure)))") }
        self.pid = pid
        self.descriptor = descriptor
        do {
            try greet(configuration)
        } catch {
            kill()
            throw error
        }
    }

    private mutating func greet(_ configuration: LuaPool.Configuration) throws(PoolError) {
        guard case .frame(let hello) = receive(milliseconds: 10_000), hello.type == FLS_FRAME_HELLO else {
            throw .workerUnavailable("\(configuration.workerPath) does not answer")
        }
        guard hello.id == FLS_WIRE_VERSION else {
            throw .workerUnavailable("\(configuration.workerPath) is of another version")
        }
        let missing = UInt32(FLS_CONFINED_ALL) & ~hello.payload.integer(UInt32.self, at: 0)
        guard missing == 0 || configuration.confinement == .bestEffort else {
            throw .unconfined(Self.names(of: missing))
        }
    }

    private static func names(of bits: UInt32) -> String {
        let all = [
            (FLS_CONFINED_DESCRIPTORS, "closed descriptors"), (FLS_CONFINED_NO_NEW_PRIVILEGES, "no new privileges"),
            (FLS_CONFINED_RESOURCES, "resource limits"), (FLS_CONFINED_NOT_DUMPABLE, "not dumpable"),
            (FLS_CONFINED_DIES_WITH_PARENT, "death with its parent"), (FLS_CONFINED_SYSTEM_CALLS, "seccomp"),
        ]
        return "missing: " + all.filter { bits & UInt32($0.0) != 0 }.map(\.1).joined(separator: ", ")
    }

    /// CPU time it has used, in nanoseconds.
    var cpu: UInt64 {
        fls_worker_cpu_ns(pid)
    }

    /// Sends frames that were put together with ``append(_:type:id:payload:)``. Returns false where the worker is gone or does not read.
    func send(_ frames: [UInt8]) -> Bool {
        fls_send(descriptor, frames, frames.count, 5000)
    }

    static func append(_ bytes: inout [UInt8], type: Int, id: UInt32, payload: [[UInt8]]) {
        bytes.append(integer: UInt32(payload.reduce(0) { $0 + $1.count }))
        bytes.append(UInt8(type))
        bytes.append(integer: id)
        for part in payload { bytes.append(contentsOf: part) }
    }

    /// Waits for the next frame.
    mutating func receive(milliseconds: Int) -> Arrival {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            if let frame = takeFrame() { return .frame(frame) }
            let got = fls_receive(descriptor, &chunk, chunk.count)
            if got == 0 { return .closed }
            if got > 0 {
                input.append(contentsOf: chunk[..<got])
                continue
            }
            let left = (deadline - ContinuousClock.now).milliseconds
            if left <= 0 || fls_wait(descriptor, -1, Int32(clamping: left + 1)) == 0, ContinuousClock.now >= deadline { return .nothing }
        }
    }

    private mutating func takeFrame() -> Frame? {
        let header = FLS_WIRE_HEADER_BYTES
        guard input.count >= header else { return nil }
        let length = Int(input.integer(UInt32.self, at: 0))
        guard input.count >= header + length else { return nil }
        let frame = Frame(type: input[4], id: input.integer(UInt32.self, at: 5), payload: [UInt8](input[header..<header + length]))
        input.removeFirst(header + length)
        return frame
    }

    /// Waits until the bell rings or the worker says or does something. Returns true where it did: an idle worker has nothing to say but its end.
    func wait(bell: Int32) -> Bool {
        fls_wait(bell, descriptor, -1) & 2 != 0
    }

    /// Closes the socket, at which the worker ends. Returns its exit status, or minus the signal that ended it.
    func end() -> Int32 {
        close(descriptor)
        return fls_worker_reap(pid)
    }

    func kill() {
        close(descriptor)
        _ = fls_worker_kill(pid)
    }
}
