import CLuaSandbox
import Foundation
import Synchronization

/// Executes runs in a worker process, holds its deadlines, and replaces it when it ends.
final class ProcessEngine: Engine {
    /// Extra CPU time beyond the slice's limit for the worker to stop on its own: its timer fires after 100 ms.
    private static let grace: UInt64 = 200_000_000
    /// On a busy machine, a slice may take this many times its CPU limit in wall-clock time.
    private static let wallClockFactor: UInt64 = 10
    private static let compileLimit: UInt64 = 1_000_000_000
    /// How long a caller waits for the end of its slice: most are shorter, and a thread that others' work shares must not be held for long.
    private static let inlineTime = Duration.microseconds(500)
    /// Bytes that a worker's socket takes at once.
    private static let inlineLimit = 32 << 10
    /// The frames after which the worker lives on.
    private static let survivableFrames: Set<Int> = [FLS_FRAME_NOTE, FLS_FRAME_CALL, FLS_FRAME_DONE, FLS_FRAME_ERROR]

    private let configuration: LuaPool.Configuration
    private let metrics: PoolMetrics
    private let pid = Atomic<Int32>(0)
    private var process: WorkerProcess?
    private var bundles = KnownBundles<UInt32>()
    private var nextBundle: UInt32 = 1
    private var suspended = SuspendedRuns()
    private var served = 0
    private var recyclePending = false
    private var failedStarts = 0
    /// The slice that its caller left under way.
    private var pending: Pending?

    private struct Pending {
        let run: PoolRun
        let limit: UInt64
        /// The CPU time that the worker had used when the slice began.
        var cpu: UInt64
        let began: ContinuousClock.Instant
        /// Whether the worker has been sent all of it.
        var isSent = true
        /// What it did that no worker does.
        var wrong: String?
    }

    init(_ configuration: LuaPool.Configuration, _ metrics: PoolMetrics) {
        self.configuration = configuration
        self.metrics = metrics
    }

    var worker: Int32? {
        let pid = pid.load(ordering: .relaxed)
        return pid == 0 ? nil : pid
    }

    var acceptsStarts: Bool {
        suspended.count < configuration.concurrentRunsPerWorker && !(recyclePending && !suspended.isEmpty)
    }

    func take(_ slice: Slice, of run: PoolRun) -> SliceEnd {
        if case .resume = slice, !suspended.contains(run.id) { return .interrupted("the worker that held the run has ended") }
        recycleIfPending()
        if let error = ensureProcess() { return .unavailable(error) }
        guard let process else { return .interrupted("the worker has ended") }
        let cpu = process.cpu
        let limit = prepare(slice, of: run)
        guard process.send(limit.frames) else { return lostWorker(run) }
        return settle(Pending(run: run, limit: limit.nanoseconds, cpu: cpu, began: .now))
    }

    func runInline(_ slice: Slice, of run: PoolRun) -> InlineResult {
        guard let process, !recyclePending, served < configuration.runsPerWorker, isShort(slice, of: run) else { return .notBegun }
        let limit = prepare(slice, of: run)
        var begun = Pending(run: run, limit: limit.nanoseconds, cpu: 0, began: .now)
        // The worker's thread reaps a worker that is gone or violates the protocol.
        begun.isSent = process.send(limit.frames, milliseconds: 0)
        while begun.isSent, begun.wrong == nil {
            let left = Self.inlineTime - (ContinuousClock.now - begun.began)
            guard left > .zero, process.poll() || process.wait(for: left) else { break }
            guard process.poll() else { continue }
            guard let frame = process.next(Self.survivableFrames, of: run.id) else { break }
            switch meaning(of: frame, of: run) {
            case .more, .last: continue
            case .end(let end): return .ended(end)
            case .wrong(let what): begun.wrong = what
            }
        }
        // What it used until here is not held against it: asking costs a system call, and most slices end before it matters.
        begun.cpu = process.cpu
        pending = begun
        return .underWay
    }

    func finish() -> SliceEnd {
        guard let slice = pending else { return .interrupted("nothing is under way") }
        pending = nil
        if let what = slice.wrong { return failCompromisedWorker(slice.run, what) }
        return slice.isSent ? settle(slice) : lostWorker(slice.run)
    }

    /// Whether a slice can be handed to the worker without waiting for it to read.
    private func isShort(_ slice: Slice, of run: PoolRun) -> Bool {
        switch slice {
        case .compile: false
        case .resume(let reply): suspended.contains(run.id) && reply.count <= Self.inlineLimit
        case .start(let request, let attachment): bundles.find(run.bundle.id) != nil && request.count + attachment.count <= Self.inlineLimit
        }
    }

    func drop(_ run: UInt32) {
        if !sendDrop(run) { reap() }
    }

    /// Tells the worker to drop a run. False where the worker is gone.
    private func sendDrop(_ run: UInt32) -> Bool {
        guard suspended.contains(run) else { return true }
        suspended.remove(run)
        var frame: [UInt8] = []
        WorkerProcess.append(&frame, type: FLS_FRAME_DROP_RUN, id: run, payload: [])
        return process?.send(frame) ?? true
    }

    func wait(wakeDescriptor: Int32) -> Bool {
        let ended = process?.wait(wakeDescriptor: wakeDescriptor) ?? (fls_wait(wakeDescriptor, -1, -1) & 2 != 0)
        fls_wake_clear(wakeDescriptor)
        return ended
    }

    func reap() {
        guard let process else { return }
        metrics.lostWorker(status: forget(process.end))
    }

    func close() {
        if let process { forget(process.end) }
    }

    // MARK: - The process

    private func ensureProcess() -> PoolError? {
        guard process == nil else { return nil }
        if failedStarts > 0 { Thread.sleep(forTimeInterval: min(0.05 * Double(1 << min(failedStarts, 5)), 1)) }
        do {
            let started = try startedProcess()
            process = started
            failedStarts = 0
            metrics.startedWorker()
            pid.store(started.pid, ordering: .relaxed)
            return nil
        } catch {
            failedStarts += 1
            return error
        }
    }

    /// A new process. One that is gone at once, as where the machine is short of memory or somebody ends it, is no reason to fail a run: another is tried.
    private func startedProcess() throws(PoolError) -> WorkerProcess {
        let begun = ContinuousClock.now
        do { return try WorkerProcess(configuration) } catch .workerUnavailable(let why) {
            guard failedStarts == 0, .now - begun < .seconds(5) else { throw .workerUnavailable(why) }
            return try WorkerProcess(configuration)
        }
    }

    /// Forgets the process and all that it held; `end` is how it is ended.
    @discardableResult
    private func forget<Result>(_ end: () -> Result) -> Result {
        pid.store(0, ordering: .relaxed)
        process = nil
        bundles = KnownBundles()
        suspended.removeAll()
        served = 0
        recyclePending = false
        return end()
    }

    private func kill(_ reason: PoolMetrics.Loss) {
        guard let process else { return }
        forget(process.kill)
        metrics.lostWorker(reason)
    }

    private func recycleIfPending() {
        guard let process else { return }
        if served % 256 == 255, process.cpu > UInt64(clamping: configuration.cpuPerWorker.milliseconds) * 1_000_000 { recyclePending = true }
        if served >= configuration.runsPerWorker { recyclePending = true }
        if recyclePending, suspended.isEmpty { forget(process.end) }
    }

    // MARK: - One slice

    private func prepare(_ slice: Slice, of run: PoolRun) -> (frames: [UInt8], nanoseconds: UInt64) {
        var frames: [UInt8] = []
        let sliceLimit = UInt64(run.limits.sandbox.slice_cpu_ms) * 1_000_000
        switch slice {
        case .resume(let reply):
            frames.reserveCapacity(reply.count + 16)
            WorkerProcess.append(&frames, type: FLS_FRAME_RESUME, id: run.id, payload: [reply])
            return (frames, sliceLimit)
        case .compile:
            WorkerProcess.append(&frames, type: FLS_FRAME_BUNDLE, id: 0, payload: [run.bundle.wire])
            WorkerProcess.append(&frames, type: FLS_FRAME_DROP_BUNDLE, id: 0, payload: [])
            return (frames, Self.compileLimit)
        case .start(let request, let attachment):
            let known = bundles.find(run.bundle.id)
            let bundle = known ?? add(run.bundle, &frames)
            let limits = run.limits.sandbox
            var head: [UInt8] = []
            head.reserveCapacity(Int(FLS_WIRE_START_BYTES))
            for number in [bundle, limits.slice_cpu_ms, limits.run_cpu_ms, limits.nesting, limits.notes] { head.append(integer: number) }
            for number in [limits.memory_bytes, limits.output_bytes] { head.append(integer: number) }
            head.append(integer: UInt32(request.count))
            WorkerProcess.append(&frames, type: FLS_FRAME_START, id: run.id, payload: [head, request, attachment])
            served += 1
            return (frames, known == nil ? sliceLimit + Self.compileLimit : sliceLimit)
        }
    }

    private func add(_ bundle: ScriptBundle, _ frames: inout [UInt8]) -> UInt32 {
        let id = nextBundle
        nextBundle = max(1, nextBundle &+ 1)
        if let old = bundles.add(bundle.id, id) {
            WorkerProcess.append(&frames, type: FLS_FRAME_DROP_BUNDLE, id: old, payload: [])
        }
        WorkerProcess.append(&frames, type: FLS_FRAME_BUNDLE, id: id, payload: [bundle.wire])
        return id
    }

    /// Reads frames until the slice ends or the deadline passes. The deadline holds whatever, and however much, the worker sends.
    private func settle(_ slice: Pending) -> SliceEnd {
        let (run, limit) = (slice.run, slice.limit)
        var due = ContinuousClock.now + .nanoseconds(Int64(clamping: limit + Self.grace)) + .milliseconds(1)
        while true {
            switch process?.receive(until: due) ?? .closed {
            case .closed: return lostWorker(run)
            case .frame(let frame):
                guard frame.id == run.id || !Self.survivableFrames.contains(Int(frame.type)) else {
                    // It is impossible to tell which of the two runs broke out, so this one is run again.
                    kill(.compromised)
                    return .interrupted("the worker spoke of another run")
                }
                switch meaning(of: frame, of: run) {
                case .more: break
                case .end(let end): return end
                case .last(let end):
                    reap()
                    return end
                case .wrong(let what): return failCompromisedWorker(run, what)
                }
            case .nothing: break
            }
            guard ContinuousClock.now >= due else { continue }
            due = .now + .milliseconds(50)
            let now = process?.cpu ?? 0
            let used = now > slice.cpu ? now - slice.cpu : 0
            let wall = UInt64(clamping: (ContinuousClock.now - slice.began).nanoseconds)
            if used > limit + Self.grace || wall > Self.wallClockFactor * (limit + Self.grace) {
                kill(.deadline)
                return .failed(error(.workerKilled, "the script did not stop and its worker was killed", run))
            }
        }
    }

    /// What a frame means for the slice.
    private enum FrameMeaning {
        case more
        case end(SliceEnd)
        /// The worker ends on its own.
        case last(SliceEnd)
        /// A worker sends this only if a script has broken out of Lua. The text says what was sent.
        case wrong(String)
    }

    private func meaning(of frame: WorkerProcess.Frame, of run: PoolRun) -> FrameMeaning {
        let type = Int(frame.type), payload = frame.payload
        guard payload.count <= Self.payloadLimit(type, run.limits) else { return .wrong("the worker sent more than it may") }
        switch type {
        case FLS_FRAME_NOTE:
            let note = call(payload, at: 0)
            guard run.mayNote(note) else { return .wrong("the worker noted more than it may") }
            run.note(note)
            return .more
        case FLS_FRAME_COMPILED:
            guard frame.id == 0 else { return .more }  // a run's own answer follows
            return .end(payload.isEmpty ? .done([]) : .failed(ScriptError(json: payload, plugin: run.bundle.plugin)))
        case FLS_FRAME_FATAL:
            return .last(.failed(ScriptError(json: payload, plugin: run.bundle.plugin)))
        case _ where process?.hasMore == true:
            return .wrong("the worker spoke on after its answer")
        case FLS_FRAME_CALL:
            let bytes = Int(clamping: payload.integer(UInt64.self, at: 0))
            let (tenant, all) = (configuration.tenantMemory, Int(clamping: configuration.addressSpace / 2))
            if let limit = suspended.hold(run, bytes: bytes, tenant: tenant, all: all) {
                _ = sendDrop(run.id)  // if the worker is gone, the next slice notices
                return .end(run.holdsTooMuch(bytes, beyond: limit, most: min(tenant, all)))
            }
            var call = call(payload, at: Int(FLS_WIRE_CALL_BYTES) - 4)
            call.place = run.bundle.line(payload.integer(UInt32.self, at: 12), ofScript: payload.integer(UInt32.self, at: 8))
            return .end(.call(call))
        case FLS_FRAME_DONE:
            suspended.remove(run.id)
            return .end(.done(payload))
        case FLS_FRAME_ERROR:
            suspended.remove(run.id)
            return .end(.failed(ScriptError(json: payload, plugin: run.bundle.plugin)))
        default:
            return .wrong("the worker sent what it must not")
        }
    }

    /// How long the payload of a frame can be.
    private static func payloadLimit(_ type: Int, _ limits: Limits) -> Int {
        let output = min(max(limits.output, 0), Int(FLS_WIRE_PAYLOAD_MAX))
        return switch type {
        case FLS_FRAME_DONE: output
        case FLS_FRAME_CALL: output + Int(FLS_WIRE_CALL_BYTES) + Int(FLS_WIRE_OP_MAX)
        case FLS_FRAME_NOTE: Int(FLS_WIRE_NOTE_MAX) + 4 + Int(FLS_WIRE_OP_MAX)
        default: Int(FLS_WIRE_ERROR_MAX)
        }
    }

    /// Ends a worker that a script has taken over: the one whose slice it was.
    private func failCompromisedWorker(_ run: PoolRun, _ what: String) -> SliceEnd {
        kill(.compromised)
        return .failed(error(.workerCrashed, what, run))
    }

    private func call(_ payload: [UInt8], at offset: Int) -> HostCall {
        let length = min(Int(payload.integer(UInt32.self, at: offset)), Int(FLS_WIRE_OP_MAX))
        let start = min(offset + 4, payload.count)
        let middle = min(start + length, payload.count)
        return HostCall(op: String(decoding: payload[start..<middle], as: UTF8.self), args: [UInt8](payload[middle...]))
    }

    /// The worker ended without an answer. A signal that it caused itself is the run's fault; being killed from outside is not.
    private func lostWorker(_ run: PoolRun) -> SliceEnd {
        guard let process else { return .interrupted("the worker has ended") }
        let status = forget(process.end)
        metrics.lostWorker(status: status)
        switch status {
        case -SIGKILL: return .interrupted("the worker was killed from outside")
        case -SIGXCPU: return .interrupted("the worker had used up its CPU time")
        case Int32(FLS_EXIT_STARVED): return .interrupted("the system gave the worker no memory")
        case -SIGSYS: return .failed(error(.workerCrashed, "the worker tried what it may not", run))
        case ..<0: return .failed(error(.workerCrashed, "the script crashed its worker (signal \(-status))", run))
        case Int32(FLS_EXIT_CRASHED)...: return .failed(error(.workerCrashed, "the script crashed its worker (signal \(status - 128))", run))
        default: return .interrupted("the worker has ended (status \(status))")
        }
    }

    private func error(_ code: ScriptError.Code, _ message: String, _ run: PoolRun) -> ScriptError {
        ScriptError(code: code, message: message, script: run.bundle.plugin)
    }
}
