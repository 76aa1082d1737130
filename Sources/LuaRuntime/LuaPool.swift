import Foundation

/// Runs Lua scripts in worker processes that are kept warm, or in this process where scripts are trusted.
///
/// The workers' time is shared fairly: each tenant gets the same part of it, however many or slow its runs are. Between two host calls
/// a run executes on one thread; while it waits for the host, its worker serves others.
public final class LuaPool: Sendable {
    /// Where scripts run.
    public enum Isolation: Sendable, Hashable {
        /// In worker processes that can be killed and can reach nothing.
        case process
        /// In this process: for scripts you trust. A script can then exhaust the CPU inside one library call, and Lua before 5.4.8 can be crashed by one.
        case inProcess
    }

    /// What happens where the system cannot confine a worker.
    public enum Confinement: Sendable, Hashable {
        /// Nothing is run.
        case required
        /// Runs are executed without full confinement.
        case bestEffort
    }

    /// How a pool is built.
    public struct Configuration: Sendable {
        /// How many runs execute at once.
        public var count: Int
        public var workerPath: String
        public var isolation: Isolation
        /// What happens where a worker cannot be confined.
        public var confinement: Confinement
        /// Bytes of address space of one worker.
        public var addressSpace: UInt64 = 1 << 30
        /// How many runs one worker holds at once, the waiting ones included.
        public var concurrentRunsPerWorker = 512
        /// Bytes that the waiting runs of one tenant may hold in one worker; the run that goes past it is interrupted. Where the tenants
        /// together hold more than half of the address space, each of them may hold an equal part of that half.
        public var tenantMemory = 256 << 20
        /// A worker is replaced after this many runs, once none is waiting in it.
        public var runsPerWorker = 100_000
        /// A worker is replaced after this much CPU, once no run is waiting in it.
        public var cpuPerWorker: Duration = .seconds(200)

        /// Creates a configuration: as many workers as there are cores, the executable `fairlead-lua` beside this program's own.
        public init(
            count: Int = Configuration.defaultCount,
            workerPath: String = Configuration.defaultWorkerPath,
            isolation: Isolation = .process,
            confinement: Confinement = .required,
        ) {
            self.count = max(1, count)
            self.workerPath = workerPath
            self.isolation = isolation
            self.confinement = confinement
        }

        /// One worker for each core.
        public static var defaultCount: Int {
            ProcessInfo.processInfo.activeProcessorCount
        }

        /// `fairlead-lua` in the folder of the running program.
        public static var defaultWorkerPath: String {
            URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("fairlead-lua").path
        }
    }

    private let metrics = PoolMetrics()
    private let scheduler: Scheduler

    /// Creates a pool. Workers start with the first run that needs them. Its metrics go to the swift-metrics backend that is installed at this time.
    public init(_ configuration: Configuration = Configuration()) {
        scheduler = Scheduler(configuration, metrics)
    }

    deinit {
        scheduler.stop()
    }

    /// Runs a bundle's prelude with a request until it ends.
    ///
    /// - Parameters:
    ///   - bundle: What to run; compiled once per worker.
    ///   - request: JSON for the function that the prelude returns.
    ///   - attachment: Bytes that the function gets as they are, as its second argument; none where empty.
    ///   - limits: What the run may use.
    ///   - tenant: Whose share of the workers' time it uses, such as a connection's id.
    ///   - note: Called, in order and while the script runs, with what the script leaves without waiting. It must return quickly.
    ///   - call: Performs a host call and returns the reply as JSON.
    /// - Returns: How the run ended.
    /// - Throws: What `call` threw, `CancellationError`, or ``PoolError``. In each case the run is dropped; calling again starts from the top.
    public func run(
        _ bundle: ScriptBundle,
        request: [UInt8],
        attachment: [UInt8] = [],
        limits: Limits = Limits(),
        tenant: String,
        note: @escaping @Sendable (HostCall) -> Void = { _ in },
        call: @escaping @Sendable (HostCall) async throws -> [UInt8],
    ) async throws -> RunEnd {
        let run = scheduler.open(bundle: bundle, limits: limits, tenant: tenant, note: note)
        var slice = Slice.start(request: request, attachment: attachment)
        var result = PoolMetrics.Result.dropped
        metrics.began()
        defer { metrics.ended(run, as: result) }
        do {
            while true {
                switch try await scheduler.take(slice, of: run) {
                case .done(let value):
                    result = .finished
                    return .finished(value)
                case .failed(let error):
                    result = .failed
                    return .failed(error)
                case .interrupted(let reason):
                    result = .interrupted
                    return .interrupted(reason)
                case .unavailable(let error):
                    result = .unavailable
                    throw error
                case .call(let asked):
                    try Task.checkCancellation()
                    slice = .resume(try await call(asked))
                }
            }
        } catch {
            scheduler.drop(run)
            throw error
        }
    }

    /// Counts CPU time that the host spent for a tenant as if the tenant's scripts had spent it: its slices come later for it.
    public func charge(_ time: Duration, to tenant: String) {
        if time > .zero { scheduler.charge(time.nanoseconds, to: tenant) }
    }

    /// Compiles a script without running any of it.
    ///
    /// - Returns: The error of a script that does not compile; nil for one that does.
    /// - Throws: `CancellationError`, or ``PoolError``.
    public func check(_ script: Script) async throws -> ScriptError? {
        let prelude = Script(name: "prelude", chunk: "check", source: "", origin: .host)
        let run = scheduler.open(bundle: ScriptBundle(prelude: prelude, modules: [script]), limits: Limits(), tenant: "check", note: { _ in })
        switch try await scheduler.take(.compile, of: run) {
        case .failed(let error): return error
        case .unavailable(let error): throw error
        case .interrupted(let reason): throw PoolError.workerUnavailable(reason)
        case .done, .call: return nil
        }
    }

    /// Ends all workers. Runs that are executing end their slice first; all others, and all later calls, throw ``PoolError/stopped``.
    /// Returns when no worker is left. Calling it again waits for the same.
    public func shutdown() async {
        await scheduler.shutdown()
    }

    /// The process ids of the workers that are alive at this moment, for diagnosis.
    public var workers: [Int32] {
        scheduler.workers
    }
}
