import Screening

/// How times and durations are said in a sentence.
struct Wording: Sendable {
    /// The present time, from which a day and a year follow that need not be said.
    let now: Timestamp

    /// `at 14:02` for today, else `on 2 Dec 14:02`; with the year where it is another one. In UTC.
    /// - Parameter said: a time that was just named: of the same day, the day is not said again.
    func at(_ time: Timestamp, said: Timestamp? = nil) -> String {
        let (parts, present) = (Parts(time), Parts(now))
        if parts.day == (said.map { Parts($0) } ?? present).day { return "at \(parts.clock)" }
        return "on \(moment(time))"
    }

    /// `2 Dec 14:02`; with the year where it is another one. In UTC.
    func moment(_ time: Timestamp) -> String {
        let (parts, present) = (Parts(time), Parts(now))
        return "\(day(time)) \(parts.clock)" + (parts.year == present.year ? "" : " \(parts.year)")
    }

    /// `2 Dec`.
    func day(_ time: Timestamp) -> String {
        let parts = Parts(time)
        return "\(parts.dayOfMonth) \(parts.month)"
    }

    /// A duration in its largest whole unit: `3 days`, `5 hours`, `12 minutes`, `40 seconds`.
    static func span(_ duration: Duration) -> String {
        let seconds = max(duration.wholeMilliseconds, 0) / 1000
        func count(_ number: Int64, _ unit: String) -> String { "\(number) \(unit)\(number == 1 ? "" : "s")" }
        if seconds < 60 { return count(seconds, "second") }
        if seconds < 3600 { return count(seconds / 60, "minute") }
        if seconds < 2 * 86_400 { return count(seconds / 3600, "hour") }
        return count(seconds / 86_400, "day")
    }

    /// `1st`, `2nd`, `17th`.
    static func ordinal(_ number: Int) -> String {
        let isTeen = (11...13).contains(number % 100)
        let ending = isTeen ? "th" : [1: "st", 2: "nd", 3: "rd"][number % 10] ?? "th"
        return "\(number)\(ending)"
    }

    /// What a person wrote, as a quotation of one line.
    static func quoted(_ text: String) -> String { "\u{201C}\(String(text.printable.map { $0.isNewline ? " " : $0 }.prefix(200)))\u{201D}" }

    private struct Parts {
        let day: Substring
        let year: Substring
        let month: String
        let dayOfMonth: Int
        let clock: Substring

        /// Of `2026-03-01T09:30:00.000Z`.
        init(_ time: Timestamp) {
            let text = time.iso8601
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            day = text.prefix(10)
            year = text.prefix(4)
            month = (Int(day.dropFirst(5).prefix(2))).flatMap { months.indices.contains($0 - 1) ? months[$0 - 1] : nil } ?? ""
            dayOfMonth = Int(day.suffix(2)) ?? 0
            clock = text.dropFirst(11).prefix(5)
        }
    }
}
