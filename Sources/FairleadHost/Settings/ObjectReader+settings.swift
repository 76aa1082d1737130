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

    /// How old something may become: `90d`, `12w`, `2y`, or `none` for any age. Nil where the key is missing, or is wrong and a problem has been noted.
    func age(_ key: String) -> Duration?? {
        guard let text = text(key) else { return nil }
        if text == "none" { return .some(nil) }
        let days: [Character: Int64] = ["d": 1, "w": 7, "y": 365]
        guard let unit = text.last.flatMap({ days[$0] }), let number = Int64(text.dropLast()), (1...36_500).contains(number) else {
            problem(key, "must be none, or a number of days, weeks or years such as 90d, 12w or 2y")
            return nil
        }
        return .some(.seconds(number * unit * 86_400))
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
