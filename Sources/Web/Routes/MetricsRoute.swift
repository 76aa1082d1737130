import HTTPTypes
import Screening

/// `/metrics`: counts for machines, without personal data.
public enum MetricsRoute {
    /// The route; `text` is asked at every call, for the metrics in the format of the media type.
    public static func routes(_ mediaType: String, text: @escaping @Sendable () -> String) -> [Route] {
        [Route(.get, "/metrics") { _ in WireResponse(200, headers: [.contentType: mediaType], body: Array(text().utf8)) }]
    }
}
