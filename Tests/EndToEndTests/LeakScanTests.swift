import Foundation
import HTTPTypes
import Logging
import Screening
import Simulators
import Synchronization
import Testing
import Web

/// What a host says of itself names nobody: looked for as `fairlead privacy scan` does, with the keys by which people are found.
@Suite("Nobody is in what a host says of itself", .serialized) struct LeakScanTests {
    /// Takes spans and metrics as a collector does.
    private final class Collector: WireHandler {
        private let bodies = Mutex<[String]>([])
        var lines: [String] { bodies.withLock { $0 } }

        func respond(to request: WireRequest) async throws -> WireResponse {
            bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
            return WireResponse(200, json: [:])
        }
    }

    @Test("An order goes from its delivery to its end: nobody is in log, metrics, traces and status, and somebody who is put there is found")
    func scanned() async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let collector = Collector()
        let socket = try await Web.serve(handler: collector, logger: logger)
        let harness = try await KillHarness(otlp: "http://127.0.0.1:\(socket.port)")
        defer { harness.serve.kill() }
        let log = harness.folder.appending(path: "host.log")
        try await harness.serve.start(log: log, level: "trace")
        try await harness.ats.deliver(1)
        #expect(try await harness.waitForEnds(of: [1]))
        // What goes wrong is logged, too: a delivery without a person, a wrong signature, a search, an address that nobody knows.
        for (path, body) in [("/ats/acme/standard", "{}"), ("/ats/nobody/standard", #"{"email":"ana1@example.test"}"#)] {
            let address = "http://127.0.0.1:\(harness.serve.port)\(path)?email=ana1@example.test"
            _ = try await harness.send(WireRequest(.post, address, body: Array(body.utf8)))
        }
        _ = try await harness.serve.get("/orders?q=ana1@example.test")
        let metrics = try await harness.send(WireRequest(.get, "http://127.0.0.1:\(harness.serve.port)/metrics"))
        let status = try #require(try await harness.serve.get("/status"))
        for _ in 0..<200 where collector.lines.count < 3 { try await Task.sleep(for: .milliseconds(50)) }

        let sources: [(name: String, lines: [String])] = [
            ("log", try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)),
            ("metrics", String(decoding: metrics.body, as: UTF8.self).split(separator: "\n").map(String.init)),
            ("traces", collector.lines), ("status", [status.string()]),
        ]
        for (name, lines) in sources {
            #expect(!lines.isEmpty, "\(name) is empty")
            let found = try await scan(harness.serve, lines)
            #expect(found.isEmpty, "somebody is in the \(name): \(found.map { lines[$0 - 1].prefix(300) })")
        }
        let planted = ["nothing", "told Ana Roe of it", #"{"email":"Ana1@Example.test"}"#, "order for application-1 sent", "ana2@example.test"]
        #expect(try await scan(harness.serve, planted) == [2, 3, 4])
        #expect(harness.serve.terminate() == 0)
        await harness.close()
        await socket.stop()
    }

    private func scan(_ serve: ServeProcess, _ lines: [String]) async throws -> [Int] {
        var found: [Int] = []
        for start in stride(from: 0, to: lines.count, by: 500) {
            let part = lines[start..<min(start + 500, lines.count)]
            let answer = try await serve.post("/privacy/scan", ["lines": .array(part.map { .string(String($0.prefix(100_000))) })])
            #expect(answer.status == 200)
            found += (answer.json?["lines"]?.items ?? []).compactMap { $0.integer.map { Int($0) + start } }
        }
        return found
    }
}
