import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Web

/// Everything around a host, or around the script that is its peer: an ATS that sends and is told, and providers that create, list, answer and call back.
///
/// It answers at once and forgets nothing, so that what is measured is the program in between. Prints one line for each figure.
final class OutsideWorld: Sendable {
    struct State {
        var listed: [UInt8] = []
        var created = 0
        var callbacks: [(id: Int, path: String)] = []
        var sent: [Int: ContinuousClock.Instant] = [:]
        var calledBack: [Int: ContinuousClock.Instant] = [:]
        var told: [Int: ContinuousClock.Instant] = [:]
        var requests: [String: Int] = [:]
    }

    let load: OutsideLoad
    let state: Mutex<State>
    let ready = DispatchSemaphore(value: 0)

    init(_ load: OutsideLoad) {
        self.load = load
        var state = State()
        for number in 0..<load.listed { state.listed += OutsideWorld.listed("old_\(number)") }
        self.state = Mutex(state)
    }

    /// Sends every candidate and waits until each result has come back into the ATS; with none to send, answers until the process is ended.
    /// - Throws: ``BenchFailure`` where nothing more comes back for a minute, or a candidate was ordered twice.
    func run() async throws {
        var logger = Logger(label: "outside")
        logger.logLevel = .critical
        let server = HTTPServer(host: "127.0.0.1", port: load.port, routes: routes, logger: logger)
        let group = ServiceGroup(services: [server], logger: logger)
        let serving = Task { try await group.run() }
        _ = try await server.boundPort()
        let began = ContinuousClock.now
        let senders = load.pace == nil ? min(32, load.count) : 1
        for share in 0..<senders { start { [self] in try send(share, of: senders) } }
        if load.callsBack && load.flood == 0 { for _ in 0..<8 { start { [self] in try callBack() } } }
        if load.count == 0 { return try await serving.value }
        if load.flood > 0 { try await flood() }
        try await wait { $0.told.count }
        try report(since: began)
        await group.triggerGracefulShutdown()
        serving.cancel()
    }

    /// Waits until the count is that of the candidates, as long as requests come in.
    private func wait(for count: @Sendable (State) -> Int) async throws {
        var (last, at) = (-1, ContinuousClock.now)
        while true {
            let (present, requests) = state.withLock { (count($0), $0.requests.values.reduce(0, +)) }
            if present >= load.count { return }
            if requests > last { (last, at) = (requests, .now) }
            guard ContinuousClock.now - at < .seconds(60) else { throw BenchFailure("after \(present) of \(load.count) nothing came for a minute") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Once all is ordered, and a line is read that says so, every order's webhook is sent so many times, as fast as it is answered.
    private func flood() async throws {
        try await wait { $0.callbacks.count }
        say("ordered \(load.count)")
        _ = readLine()
        let callbacks = state.withLock { $0.callbacks }
        let total = callbacks.count * load.flood
        let began = ContinuousClock.now
        let finished = DispatchSemaphore(value: 0)
        for share in 0..<64 {
            start { [self] in
                var connection = try KeptConnection(port: load.target)
                for number in stride(from: share, to: total, by: 64) {
                    let (id, path) = callbacks[number % callbacks.count]
                    try postWebhook(id, path, delivery: number / callbacks.count, &connection)
                }
                finished.signal()
            }
        }
        await withCheckedContinuation { done in
            Thread.detachNewThread {
                for _ in 0..<64 { finished.wait() }
                done.resume()
            }
        }
        say(String(format: "webhooks_per_second %.1f", Double(total) / ((ContinuousClock.now - began) / .seconds(1))))
    }

    /// A line that is read at once: `print` keeps it until the end where it goes into a pipe.
    private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private func report(since began: ContinuousClock.Instant) throws {
        let state = state.withLock { $0 }
        guard state.created == load.count else { throw BenchFailure("\(state.created) requests for \(load.count) candidates") }
        let took = state.told.values.max().map { ($0 - began) / .seconds(1) } ?? 0
        print(String(format: "jobs_per_second %.1f", Double(load.count) / took))
        percentiles("told", from: state.calledBack, to: state.told)
        percentiles("job", from: state.sent, to: state.told)
        for (name, count) in state.requests.sorted(by: { $0.key < $1.key }) { print("\(name) \(count)") }
    }

    private func percentiles(_ name: String, from: [Int: ContinuousClock.Instant], to: [Int: ContinuousClock.Instant]) {
        let waits = from.compactMap { id, at in to[id].map { ($0 - at) / .milliseconds(1) } }.sorted()
        guard !waits.isEmpty else { return }
        print(String(format: "\(name)_p50_ms %.1f\n\(name)_p99_ms %.1f", waits[waits.count / 2], waits[waits.count * 99 / 100]))
    }

    private func start(_ body: @escaping @Sendable () throws -> Void) {
        Thread.detachNewThread {
            do { try body() } catch {
                FileHandle.standardError.write(Data("outside: \(error)\n".utf8))
                exit(1)
            }
        }
    }

    func count(_ name: String) { state.withLock { $0.requests[name, default: 0] += 1 } }
}
