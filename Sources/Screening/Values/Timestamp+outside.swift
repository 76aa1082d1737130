import Foundation

extension Timestamp {
    /// A timestamp as ATSs write it: ISO 8601 in its many spellings (a space for `T`, no colons, `+0200`, no zone for UTC), the date of an HTTP header, or
    /// seconds, milliseconds, microseconds or nanoseconds since the epoch as a number or its digits.
    ///
    /// Nil for anything else; for a date without a time of day, which is no point in time; and for what lies before the year 2000.
    package init?(outside value: JSON) {
        let read: Timestamp?
        if let text = value.text?.trimmed {
            guard text.utf8.count <= 64 else { return nil }
            read = Double(text).map { Timestamp(epoch: $0) } ?? Timestamp(isoLike: text) ?? Timestamp(mailDate: text)
        } else {
            read = value.number.map { Timestamp(epoch: $0) } ?? nil
        }
        guard let read, read.milliseconds >= 946_684_800_000 else { return nil }
        self = read
    }

    /// Seconds since the epoch, or as many milliseconds, microseconds or nanoseconds as are more than seconds could be.
    private init?(epoch number: Double) {
        guard number.isFinite, number > 0, number < 1e20 else { return nil }
        let seconds = number < 1e11 ? number : number < 1e14 ? number / 1e3 : number < 1e17 ? number / 1e6 : number / 1e9
        self.init(milliseconds: Int64((seconds * 1000).rounded()))
    }

    /// Patterns are compiled where they are written: once, not for each delivery.
    private enum Spelling {
        nonisolated(unsafe) static let isoLike =
            /(\d{4})-?(\d{2})-?(\d{2})[Tt ] *(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,12}))?)? *([Zz]|UTC|GMT|[+\-]\d{2}(?::?\d{2})?)?/
        nonisolated(unsafe) static let mailDate =
            /(?:[A-Za-z]{3,9}, *)?(\d{1,2})[ \-]([A-Za-z]{3})[ \-](\d{4}) +(\d{2}):(\d{2})(?::(\d{2}))? *(UTC?|GMT|Z|[+\-]\d{4})/
    }

    private init?(isoLike text: String) {
        guard let match = text.wholeMatch(of: Spelling.isoLike)?.output else { return nil }
        let parts = [match.1, match.2, match.3, match.4, match.5, match.6 ?? "0"].map { Int($0) ?? 0 }
        guard let zone = Timestamp.offset(match.8 ?? "Z") else { return nil }
        self.init(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], fraction: match.7.flatMap { Double("0." + $0) } ?? 0, zone: zone)
    }

    private init?(mailDate text: String) {
        guard let match = text.wholeMatch(of: Spelling.mailDate)?.output else { return nil }
        let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        guard let month = months.firstIndex(of: match.2.lowercased()), let zone = Timestamp.offset(match.7) else { return nil }
        let parts = [match.3, match.1, match.4, match.5, match.6 ?? "0"].map { Int($0) ?? 0 }
        self.init(parts[0], month + 1, parts[1], parts[2], parts[3], parts[4], fraction: 0, zone: zone)
    }

    /// Seconds east of UTC.
    private static func offset(_ zone: Substring) -> Int? {
        guard let sign = zone.first, sign == "+" || sign == "-" else { return 0 }
        let digits = zone.filter { $0.isNumber }
        guard let hours = Int(digits.prefix(2)), let minutes = Int(digits.dropFirst(2).isEmpty ? "0" : digits.dropFirst(2)), hours < 24, minutes < 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private init?(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int, fraction: Double, zone: Int) {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[month - 1]).contains(day), hour <= 24, minute < 60, second <= 60 else { return nil }
        let before = Int64(year) - 1
        let days =
            before * 365 + before / 4 - before / 100 + before / 400 + Int64(lengths.prefix(month - 1).reduce(0, +)) + Int64(day) - 1 - 719_162
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second - zone)
        self.init(milliseconds: seconds * 1000 + Int64(fraction * 1000))
    }
}
