public import Screening
import Synchronization

/// How long nothing was heard from an account or a connection, held against its own rhythm.
public struct SilenceReading: Sendable, Equatable {
    public let subject: OperatingState.Subject
    /// When something was last heard; nil where nothing ever was.
    public let lastHeardAt: Timestamp?
    /// How many contacts were missed: in how many minutes since the last one something would usually have been heard. Nil while the rhythm is not known.
    public let ratio: Double?
    /// Whether that is so many that it is no chance.
    public let isSilent: Bool
}

/// What is known of silence at present, for whoever exports it.
public final class SilenceSnapshot: Sendable {
    private let state = Mutex<[SilenceReading]>([])

    /// The readings of everything that is configured and was ever heard from, by kind and name, as of the last look.
    public var readings: [SilenceReading] { state.withLock { $0 } }

    func set(_ readings: [SilenceReading]) { state.withLock { $0 = readings } }
}

/// When silence is no chance.
///
/// Contacts that come by themselves are missed `n` times in a row with the probability e^-n, so ten are hardly ever missed. They do not all come by themselves:
/// there are holidays, and days on which little happens. So as much must be missing as the busiest day of the week brings, and a quarter more; or, of
/// what is heard from all the time, so much that a day with a twentieth of the usual would not miss it either.
struct SilenceRule {
    /// Nobody is called for less.
    static let fewest = 10.0
    static let most = 120.0
    static let shortest = Duration.seconds(3600)
    /// Weeks that must have begun between the one in which something was first heard and the one in which it was last: two whole ones at least.
    static let history: Int64 = 3

    let rhythm: ContactRhythm
    /// When something was last heard, or since when somebody listens.
    let since: Timestamp
    let now: Timestamp

    /// The week before which is known what is usual.
    private var known: Int64 { ContactRhythm.place(ofHour: ContactRhythm.hour(of: since)).week }

    var isKnown: Bool { known - rhythm.firstWeek >= Self.history }

    private func perHour(_ hour: Int64) -> Double { rhythm.usual(inHour: hour, before: known) }

    /// How many contacts were missed.
    var missed: Double { rhythm.expected(from: since, to: now) }

    /// How much the busiest day of the week brings.
    private var busiestDay: Double {
        let monday = known * 168 + 96
        return (0..<7).map { day in (0..<24).reduce(0.0) { $0 + perHour(monday + Int64(day * 24 + $1)) } }.max() ?? 0
    }

    /// How many must be missed.
    var threshold: Double { max(Self.fewest, min(1.25 * busiestDay, Self.most)) }

    /// Whether it is no chance that nothing was heard.
    var isSilent: Bool { isSilent(together: false) }

    /// The same where many others are as quiet: then one whole day more must be missing, for it may be a public holiday.
    func isSilent(together: Bool) -> Bool {
        isKnown && now - since >= Self.shortest && missed >= threshold + (together ? busiestDay : 0)
    }

    /// How many would usually have been heard in the last hours, whatever was heard; nil while the rhythm is not known.
    private var expectedLately: Double? { isKnown ? rhythm.expected(from: now + (.zero - Self.lately), to: now) : nil }

    /// Whether it should be heard from at this time of the week.
    var isRegular: Bool { (expectedLately ?? 0) >= Self.noticeable }

    /// Whether so much of it is missing that it is noticed, though not yet that anybody is called.
    var isQuiet: Bool { isRegular && missed >= Self.noticeable }

    /// What is regularly heard from shows in half a day how quiet it is.
    private static let lately = Duration.seconds(43_200)
    private static let noticeable = 5.0
    /// From how many on quiet ones are many.
    static let many = 3

    /// What people are told: how often something is usually heard at this time, or at the busiest time since.
    var usual: String {
        let present = ContactRhythm.hour(of: now)
        let first = max(ContactRhythm.hour(of: since), present - 168)
        let busiest = (first...max(first, present)).max { perHour($0) < perHour($1) } ?? present
        let hour = perHour(present) >= 1 ? present : busiest
        let count = perHour(hour)
        let (_, slot) = ContactRhythm.place(ofHour: hour)
        let day = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][slot / 24]
        let often = count >= 1.5 ? "in about \(Int(count.rounded())) minutes" : "about once"
        let clock = slot % 24
        if count >= 0.75 { return "usually heard from \(often) of a \(day) between \(clock):00 and \(clock + 1):00 UTC" }
        let week = (0..<168).reduce(0.0) { $0 + perHour(present - Int64($1)) }
        return "usually heard from about \(max(1, Int(week.rounded()))) times a week"
    }
}
