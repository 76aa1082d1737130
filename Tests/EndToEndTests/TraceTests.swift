import Foundation
import HTTPTypes
import Logging
import Screening
import ScreeningTesting
import Simulators
import Synchronization
import Testing
import Web

@Suite("The trace of a screening", .serialized)
struct TraceTests {
    /// Takes spans as a collector does.
    private final class Collector: WireHandler {
        private let state = Mutex<[JSON]>([])

        /// The spans of a trace.
        func spans(of trace: String) -> [JSON] { state.withLock { $0.filter { $0["traceId"]?.text == trace } } }
        var all: [JSON] { state.withLock { $0 } }

        func respond(to request: WireRequest) async throws -> WireResponse {
            if request.path == "/v1/traces", let body = try? JSON(parsing: request.body) {
                let found = (body["resourceSpans"]?.items ?? []).flatMap { $0["scopeSpans"]?.items ?? [] }.flatMap { $0["spans"]?.items ?? [] }
                state.withLock { $0 += found }
            }
            return WireResponse(200, json: [:])
        }
    }

    private static let trace = "0af7651916cd43dd8448eb211c80319c"

    @Test("One trace goes from the delivery to the word to the ATS, over a host that is killed in between")
    func killed() async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let collector = Collector()
        let socket = try await Web.serve(handler: collector, logger: logger)
        let seen = Mutex<[(path: String, traceparent: String?)]>([])
        let harness = try await KillHarness(pace: .milliseconds(700), otlp: "http://127.0.0.1:\(socket.port)") { request in
            let header = HTTPField.Name("traceparent").flatMap { request.headers[$0] }
            seen.withLock { $0.append((request.path, header)) }
        }
        defer { harness.serve.kill() }
        try await harness.serve.start()
        try await deliver(to: harness.serve.port, callback: harness.site.ats.callbackURL)
        // The provider has it, and the collector heard of it.
        try await wait { harness.site.zinc.requests.count == 1 && collector.spans(of: Self.trace).contains { $0["name"] == "send events" } }
        harness.serve.kill()
        let restarted = UInt64(Date().timeIntervalSince1970 * 1e9)
        try await harness.serve.start()
        try await wait { harness.completions(of: 1) > 0 }
        #expect(harness.serve.terminate() == 0)

        let spans = collector.spans(of: Self.trace)
        let names = Set(spans.compactMap { $0["name"]?.text })
        #expect(names.isSuperset(of: ["POST /ats/{connection}/*", "send events", "process runs", "process submissions"]), "\(names)")
        let later = spans.filter { UInt64($0["startTimeUnixNano"]?.text ?? "") ?? 0 > restarted }
        let told = later.filter { $0["name"] == "process runs" && attribute("fairlead.order.id", of: $0) != nil }
        #expect(!told.isEmpty, "nothing of the trace happened after the restart: \(later.compactMap { $0["name"]?.text })")
        #expect(told.allSatisfy { $0["links"]?.items?.isEmpty == false && $0["kind"] == 5 })
        #expect(later.contains { $0["kind"] == 3 && told.compactMap { $0["spanId"]?.text }.contains($0["parentSpanId"]?.text ?? "") })

        // The provider is told the trace; an address that came with the delivery is not.
        let requests = seen.withLock { $0 }
        let toProvider = requests.filter { $0.path.hasPrefix("/zinc/") }
        #expect(toProvider.contains { $0.traceparent?.contains(Self.trace) == true })
        #expect(requests.filter { $0.path.hasPrefix("/ats/") }.allSatisfy { $0.traceparent == nil })
        // No token, no query and no person in any span.
        let tokens = toProvider.isEmpty ? [] : ["ana1@example.test", "/providers/zinc/", "callback_url"]
        for span in collector.all { for token in tokens { #expect(!span.string().contains(token)) } }
        await harness.close()
        await socket.stop()
    }

    private func attribute(_ name: String, of span: JSON) -> String? {
        span["attributes"]?.items?.first { $0["key"]?.text == name }?["value"]?["stringValue"]?.text
    }

    /// Waits until something holds.
    private func wait(_ holds: () -> Bool) async throws {
        for _ in 0..<1200 {
            if holds() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("waited in vain")
    }

    /// Sends an event with a trace of the sender's own, which says that it is not recorded: that is not taken over.
    private func deliver(to port: Int, callback: String) async throws {
        let body: JSON = [
            "type": "application.screening_requested",
            "data": [
                "application": ["id": "application-1"], "package": "pkg_1", "callback_url": .string(callback),
                "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana1@example.test", "phone": "+441632960000"],
            ],
        ]
        var request = WireRequest(.post, "http://127.0.0.1:\(port)/ats/acme/standard", json: body)
        let webhooks = try #require(StandardWebhooks([Secret("whsec_c2ltdWxhdGVkLWV2ZW50LXNlY3JldC0wMDE=")]))
        for (name, value) in webhooks.headers(for: request.body, id: "msg_1", at: SystemClock().now()) {
            request.headers[try #require(HTTPField.Name(name))] = value
        }
        request.headers[try #require(HTTPField.Name("traceparent"))] = "00-\(Self.trace)-b7ad6b7169203331-00"
        let transport = HTTPTransport(allow: { $0.description.hasPrefix("127.") })
        let response = try await transport.send(request)
        await transport.shutdown()
        #expect(response.status == 200)
    }
}
