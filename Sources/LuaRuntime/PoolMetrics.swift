import CLuaSandbox
import Foundation
import Metrics

/// A pool's metrics, reported through swift-metrics; until the program bootstraps a backend, they go nowhere. No label comes from a script.
struct PoolMetrics: Sendable {
    /// How a run ended, as a label.
    enum Result: String, CaseIterable {
        case finished, failed, interrupted
        /// The pool could run nothing.
        case unavailable
        /// The caller gave up, or could not answer a host call.
        case dropped
    }

    /// Why a worker ended before its time, as a label.
    enum Loss: String, CaseIterable {
        /// A script did not stop, and the host killed its worker.
        case deadline
        /// It did something that a worker does only if a script has broken out of Lua.
        case compromised
        case crashed
        /// A script exceeded a limit at a point where only ending its worker stops it.
        case limit
        /// The system gave it no memory.
        case starved
        /// It was killed from outside, for example by the system when memory ran out.
        case killed
    }

    /// Runs that have begun and not ended.
    private let active = Meter(label: "fairlead_lua_runs_active")
    /// How long a run waited for a worker.
    private let waits = Timer(label: "fairlead_lua_run_wait_seconds")
    private let starts = Counter(label: "fairlead_worker_starts_total")
    /// From the call to its end, the host calls between included.
    private let durations = Dictionary(
        uniqueKeysWithValues: Result.allCases.map { ($0, Timer(label: "fairlead_lua_run_duration_seconds", dimensions: [("result", $0.rawValue)])) }
    )
    private let losses = Dictionary(
        uniqueKeysWithValues: Loss.allCases.map { ($0, Counter(label: "fairlead_worker_kills_total", dimensions: [("reason", $0.rawValue)])) }
    )

    func began() {
        active.increment()
    }

    func ended(_ run: PoolRun, as result: Result) {
        active.decrement()
        waits.record(duration: run.waited)
        durations[result]?.record(duration: .now - run.began)
    }

    func startedWorker() {
        starts.increment()
    }

    /// Counts a worker that ended on its own, by its exit status or minus the signal. A worker that was asked to end is not counted.
    func lostWorker(status: Int32) {
        switch status {
        case Int32(FLS_EXIT_CLOSED): break
        case -SIGKILL: lostWorker(.killed)
        case -SIGSYS: lostWorker(.compromised)
        case -SIGXCPU, Int32(FLS_EXIT_LIMIT): lostWorker(.limit)
        case Int32(FLS_EXIT_STARVED): lostWorker(.starved)
        default: lostWorker(.crashed)
        }
    }

    func lostWorker(_ reason: Loss) {
        losses[reason]?.increment()
    }
}
