import HTTPTypes

/// How long an answer asks to wait, as `Retry-After` says it: the one reader of it, for providers and scripts.
package enum RetryAfter {
    /// What anybody may ask for: never less than ``floor``, never more than ``ceiling``.
    package static let floor = Duration.seconds(1)
    package static let ceiling = Duration.seconds(86_400)

    /// The wait that an answer's header asks for, between ``floor`` and ``ceiling``; nil where the header is missing or not understood.
    package static func duration(in response: WireResponse, at timestamp: Timestamp) -> Duration? {
        response.headers[.retryAfter].flatMap { duration($0, at: timestamp) }
    }

    /// The wait that a header's text asks for: seconds, with a fraction or not, an HTTP date in any of its three forms, or ISO 8601. What is over already
    /// is ``floor``; nil where it is none of these.
    package static func duration(_ text: String, at timestamp: Timestamp) -> Duration? {
        let text = text.trimmed
        guard text.utf8.count <= 100 else { return nil }
        if let seconds = seconds(text) ?? text.split(separator: ",").first.flatMap({ seconds(String($0).trimmed) }) {
            return .milliseconds(Int64(min(max(seconds, 1), 86_400) * 1000))
        }
        guard let until = Timestamp(httpDate: text, near: timestamp) ?? Timestamp(iso8601: text) else { return nil }
        return min(max(until - timestamp, floor), ceiling)
    }

    private static func seconds(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ $0.isASCIIDigit || "+-.".utf8.contains($0) }) else { return nil }
        return Double(text)
    }
}

extension Timestamp {
    /// The time of an HTTP date: `Sun, 01 Mar 2026 09:30:00 GMT`, or as it was written of old `Sunday, 01-Mar-26 09:30:00 GMT` and
    /// `Sun Mar  1 09:30:00 2026`. Nil where the text is none.
    /// - Parameter present: decides the century of a year of two digits.
    package init?(httpDate text: String, near present: Timestamp = Timestamp(milliseconds: 0)) {
        var parts = text.split { $0 == " " || $0 == "-" || $0 == "," }.map { String($0) }
        if let last = parts.last, ["GMT", "UTC", "Z", "+0000"].contains(last.uppercased()) { parts.removeLast() }
        guard parts.count == 5 else { return nil }
        // The month stands second only in the form of C's asctime.
        if Self.month(parts[1]) != nil { parts = [parts[0], parts[2], parts[1], parts[4], parts[3]] }
        guard let day = Int(parts[1]), (1...31).contains(day), let month = Self.month(parts[2]), var year = Int(parts[3]), year >= 0 else {
            return nil
        }
        if parts[3].utf8.count == 2 {
            let this = Int(present.iso8601.prefix(4)) ?? 2000
            year += this / 100 * 100
            if year > this + 50 { year -= 100 }
        }
        func padded(_ number: Int, _ width: Int) -> String { String(repeating: "0", count: max(0, width - String(number).count)) + String(number) }
        self.init(iso8601: "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(parts[4])Z")
    }

    private static func month(_ name: String) -> Int? {
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"].firstIndex(of: name.prefix(3).lowercased()).map {
            $0 + 1
        }
    }
}
