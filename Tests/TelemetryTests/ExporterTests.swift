import HTTPTypes
import Logging
import Metrics
import Screening
import ScreeningTesting
import Synchronization
import Telemetry
import Testing
import Tracing

@Suite("The export to a collector")
struct ExporterTests {
    /// A collector that answers as told.
    private final class Collector: Sendable {
        struct State {
            var status = 200
            var retryAfter: String?
            var requests: [WireRequest] = []
        }
        let state = Mutex(State())

        func send(_ request: WireRequest) throws -> WireResponse {
            try state.withLock { state in
                state.requests.append(request)
                if state.status == 0 { throw TransportError(.cannotConnect, "the collector cannot be reached") }
                var response = WireResponse(state.status)
                response.headers[.retryAfter] = state.retryAfter
                return response
            }
        }

        func answer(_ status: Int) { state.withLock { $0.status = status } }

        /// The names of the spans that came, by request.
        func spans() -> [[String]] {
            state.withLock { $0.requests }.filter { $0.path == "/v1/traces" }.map { request in
                let body = try? JSON(parsing: request.body)
                let spans = body?["resourceSpans"]?.items?.first?["scopeSpans"]?.items?.first?["spans"]?.items ?? []
                return spans.compactMap { $0["name"]?.text }
            }
        }
    }

    private func exporter(
        _ collector: Collector,
        _ registry: MetricsRegistry,
        limit: Int = 10,
        clock: any WallClock = SystemClock()
    ) -> OTLPExporter {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return OTLPExporter(
            url: "http://collector.example.test:4318",
            authorization: Secret("Bearer invented"),
            version: "1",
            instance: "here",
            registry: registry,
            clock: clock,
            logger: logger,
            queueLimit: limit
        ) { try collector.send($0) }
    }

    @Test("A collector that asks for time is sent nothing before it is over, and nothing is lost meanwhile")
    func retryAfter() async throws {
        let (collector, registry, clock) = (Collector(), MetricsRegistry(), ManualClock())
        let exporter = exporter(collector, registry, clock: clock)
        exporter.tracer(share: 1).withSpan("one") { _ in }
        collector.state.withLock { ($0.status, $0.retryAfter) = (429, "90") }
        await exporter.flush(within: .seconds(30))
        let asked = collector.state.withLock { $0.requests.count }
        #expect(asked == 1)
        collector.state.withLock { ($0.status, $0.retryAfter) = (200, nil) }
        clock.advance(by: .seconds(89))
        await exporter.flush(within: .seconds(30))
        #expect(collector.state.withLock { $0.requests.count } == 1, "it is asked before its time")
        clock.advance(by: .seconds(1))
        await exporter.flush(within: .seconds(30))
        #expect(collector.spans().last == ["one"])
    }

    @Test("Spans and metrics go to their addresses, in OTLP's JSON")
    func bodies() async throws {
        let (collector, registry) = (Collector(), MetricsRegistry())
        let exporter = exporter(collector, registry)
        exporter.tracer(share: 1).withSpan("POST /orders", ofKind: .server) { span in
            span.updateAttributes { attributes in
                attributes["http.route"] = "/orders"
                attributes["http.response.status_code"] = 201
            }
        }
        Timer(label: "fairlead_told_delay_seconds", dimensions: [("connection", "acme")], factory: registry).record(duration: .milliseconds(250))
        Counter(label: "fairlead_submissions_total", dimensions: [("account", "zinc-uk"), ("result", "sent")], factory: registry).increment()
        Gauge(label: "fairlead_ready", factory: registry).record(1)
        await exporter.flush(within: .seconds(30))
        let requests = collector.state.withLock { $0.requests }
        #expect(requests.map(\.url) == ["traces", "metrics"].map { "http://collector.example.test:4318/v1/\($0)" })
        #expect(requests.allSatisfy { $0.headers[.authorization] == "Bearer invented" && $0.headers[.contentType] == "application/json" })
        let traces = try JSON(parsing: requests[0].body)
        let resource = traces["resourceSpans"]?.items?.first?["resource"]?["attributes"]?.items
        #expect(resource?.first == ["key": "service.name", "value": ["stringValue": "fairlead"]])
        let span = traces["resourceSpans"]?.items?.first?["scopeSpans"]?.items?.first?["spans"]?.items?.first
        #expect(span?["kind"] == 2 && span?["traceId"]?.text?.utf8.count == 32 && span?["spanId"]?.text?.utf8.count == 16)
        #expect(
            span?["attributes"] == [
                ["key": "http.response.status_code", "value": ["intValue": "201"]], ["key": "http.route", "value": ["stringValue": "/orders"]],
            ]
        )
        let metrics = try JSON(parsing: requests[1].body)["resourceMetrics"]?.items?.first?["scopeMetrics"]?.items?.first?["metrics"]?.items ?? []
        func metric(_ name: String) -> JSON? { metrics.first { $0["name"]?.text == name } }
        let told = metric("fairlead_told_delay_seconds")?["histogram"]?["dataPoints"]?.items?.first
        #expect(
            told?["count"] == "1" && told?["sum"] == 0.25 && told?["bucketCounts"]?.items?.count == (told?["explicitBounds"]?.items?.count ?? 0) + 1
        )
        #expect(metric("fairlead_submissions_total")?["sum"]?["isMonotonic"] == true && metric("fairlead_ready")?["gauge"] != nil)
    }

    @Test("A collector that is away loses nothing for which there is room, and gets it when it is back")
    func away() async {
        let (collector, registry) = (Collector(), MetricsRegistry())
        let exporter = exporter(collector, registry, limit: 3)
        let tracer = exporter.tracer(share: 1)
        collector.answer(0)
        for name in ["a", "b"] { tracer.withSpan(name) { _ in } }
        await exporter.flush(within: .seconds(30))
        collector.answer(503)
        for name in ["c", "d", "e"] { tracer.withSpan(name) { _ in } }
        await exporter.flush(within: .seconds(30))
        #expect(collector.spans() == [["a", "b"], ["a", "b", "c"]])
        collector.answer(200)
        await exporter.flush(within: .seconds(30))
        #expect(collector.spans().last == ["a", "b", "c"])
        let text = PrometheusText.text(of: registry)
        #expect(
            text.contains("fairlead_telemetry_spans_total{result=\"sent\"} 3")
                && text.contains("fairlead_telemetry_spans_total{result=\"dropped\"} 2")
        )
        #expect(text.contains("fairlead_telemetry_exports_total{signal=\"traces\",result=\"away\"} 2"))
    }

    @Test("What a collector refuses for good is not sent again")
    func refused() async {
        let (collector, registry) = (Collector(), MetricsRegistry())
        let exporter = exporter(collector, registry)
        collector.answer(400)
        exporter.tracer(share: 1).withSpan("a") { _ in }
        await exporter.flush(within: .seconds(30))
        await exporter.flush(within: .seconds(30))
        #expect(collector.spans() == [["a"]])
        #expect(PrometheusText.text(of: registry).contains("fairlead_telemetry_spans_total{result=\"dropped\"} 1"))
    }
}
