/// Commands for many things. ``Effect/begin(_:of:)``, ``Effect/progress(_:)`` and ``Effect/stop(bulk:at:reason:)`` write them.
public protocol BulkJobs: Sendable {
    /// A job; nil where there is none. One that ended is kept for thirty days.
    func bulkJob(_ id: String) async throws -> BulkJob?

    /// The newest jobs.
    func bulkJobs(limit: Int) async throws -> [BulkJob]

    /// The jobs that have not ended, oldest first.
    func runningBulkJobs() async throws -> [BulkJob]

    /// What a job is for, from a position on, as many as are at hand: some where there are more, none at the end.
    func bulkItems(of job: String, from position: Int) async throws -> [String]

    /// What a job could not be done for, and why, in its order: the first thousand.
    func bulkRefusals(of job: String, limit: Int) async throws -> [BulkJob.Refusal]
}
