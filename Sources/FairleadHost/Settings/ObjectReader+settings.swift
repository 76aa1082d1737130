import ConfigurationFiles
import Screening

extension ObjectReader {
    /// A time under a key, such as `15m`.
    func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let text = text(key) else { return nil }
        guard let duration = Duration(short: text), range.contains(duration) else {
            let seconds = (range.lowerBound.components.seconds, range.upperBound.components.seconds)
            problem(key, "must be a time from \(seconds.0)s to \(seconds.1)s, such as 90s, 15m, 8h or 3d")
            return nil
        }
        return duration
    }

    /// A credential under a key; empty text is a problem.
    func secret(_ key: String, required: Bool = false) -> Secret? {
        guard self[key] != nil || required else { return nil }
        return text(key, required: true).map(Secret.init)
    }

    /// The address that paths are appended to, without a trailing slash.
    func baseURL(_ key: String, required: Bool = false) -> String? {
        guard let text = text(key, required: required) else { return nil }
        guard URLParts(text) != nil, !text.contains("?"), !text.contains("#") else {
            problem(key, "must be an http or https URL, without query or user name")
            return nil
        }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }
}
