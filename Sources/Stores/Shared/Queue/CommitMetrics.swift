import Metrics

/// Measures a store's commits: how long they take and how many intents share one. They go to the backend that is in place where the store is opened.
struct CommitMetrics: Sendable {
    private let duration = Timer(label: "fairlead_store_commit_seconds")
    private let size = Recorder(label: "fairlead_store_commit_intents")

    /// Does a commit of a number of intents and records how long it took.
    func measure<Value>(_ intents: Int, _ commit: () throws -> Value) rethrows -> Value {
        let start = ContinuousClock.now
        let answer = try commit()
        let taken = start.duration(to: .now).components
        duration.recordNanoseconds(taken.seconds * 1_000_000_000 + taken.attoseconds / 1_000_000_000)
        size.record(intents)
        return answer
    }
}
