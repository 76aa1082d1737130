/// How much is done at once and how long things may take: what an operator may want to tune.
public struct WorkerOptions: Sendable, Equatable {
    /// Events that are looked at at once.
    public var events = 64
    /// Runs that are executed at once.
    public var runs = 64
    /// Orders that are sent at once.
    public var submissions = 16
    /// Commands for many things that are gone on with at once.
    public var bulk = 2
    /// Orders of one account that are read at once.
    public var readsPerAccount = 4
    /// Of the runs, how many may be one connection's, so that one customer's slow calls do not take every place.
    public var runsPerConnection = 16
    /// Webhooks that are sent at once.
    public var deliveries = 16
    /// Of these, how many may be one endpoint's.
    public var deliveriesPerEndpoint = 4
    /// How long work under way may go on after a shutdown was asked for.
    public var drain = Duration.seconds(8)
    /// How long an ATS is kept waiting for a route's answer.
    public var routeDeadline = Duration.seconds(5)
    /// How long somebody's pause may last before it is an issue.
    public var pauseReminder = Duration.seconds(86_400)
    /// Updates that are kept for a listener in this process that does not keep up; beyond that it misses the oldest.
    public var bufferedUpdates = 1_000

    public init() {}
}
