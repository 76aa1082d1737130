import Screening

extension Timestamp {
    /// How long ago it is, or how soon: `now`, `45 s ago`, `3 min ago`, `in 2 h`, `4 d ago`; the date where it is further away than two months.
    func told(from now: Timestamp) -> String {
        let seconds = (now.milliseconds - milliseconds) / 1000
        let distance = abs(seconds)
        if distance < 2 { return "now" }
        let words =
            switch distance {
            case ..<90: "\(distance) s"
            case ..<5400: "\((distance + 30) / 60) min"
            case ..<129_600: "\((distance + 1800) / 3600) h"
            case ..<5_184_000: "\((distance + 43_200) / 86_400) d"
            default: ""
            }
        if words.isEmpty { return String(iso8601.prefix(10)) }
        return seconds > 0 ? words + " ago" : "in " + words
    }
}

extension OutputStyle {
    /// A time as the API writes it, told from the present where there is one.
    func time(_ iso8601: String) -> String {
        guard let now, let timestamp = Timestamp(iso8601: iso8601) else { return iso8601 }
        return timestamp.told(from: now)
    }
}
