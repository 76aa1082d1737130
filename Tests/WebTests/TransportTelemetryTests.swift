import HTTPTypes
import InMemoryTracing
import Metrics
import MetricsTestKit
import Pipeline
import Screening
import Testing
import Tracing

@testable import Web

@Suite("What the way out measures")
struct TransportTelemetryTests {
    private static let known = "provider.example.test"

    /// Sends through a transport that finds every name on this machine, and knows one of them as an account's.
    private func recorded(
        _ body: @Sendable (RunningServer, HTTPTransport) async throws -> Void
    ) async throws -> (metrics: TestMetrics, tracer: InMemoryTracer) {
        let (metrics, tracer) = (TestMetrics(), InMemoryTracer())
        let headers = Route(.get, "/headers") { request in
            WireResponse(200, json: .array(request.headers.map { .string($0.name.canonicalName) }))
        }
        let status = Route(nil, "/status/{code}") { request in WireResponse(Int(request.parameters["code"] ?? "") ?? 500) }
        try await withServer([headers, status]) { (server, _) async throws in
            // Metrics go where they are made.
            let telemetry = withMetricsFactory(metrics) { ExchangeTelemetry(isAccountHost: { $0 == Self.known }) }
            let transport = HTTPTransport(
                maximumResponse: 1000,
                connectTimeout: .seconds(30),
                guardian: AddressGuard(allow: { _ in true }) { host in
                    host == "nowhere.example.test" ? [] : [IPAddress("127.0.0.1")].compactMap(\.self)
                },
                telemetry: telemetry
            )
            try await withMetricsFactory(metrics) {
                try await withTracer(tracer) { try await body(server, transport) }
            }
            await transport.shutdown()
        }
        return (metrics, tracer)
    }

    private func url(_ host: String, _ server: RunningServer, _ path: String) -> String { "http://\(host):\(server.port)\(path)" }

    @Test("Exchanges are counted by an account's host, or other, and by how they ended; nothing of a URL is told")
    func exchanges() async throws {
        let (metrics, tracer) = try await recorded { server, transport in
            for (host, code) in [(Self.known, 200), (Self.known, 204), (Self.known, 503), ("hooks.example.test", 404)] {
                _ = try await transport.send(WireRequest(.post, url(host, server, "/status/\(code)?token=secret")))
            }
            for address in ["http://nowhere.example.test/secret", "ftp://x/secret"] {
                await #expect(throws: TransportError.self) { try await transport.send(WireRequest(.get, address)) }
            }
        }
        let timers = metrics.timers(label: "fairlead_http_client_request_duration_seconds")
        let counts = Dictionary(uniqueKeysWithValues: timers.map { ($0.dimensions.map { "\($0)=\($1)" }.joined(separator: " "), $0.values.count) })
        #expect(
            counts == [
                "host=\(Self.known) result=2xx": 2, "host=\(Self.known) result=5xx": 1, "host=other result=4xx": 1,
                "host=other result=cannot_connect": 1, "host=other result=refused": 1,
            ]
        )
        let spans = tracer.finishedSpans
        #expect(spans.map(\.operationName) == Array(repeating: "POST", count: 4) + Array(repeating: "GET", count: 2))
        #expect(
            spans.map { $0.attributes.get("server.address") } == [Self.known, Self.known, Self.known, "other", "other", "other"].map { .string($0) }
        )
        #expect(spans.last?.attributes.get("error.type") == .string("refused") && spans.last?.status?.code == .error)
        for span in spans {
            #expect(span.errors.isEmpty)
            span.attributes.forEach { name, value in
                #expect(!"\(value)".contains("secret") && !"\(value)".contains("nowhere") && !"\(value)".contains("hooks"), "\(name)")
            }
        }
    }

    @Test("Nobody is told the trace, unless the request says so")
    func propagation() async throws {
        let (_, untold) = try await recorded { server, transport in
            let response = try await transport.send(WireRequest(.get, url(Self.known, server, "/headers")))
            #expect(response.json?.items?.contains(.string(InMemoryTracer.traceIDKey)) == false)
        }
        #expect(untold.performedContextInjections.isEmpty)
        let (_, told) = try await recorded { server, transport in
            for tells in [true, false] {
                var request = WireRequest(.get, url(Self.known, server, "/headers"))
                request.tellsTrace = tells
                let response = try await transport.send(request)
                #expect(response.json?.items?.contains(.string(InMemoryTracer.traceIDKey)) == tells)
            }
        }
        #expect(told.performedContextInjections.map { $0.values[InMemoryTracer.spanIDKey] } == [told.finishedSpans.first?.spanID])
    }

    @Test("The hosts of configured accounts are known, also after they changed")
    func accountHosts() async throws {
        let registry = try await APIFixture().context.registry
        #expect(registry.isAccountHost("invented.example.test") && !registry.isAccountHost("ats.example.test"))
        registry.replace(connections: registry.connections, accounts: [])
        #expect(!registry.isAccountHost("invented.example.test"))
    }

    @Test("A cancelled exchange is counted as cancelled")
    func cancelled() async throws {
        let (arrived, arrive) = AsyncStream<Void>.makeStream()
        let silent = try RawServer { socket in
            _ = await socket.read(until: "\r\n\r\n")
            arrive.yield()
            _ = await socket.readToEnd()
        }
        let (metrics, _) = try await recorded { _, transport in
            let exchange = Task { try await transport.send(WireRequest(.get, "http://\(Self.known):\(silent.port)/")) }
            for await _ in arrived { break }
            exchange.cancel()
            await #expect(throws: CancellationError.self) { try await exchange.value }
        }
        silent.stop()
        #expect(metrics.timers.map { $0.dimensions.map(\.1) } == [[Self.known, "cancelled"]])
    }
}
