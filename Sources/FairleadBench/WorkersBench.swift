import Foundation
import LuaRuntime
import Plugins

/// What worker processes cost: their start, their memory, and what a second one brings.
enum WorkersBench {
    /// Prints one line for each figure: its name and its value.
    static func run(worker: String) async throws {
        try await start(worker)
        try await manyConnections(worker)
        var ratios: [Double] = []
        for _ in 0..<3 {
            let one = try await throughput(worker, workers: 1)
            ratios.append(try await throughput(worker, workers: 2) / one)
        }
        print(String(format: "two_workers_ratio %.2f", ratios.sorted()[1]))
    }

    private static func start(_ worker: String) async throws {
        let call = try MappingBench.call(plugin: "bench")
        var starts: [Double] = []
        var mappings: [Double] = []
        for _ in 0..<15 {
            let pool = MappingBench.pool(worker, workers: 1)
            let runner = HookRunner(pool: pool)
            let began = ContinuousClock.now
            _ = try await runner.whyNotAble()
            starts.append((ContinuousClock.now - began) / .milliseconds(1))
            try await MappingBench.map(call, runner)
            mappings.append((ContinuousClock.now - began) / .milliseconds(1))
            await pool.shutdown()
        }
        print(String(format: "start_ms %.2f", starts.sorted()[7]))
        print(String(format: "first_mapping_ms %.2f", mappings.sorted()[7]))
        let pool = MappingBench.pool(worker, workers: 1)
        let runner = HookRunner(pool: pool)
        for _ in 0..<2000 { try await MappingBench.map(call, runner) }
        print(String(format: "warm_private_mb %.2f", privateMegabytes(pool.workers)))
        await pool.shutdown()
    }

    /// A thousand connections on twenty plugins, each with a few events, 32 at a time.
    private static func manyConnections(_ worker: String) async throws {
        let pool = MappingBench.pool(worker, workers: LuaPool.Configuration.defaultCount)
        let runner = HookRunner(pool: pool)
        let plugins = try (0..<20).map { try MappingBench.call(plugin: "bench_\($0)") }
        try await concurrently(5000, at: 32) { number in
            var call = plugins[number % plugins.count]
            call.connection = "connection-\(number % 1000)"
            try await MappingBench.map(call, runner)
        }
        print("many_workers \(pool.workers.count)")
        print(String(format: "many_private_mb %.2f", privateMegabytes(pool.workers)))
        await pool.shutdown()
    }

    /// Mappings in a second whose script computes for about a millisecond, so that the workers are what is measured.
    private static func throughput(_ worker: String, workers: Int) async throws -> Double {
        let pool = MappingBench.pool(worker, workers: workers)
        let runner = HookRunner(pool: pool)
        let call = try MappingBench.call(plugin: "bench", before: "local sum = 0 for i = 1, 100000 do sum = sum + i % 7 end ")
        try await concurrently(50, at: 4) { _ in try await MappingBench.map(call, runner) }
        let began = ContinuousClock.now
        let count = 1000
        try await concurrently(count, at: 4 * workers) { _ in try await MappingBench.map(call, runner) }
        let took = (ContinuousClock.now - began) / .seconds(1)
        await pool.shutdown()
        return Double(count) / took
    }

    private static func concurrently(_ count: Int, at once: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for first in 0..<once {
                group.addTask { for number in stride(from: first, to: count, by: once) { try await work(number) } }
            }
            try await group.waitForAll()
        }
    }

    /// Memory that belongs to these processes alone: resident, without what is mapped from files.
    private static func privateMegabytes(_ processes: [Int32]) -> Double {
        processes.reduce(0) { sum, pid in
            let pages = (try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8))?.split(separator: " ").compactMap { Double($0) } ?? []
            return sum + (pages.count > 2 ? (pages[1] - pages[2]) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576 : 0)
        }
    }
}
