import CLuaSandbox
import Synchronization

/// What a worker's thread does next for a run.
enum Slice: Sendable {
    case start(request: [UInt8], attachment: [UInt8])
    case resume([UInt8])
    /// Only compiles the bundle.
    case compile
}

/// How a slice ended.
enum SliceEnd: Sendable {
    case call(HostCall)
    case done([UInt8])
    case failed(ScriptError)
    case interrupted(String)
    case unavailable(PoolError)
}

/// A run as the pool sees it.
final class PoolRun: Sendable {
    let id: UInt32
    let bundle: ScriptBundle
    let limits: Limits
    let tenant: String
    let note: @Sendable (HostCall) -> Void
    let began = ContinuousClock.now
    private let nanosecondsWaited = Atomic<Int64>(0)
    private let notes = Atomic<Int>(0)
    private let noteBytes = Atomic<Int>(0)

    init(id: UInt32, bundle: ScriptBundle, limits: Limits, tenant: String, note: @escaping @Sendable (HostCall) -> Void) {
        self.id = id
        self.bundle = bundle
        self.limits = limits
        self.tenant = tenant
        self.note = note
    }

    /// How long its slices waited for a worker, all together.
    var waited: Duration {
        .nanoseconds(nanosecondsWaited.load(ordering: .relaxed))
    }

    func addWait(_ duration: Duration) {
        nanosecondsWaited.add(duration.nanoseconds, ordering: .relaxed)
    }

    /// Counts a note. False if no sandbox would have sent it: a sandbox stops after the note that exceeds the limits and one that says so.
    func mayNote(_ note: HostCall) -> Bool {
        let count = notes.add(1, ordering: .relaxed).newValue
        let bytes = noteBytes.add(note.args.count, ordering: .relaxed).newValue
        return count - 1 <= limits.notes && bytes - 2 * Int(FLS_WIRE_NOTE_MAX) <= limits.output
    }
}

/// A slice that waits for a worker. Its continuation is resumed once, by whoever takes the job out of the queue.
struct Job: Sendable {
    let run: PoolRun
    let slice: Slice
    let continuation: CheckedContinuation<SliceEnd, any Error>
    let asked = ContinuousClock.now

    var isStart: Bool {
        if case .resume = slice { false } else { true }
    }
}
