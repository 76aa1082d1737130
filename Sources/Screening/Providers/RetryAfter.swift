import HTTPTypes

/// How long an answer's `Retry-After` header asks to wait: seconds, or an HTTP date.
package enum RetryAfter {
    /// The wait, of at most a day; nil where the header is missing, past or not understood.
    package static func duration(in response: WireResponse, at timestamp: Timestamp) -> Duration? {
        guard let name = HTTPField.Name("Retry-After"), let text = response.headers[name]?.trimmed else { return nil }
        let wait: Duration
        if let seconds = Int64(text) {
            guard seconds <= 86_400 else { return nil }
            wait = .seconds(seconds)
        } else if let until = Timestamp(httpDate: text) {
            wait = until - timestamp
        } else {
            return nil
        }
        return wait >= .zero && wait <= .seconds(86_400) ? wait : nil
    }
}

extension Timestamp {
    /// The time of an HTTP date such as `Sun, 01 Mar 2026 09:30:00 GMT`; nil where the text is not one.
    package init?(httpDate text: String) {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
        self.init(iso8601: "\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
    }
}
