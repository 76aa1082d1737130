import HTTPTypes
import Metrics
import Pipeline
import Screening
import Tracing

/// Counts, times and traces what is sent, by host and how it ended. Of a URL only the host of a configured account is recorded: the rest may hold
/// credentials.
struct ExchangeTelemetry: Sendable {
    /// Whether a host is a configured account's. Any other is `other`: scripts choose hosts, and each would be a series of its own.
    private let isAccountHost: @Sendable (_ host: String) -> Bool
    private let durations = MetricSet<Timer>("fairlead_http_client_request_duration_seconds", "host", "result")

    init(isAccountHost: @escaping @Sendable (_ host: String) -> Bool = { _ in false }) { self.isAccountHost = isAccountHost }

    /// Sends a request by `send`.
    func record(
        _ request: WireRequest,
        to host: String?,
        _ send: (WireRequest) async throws -> WireResponse
    ) async throws -> WireResponse {
        let named = host.flatMap { isAccountHost($0) ? $0 : nil } ?? "other"
        let start = ContinuousClock.now
        // Not thrown inside the span, which would keep the error's text: that may name any host.
        let outcome: Result<WireResponse, any Error> = await withSpan(request.method.label, ofKind: .client) { span in
            var request = request
            if request.tellsTrace { InstrumentationSystem.instrument.inject(span.context, into: &request.headers, using: FieldInjector()) }
            let outcome: Result<WireResponse, any Error>
            do { outcome = .success(try await send(request)) } catch { outcome = .failure(error) }
            span.updateAttributes { attributes in
                attributes["http.request.method"] = request.method.label
                if let call = request.call { attributes["fairlead.call"] = call }
                attributes["server.address"] = named
                switch outcome {
                case .success(let response): attributes["http.response.status_code"] = response.status
                case .failure: attributes["error.type"] = ExchangeTelemetry.result(outcome)
                }
            }
            if case .failure = outcome { span.setStatus(SpanStatus(code: .error)) }
            return outcome
        }
        durations.record(.now - start, named, ExchangeTelemetry.result(outcome))
        return try outcome.get()
    }

    /// The class of the status, such as `2xx`, or the kind of failure.
    private static func result(_ outcome: Result<WireResponse, any Error>) -> String {
        switch outcome {
        case .success(let response): "\(response.status / 100)xx"
        case .failure(let error as TransportError): error.kind.rawValue
        case .failure(is CancellationError): "cancelled"
        case .failure: "failed"
        }
    }

    private struct FieldInjector: Injector {
        func inject(_ value: String, forKey key: String, into fields: inout HTTPFields) {
            if let name = HTTPField.Name(key), HTTPField.isValidValue(value) { fields[name] = value }
        }
    }
}
