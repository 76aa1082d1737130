import HTTPTypes
import Screening

/// `/metrics`: counts for machines, without personal data.
public enum MetricsRoute {
    /// The route; `metrics` is asked at every call, and may remember what it found for a moment.
    public static func routes(metrics: @escaping @Sendable () async throws -> [Metric]) -> [Route] {
        [
            Route(.get, "/metrics") { _ in
                let text = try await metrics().map(\.text).joined(separator: "\n") + "\n"
                return WireResponse(200, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"], body: Array(text.utf8))
            }
        ]
    }
}
