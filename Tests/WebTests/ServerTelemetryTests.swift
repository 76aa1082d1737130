import HTTPTypes
import InMemoryTracing
import Metrics
import MetricsTestKit
import Screening
import Testing
import Tracing

@testable import Web

@Suite("What the server measures")
struct ServerTelemetryTests {
    /// Runs a server whose metrics and spans are recorded.
    private func recorded(
        _ routes: [Route],
        limits: ServerLimits = ServerLimits(),
        _ body: @Sendable (RunningServer, HTTPTransport) async throws -> Void
    ) async throws -> (metrics: TestMetrics, spans: [FinishedInMemorySpan]) {
        let (metrics, tracer) = (TestMetrics(), InMemoryTracer())
        try await withMetricsFactory(metrics) {
            try await withTracer(tracer) { try await withServer(routes, limits: limits, body) }
        }
        return (metrics, tracer.finishedSpans.filter { $0.kind == .server })
    }

    private static let routes = [
        Route(.get, "/things/{id}") { _ in WireResponse(200, json: [:]) }, Route(.post, "/hooks/{token}") { _ in throw ProblemDocument.notFound },
        Route(nil, "/any/*") { _ in throw StoreError.unavailable("away") },
    ]

    @Test("Requests are counted by route, method and status, never by path")
    func requests() async throws {
        let (metrics, _) = try await recorded(Self.routes) { server, transport in
            for path in ["/things/1?name=Ana", "/things/2", "/nowhere/secret"] {
                _ = try await transport.send(WireRequest(.get, server.url(path)))
            }
            _ = try await transport.send(WireRequest(.post, server.url("/hooks/secret")))
            _ = try await transport.send(WireRequest(.post, server.url("/things/1")))
            _ = try await transport.send(WireRequest(HTTPRequest.Method("PROPFIND")!, server.url("/any/secret")))
        }
        let timers = metrics.timers(label: "fairlead_http_request_duration_seconds")
        let counts = Dictionary(uniqueKeysWithValues: timers.map { ($0.dimensions.map { "\($0)=\($1)" }.joined(separator: " "), $0.values.count) })
        #expect(
            counts == [
                "route=/things/{id} method=GET code=200": 2, "route=none method=GET code=404": 1, "route=/hooks/{token} method=POST code=404": 1,
                "route=none method=POST code=405": 1, "route=/any/* method=other code=503": 1,
            ]
        )
    }

    @Test("A span goes on where the caller's trace context says, and holds no path")
    func spans() async throws {
        let (_, spans) = try await recorded(Self.routes) { server, transport in
            let headers: HTTPFields = [
                HTTPField.Name(InMemoryTracer.traceIDKey)!: "trace-of-the-caller", HTTPField.Name(InMemoryTracer.spanIDKey)!: "span-of-the-caller",
                HTTPField.Name("x-request-id")!: "r-1",
            ]
            _ = try await transport.send(WireRequest(.post, server.url("/hooks/secret?name=Ana"), headers: headers))
            _ = try await transport.send(WireRequest(.get, server.url("/any/secret")))
        }
        let (first, second) = (try #require(spans.first), try #require(spans.last))
        #expect(first.operationName == "POST /hooks/{token}" && first.traceID == "trace-of-the-caller" && first.parentSpanID == "span-of-the-caller")
        #expect(first.attributes.get("http.route") == .string("/hooks/{token}") && first.attributes.get("http.response.status_code") == .int64(404))
        #expect(first.attributes.get("fairlead.request.id") == .string("r-1") && first.status == nil)
        #expect(second.parentSpanID == nil && second.status?.code == .error)
        for span in spans {
            span.attributes.forEach { name, value in #expect(!"\(value)".contains("secret") && !"\(value)".contains("Ana"), "\(name)") }
        }
    }

    @Test("What is refused on the connection is counted by reason")
    func refusals() async throws {
        var limits = ServerLimits()
        limits.maxConnections = 1
        let (metrics, _) = try await recorded([echo()], limits: limits) { server, _ in
            let first = try await RawSocket.connect(server.port)
            await first.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n~")
            #expect(await first.read(until: "~").hasPrefix("HTTP/1.1 200"))
            let second = try await RawSocket.connect(server.port)
            await second.send("GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(await second.readToEnd()?.hasPrefix("HTTP/1.1 503") == true)
            await first.send("NONSENSE\r\n\r\n")
            #expect(await first.readToEnd()?.hasPrefix("HTTP/1.1 400") == true)
            for socket in [first, second] { socket.end() }
        }
        let counts = metrics.counters(label: "fairlead_http_refused_total").map { ($0.dimensions[0].1, $0.totalValue) }
        #expect(Dictionary(uniqueKeysWithValues: counts) == ["overloaded": 1, "malformed_request": 1])
    }
}
