import ConfigurationFiles
import Screening

/// A time as people write it on a command line: a timestamp, a date, a word, or how long ago. Days are those of UTC, as everywhere in Fairlead.
struct Moment {
    /// As the API takes it.
    let iso8601: String

    /// The time that an option was given.
    /// - Throws: ``MomentMistake``
    @Sendable static func parse(_ text: String) throws -> Moment {
        guard let moment = Moment(text, now: SystemClock().now()) else { throw MomentMistake("2h for two hours ago, 3d, today, yesterday") }
        return moment
    }

    /// - Parameter now: what `today`, `yesterday` and times ago count from.
    init?(_ text: String, now: Timestamp) {
        let text = text.trimmingSpaces
        if Timestamp(iso8601: text) != nil {
            iso8601 = text
        } else if let day = Timestamp(iso8601: text + "T00:00:00Z") {
            iso8601 = day.iso8601
        } else if let minute = Timestamp(iso8601: text + "Z") ?? Timestamp(iso8601: text + ":00Z") {
            iso8601 = minute.iso8601
        } else {
            let today = Timestamp(milliseconds: now.milliseconds - now.milliseconds % 86_400_000)
            switch text.lowercased() {
            case "now": iso8601 = now.iso8601
            case "today": iso8601 = today.iso8601
            case "yesterday": iso8601 = (today + .seconds(-86_400)).iso8601
            case let other:
                let span = other.hasSuffix(" ago") ? String(other.dropLast(4)) : other
                guard span.last?.isLetter == true, let ago = Moment.weeks(span) ?? Duration(short: span), ago >= .zero,
                    ago <= .seconds(100 * 366 * 86_400)
                else { return nil }
                iso8601 = (now + (.zero - ago)).iso8601
            }
        }
    }

    private static func weeks(_ text: String) -> Duration? {
        guard text.hasSuffix("w"), let count = Int64(text.dropLast()), (0...10_000).contains(count) else { return nil }
        return .seconds(count * 7 * 86_400)
    }
}

/// What an option takes that was given something else than a time.
struct MomentMistake: Error, CustomStringConvertible {
    let description: String

    /// - Parameter short: what is taken beside dates and times.
    init(_ short: String) { description = "a time is \(short), 2026-03-01, or 2026-03-01T09:30:00Z (days are those of UTC)" }
}

extension String {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
