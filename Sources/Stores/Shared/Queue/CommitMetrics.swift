import Metrics

/// Measures commits: how long they take and how many intents share one.
enum CommitMetrics {
    private static let duration = Timer(label: "fairlead_store_commit_seconds")
    private static let size = Recorder(label: "fairlead_store_commit_intents")

    /// Does a commit of a number of intents and records how long it took.
    static func measure<Value>(_ intents: Int, _ commit: () throws -> Value) rethrows -> Value {
        let start = ContinuousClock.now
        let answer = try commit()
        let taken = start.duration(to: .now).components
        duration.recordNanoseconds(taken.seconds * 1_000_000_000 + taken.attoseconds / 1_000_000_000)
        size.record(intents)
        return answer
    }
}
