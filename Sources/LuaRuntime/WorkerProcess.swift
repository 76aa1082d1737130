import CLuaSandbox
import Foundation

/// One live worker process, and the frames to and from it. `fls_wire.h` defines what they mean.
final class WorkerProcess {
    struct Frame {
        var type: UInt8
        var id: UInt32
        var payload: [UInt8]
    }

    /// What came while waiting.
    enum ReceiveResult {
        case frame(Frame)
        case closed
        case nothing
    }

    let pid: Int32
    private let descriptor: Int32
    /// Becomes readable when the process ends; -1 where the system has no such descriptor.
    private let watch: Int32
    private var buffer = FrameBuffer()

    /// Starts a worker and waits for its first frame.
    init(_ configuration: LuaPool.Configuration) throws(PoolError) {
        var pid: Int32 = 0
        var descriptor: Int32 = -1
        let failure = fls_worker_spawn(configuration.workerPath, configuration.addressSpace, &pid, &descriptor)
        guard failure == 0 else { throw .workerUnavailable("\(configuration.workerPath): \(String(cString: strerror(failure)))") }
        self.pid = pid
        self.descriptor = descriptor
        watch = fls_worker_watch(pid)
        do {
            try shakeHands(configuration)
        } catch {
            kill()
            throw error
        }
    }

    private func shakeHands(_ configuration: LuaPool.Configuration) throws(PoolError) {
        let hello: Frame
        switch receive(until: .now + .seconds(30)) {
        case .frame(let first) where first.type == FLS_FRAME_HELLO: hello = first
        case .closed: throw .workerUnavailable("\(configuration.workerPath) ended before it answered")
        case .frame, .nothing: throw .workerUnavailable("\(configuration.workerPath) does not answer")
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

    /// Sends frames that were put together with ``append(_:type:id:payload:)``. Returns false where the worker is gone or does not read: what
    /// it was sent is then cut off somewhere, and it must not be sent more. Waits for it to read for at most `milliseconds` in all.
    func send(_ frames: [UInt8], milliseconds: Int32 = 5000) -> Bool {
        fls_send(descriptor, frames, frames.count, milliseconds)
    }

    static func append(_ bytes: inout [UInt8], type: Int, id: UInt32, payload: [[UInt8]]) {
        bytes.append(integer: UInt32(payload.reduce(0) { $0 + $1.count }))
        bytes.append(UInt8(type))
        bytes.append(integer: id)
        for part in payload { bytes.append(contentsOf: part) }
    }

    /// Waits for the next frame.
    func receive(until deadline: ContinuousClock.Instant) -> ReceiveResult {
        while true {
            if poll(), let frame = buffer.next(where: { _, _ in true }) { return .frame(frame) }
            if buffer.isClosed { return .closed }
            let left = (deadline - ContinuousClock.now).milliseconds
            if left <= 0 || fls_wait(descriptor, -1, Int32(clamping: left + 1)) == 0, ContinuousClock.now >= deadline { return .nothing }
        }
    }

    /// Reads what has arrived, without waiting. Returns whether a whole frame is there, or no more will come.
    func poll() -> Bool {
        buffer.poll(descriptor)
    }

    /// Waits for at most so long. Returns whether something has arrived, or no more will come.
    func wait(for time: Duration) -> Bool {
        fls_wait_ns(descriptor, time.nanoseconds)
    }

    /// The next frame that is there, where it is one of `types` about a run.
    func next(_ types: Set<Int>, of run: UInt32) -> Frame? {
        buffer.next(where: { types.contains(Int($0)) && $1 == run })
    }

    /// Whether it has sent more than was read.
    var hasMore: Bool { buffer.hasMore }

    /// Waits until the wake descriptor becomes readable or the worker ends. Returns true where it did.
    func wait(wakeDescriptor: Int32) -> Bool {
        fls_wait(wakeDescriptor, watch, -1) & 2 != 0
    }

    /// Closes the socket, at which the worker ends. Returns its exit status, or minus the signal that ended it.
    func end() -> Int32 {
        closeDescriptors()
        return fls_worker_reap(pid)
    }

    private func closeDescriptors() {
        close(descriptor)
        if watch >= 0 { close(watch) }
    }

    func kill() {
        closeDescriptors()
        _ = fls_worker_kill(pid)
    }
}

/// What the worker has sent and the host has not read yet.
private struct FrameBuffer {
    private(set) var isClosed = false
    private var input: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: 64 << 10)

    var hasMore: Bool { !input.isEmpty }

    private var hasFrame: Bool { input.count >= FLS_WIRE_HEADER_BYTES && input.count >= FLS_WIRE_HEADER_BYTES + announced }
    private var announced: Int { Int(input.integer(UInt32.self, at: 0)) }

    mutating func poll(_ descriptor: Int32) -> Bool {
        while !hasFrame, !isClosed {
            let got = fls_receive(descriptor, &chunk, chunk.count)
            if got < 0 { return false }
            if got == 0 { isClosed = true } else { input.append(contentsOf: chunk[..<got]) }
            if announced > FLS_WIRE_PAYLOAD_MAX { isClosed = true }  // no intact worker sends this much: the rest is not read
        }
        return true
    }

    /// Takes the next frame, where its type and run are as wanted.
    mutating func next(where wanted: (UInt8, UInt32) -> Bool) -> WorkerProcess.Frame? {
        guard hasFrame, wanted(input[4], input.integer(UInt32.self, at: 5)) else { return nil }
        let end = FLS_WIRE_HEADER_BYTES + announced
        let frame = WorkerProcess.Frame(
            type: input[4],
            id: input.integer(UInt32.self, at: 5),
            payload: [UInt8](input[FLS_WIRE_HEADER_BYTES..<end])
        )
        if end == input.count { input.removeAll(keepingCapacity: end <= chunk.count) } else { input.removeFirst(end) }
        return frame
    }
}
