import CLuaSandbox
import Foundation

/// Executes runs in this process. The instruction hook and the memory cap hold; nothing stops a script inside one long library call.
final class InProcessEngine: Engine {
    private let configuration: LuaPool.Configuration
    private var bundles = KnownBundles<OpaquePointer>()
    private var running: [UInt32: OpaquePointer] = [:]
    private var suspended = SuspendedRuns()
    private let templates = fls_templates_create()

    init(_ configuration: LuaPool.Configuration) {
        self.configuration = configuration
    }

    var worker: Int32? { nil }

    var acceptsStarts: Bool {
        running.count < configuration.concurrentRunsPerWorker
    }

    func take(_ slice: Slice, of run: PoolRun) -> SliceEnd {
        switch slice {
        case .compile:
            let (bundle, error) = compile(run.bundle)
            fls_bundle_release(bundle)
            return error.map { .failed($0) } ?? .done([])
        case .start(let request, let attachment): return start(run, request, attachment)
        case .resume(let reply):
            guard let pointer = running[run.id] else { return .interrupted("the run is not here any more") }
            return finish(run, pointer, reply.withUnsafeBufferPointer { withText($0) { fls_run_resume(pointer, $0, $1) } })
        }
    }

    func drop(_ run: UInt32) {
        suspended.remove(run)
        fls_run_free(running.removeValue(forKey: run))
    }

    /// Never runs inline: a slice may take long, and must block no thread but the engine's own.
    func runInline(_ slice: Slice, of run: PoolRun) -> InlineResult { .notBegun }

    func finish() -> SliceEnd { .interrupted("nothing is under way") }

    func wait(wakeDescriptor: Int32) -> Bool {
        _ = fls_wait(wakeDescriptor, -1, -1)
        fls_wake_clear(wakeDescriptor)
        return false
    }

    func reap() {}

    func close() {
        for pointer in running.values { fls_run_free(pointer) }
        for bundle in bundles.values { fls_bundle_release(bundle) }
        running = [:]
        bundles = KnownBundles()
        fls_templates_free(templates)
    }

    private func start(_ run: PoolRun, _ request: [UInt8], _ attachment: [UInt8]) -> SliceEnd {
        let bundle: OpaquePointer
        if let known = bundles.find(run.bundle.id) {
            bundle = known
        } else {
            let (compiled, error) = compile(run.bundle)
            guard let compiled else { return .failed(error ?? ScriptError(code: .memoryLimit, message: "not enough memory to compile")) }
            fls_bundle_release(bundles.add(run.bundle.id, compiled))
            bundle = compiled
        }
        var limits = run.limits.sandbox
        // The run outlives its slice only in `scheduler` and in the task that awaits it, both of which hold `run` until it is dropped or done.
        var listener = fls_listener(context: Unmanaged.passUnretained(run).toOpaque(), note: receiveNote, out_of_memory: nil)
        guard let pointer = fls_run_create(bundle, templates, &limits, &listener) else {
            return .failed(ScriptError(code: .memoryLimit, message: "not enough memory to begin", script: run.bundle.plugin))
        }
        running[run.id] = pointer
        let outcome = request.withUnsafeBufferPointer { request in
            attachment.withUnsafeBufferPointer { attachment in
                withText(request) { text, length in withText(attachment) { fls_run_start(pointer, text, length, $0, $1) } }
            }
        }
        return finish(run, pointer, outcome)
    }

    private func finish(_ run: PoolRun, _ pointer: OpaquePointer, _ outcome: fls_outcome) -> SliceEnd {
        let payload = copy(outcome.payload, outcome.payload_length)
        guard outcome.status == FLS_CALL else {
            let end: SliceEnd = outcome.status == FLS_DONE ? .done(payload) : .failed(ScriptError(json: payload, plugin: run.bundle.plugin))
            drop(run.id)
            return end
        }
        let op = String(decoding: copy(outcome.op, outcome.op_length), as: UTF8.self)
        let bytes = Int(clamping: outcome.held_bytes)
        if let limit = suspended.hold(run, bytes: bytes, tenant: configuration.tenantMemory, all: .max) {
            drop(run.id)
            return run.holdsTooMuch(bytes, beyond: limit, most: configuration.tenantMemory)
        }
        return .call(HostCall(op: op, args: payload, place: run.bundle.line(outcome.line, ofScript: outcome.script)))
    }

    private func compile(_ bundle: ScriptBundle) -> (OpaquePointer?, ScriptError?) {
        var text: UnsafeMutablePointer<CChar>?
        let compiled = fls_bundle_create(bundle.wire, bundle.wire.count, 64 << 20, &text)
        defer { free(text) }
        guard compiled == nil else { return (compiled, nil) }
        guard let text else { return (nil, ScriptError(code: .memoryLimit, message: "not enough memory to compile", script: bundle.plugin)) }
        return (nil, ScriptError(json: copy(text, strlen(text)), plugin: bundle.plugin))
    }
}

/// Called by C, inside Lua: it returns without calling Lua, so that no Lua error can pass through it.
private func receiveNote(
    context: UnsafeMutableRawPointer?,
    op: UnsafePointer<CChar>?,
    opLength: Int,
    arguments: UnsafePointer<CChar>?,
    length: Int,
) {
    guard let context else { return }
    let run = Unmanaged<PoolRun>.fromOpaque(context).takeUnretainedValue()
    run.note(HostCall(op: String(decoding: copy(op, opLength), as: UTF8.self), args: copy(arguments, length)))
}

private func copy(_ text: UnsafePointer<CChar>?, _ length: Int) -> [UInt8] {
    guard let text, length > 0 else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: text, count: length))
}

private func withText<Result>(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
    bytes.withMemoryRebound(to: CChar.self) { body($0.baseAddress, $0.count) }
}
