import Screening

/// How times, spans and numbers are shown.
struct Format: Sendable {
    let now: Timestamp

    /// A moment for the template `time`; nil where there is none.
    func time(_ time: Timestamp?) -> Model? {
        time.map { ["iso": $0.iso8601, "absolute": Format.absolute($0), "relative": relative($0), "moment": Format.moment($0)] }
    }

    /// A moment that the API gave.
    func time(_ json: JSON?) -> Model? { time(Format.timestamp(json)) }

    /// `3 h ago`, `in 12 min`.
    func relative(_ time: Timestamp) -> String {
        let milliseconds = (now - time).wholeMilliseconds
        if abs(milliseconds) < 5000 { return milliseconds < 0 ? "now" : "just now" }
        let span = Format.span(abs(milliseconds), parts: 1)
        return milliseconds < 0 ? "in \(span)" : "\(span) ago"
    }

    /// `2026-11-30 12:03:07 UTC`.
    static func absolute(_ time: Timestamp) -> String { time.iso8601.prefix(19).replacing("T", with: " ") + " UTC" }

    /// `30 Nov 12:03:07`.
    static func moment(_ time: Timestamp) -> String { "\(short(time).split(separator: " ").prefix(2).joined(separator: " ")) \(clock(time))" }

    /// A filter's value: a moment as people read it.
    static func filter(_ name: String, _ value: String) -> String {
        ["since", "until"].contains(name) ? Timestamp(iso8601: value).map(absolute) ?? value : value
    }

    /// `every 2 h`, `off`, of a polling as the API says it.
    static func every(_ poll: String) -> String {
        guard poll.hasSuffix("s"), let seconds = Int64(poll.dropLast()) else { return poll == "off" ? poll : "every \(poll)" }
        return "every " + span(seconds * 1000)
    }

    /// `12:03:07`.
    static func clock(_ time: Timestamp) -> String { String(time.iso8601.dropFirst(11).prefix(8)) }

    /// `30 Nov 12:03`.
    static func short(_ time: Timestamp) -> String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let text = time.iso8601
        let month = Int(text.dropFirst(5).prefix(2)).map { months[($0 - 1) % 12] } ?? ""
        return "\(Int(text.dropFirst(8).prefix(2)) ?? 0) \(month) \(text.dropFirst(11).prefix(5))"
    }

    /// `Mon 30 Nov`, of the day in UTC.
    static func day(_ time: Timestamp) -> String {
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let number = Int(time.milliseconds / 86_400_000 % 7)
        return names[(number + 7) % 7] + " " + short(time).split(separator: " ").prefix(2).joined(separator: " ")
    }

    /// `3 days 4 h`, `12 min`, `4 s`: the largest units.
    static func span(_ milliseconds: Int64, parts: Int = 2) -> String {
        var seconds = max(milliseconds, 0) / 1000
        // Within two days hours say more.
        let units: [(name: String, size: Int64)] =
            seconds < 2 * 86_400 ? [("h", 3600), ("min", 60), ("s", 1)] : [("day", 86_400), ("h", 3600), ("min", 60), ("s", 1)]
        var words: [String] = []
        for unit in units where words.count < parts {
            let count = seconds / unit.size
            if count == 0, words.isEmpty { continue }
            seconds -= count * unit.size
            if count > 0 { words.append("\(count) \(unit.name)\(unit.name == "day" && count != 1 ? "s" : "")") } else { break }
        }
        return words.isEmpty ? "0 s" : words.joined(separator: " ")
    }

    /// `12,345`.
    static func number(_ number: Int) -> String {
        var digits = String(number.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// A timestamp that the API gave.
    static func timestamp(_ json: JSON?) -> Timestamp? { json?.text.flatMap { Timestamp(iso8601: $0) } }
}
