/// Executes slices, one at a time. It belongs to a thread, which may lease it for a short time; two threads never use it at once.
protocol Engine: AnyObject {
    /// The process of the worker that is alive, if there is one. May be asked at any time.
    var worker: Int32? { get }
    /// Whether it may be given runs that it does not hold yet.
    var acceptsStarts: Bool { get }
    /// Does one slice and returns how it ended. Blocks.
    func take(_ slice: Slice, of run: PoolRun) -> SliceEnd
    /// Begins a slice and looks for its end for a few microseconds, without blocking. Only while the engine is leased.
    func runInline(_ slice: Slice, of run: PoolRun) -> InlineResult
    /// Goes on with the slice that ``runInline(_:of:)`` left under way, and returns how it ended. Blocks.
    func finish() -> SliceEnd
    /// Forgets a waiting run; does nothing where the run does not wait.
    func drop(_ run: UInt32)
    /// Blocks until the wake descriptor becomes readable, and clears it, or until what executes runs has ended: then true. The engine may be leased
    /// meanwhile.
    func wait(wakeDescriptor: Int32) -> Bool
    /// Cleans up after what executed runs has ended.
    func reap()
    /// Ends everything. The engine is not used afterwards.
    func close()
}

/// The result of a slice that its caller ran inline.
enum InlineResult {
    case ended(SliceEnd)
    /// It has begun, and ``Engine/finish()`` must follow.
    case underWay
    /// It has to be done by the engine's thread.
    case notBegun
}
