import Foundation

/// What was heard from an account or a connection in one hour.
public struct ContactCount: Sendable, Equatable {
    public let subject: OperatingState.Subject
    /// The hour, counted from 1970-01-01T00:00Z.
    public let hour: Int64
    /// In how many of its minutes something was heard. What comes in one burst says no more than one thing does.
    public var minutes: Int
    /// How much was heard.
    public var deliveries: Int

    public init(_ subject: OperatingState.Subject, hour: Int64, minutes: Int, deliveries: Int) {
        self.subject = subject
        self.hour = hour
        self.minutes = minutes
        self.deliveries = deliveries
    }
}

/// How often something is usually heard from an account or a connection, by hour of the week. Weeks and hours are those of UTC.
public struct ContactRhythm: Sendable, Equatable {
    /// What is kept of one hour of the week.
    public struct Slot: Sendable, Equatable {
        /// The week that was counted last, from 1970-01-05, a Monday.
        public var week: Int64
        /// What was heard in the weeks before it, each week counting for three quarters of the one after it, in thousandths of a minute.
        public var past: Int64
        /// In how many minutes of that week's hour something was heard.
        public var minutes: Int64
        /// How much was heard in that hour.
        public var deliveries: Int64

        public init(week: Int64, past: Int64 = 0, minutes: Int64 = 0, deliveries: Int64 = 0) {
            self.week = week
            self.past = past
            self.minutes = minutes
            self.deliveries = deliveries
        }
    }

    /// How much of a week's weight the week before it has, in parts of ``weightUnit``.
    public static let decay: Int64 = 768
    public static let weightUnit: Int64 = 1024
    /// After how many weeks without anything in an hour what was heard in it before counts for nothing.
    public static let rememberedWeeks: Int64 = 8
    private static let remembered = Double(decay) / Double(weightUnit)

    public let subject: OperatingState.Subject
    /// The week in which something was first heard.
    public var firstWeek: Int64
    /// By hour of the week, from Monday 00:00.
    public var slots: [Int: Slot]

    public init(_ subject: OperatingState.Subject, firstWeek: Int64, slots: [Int: Slot] = [:]) {
        self.subject = subject
        self.firstWeek = firstWeek
        self.slots = slots
    }

    /// Where an hour stands: its week, and the hour in it.
    public static func place(ofHour hour: Int64) -> (week: Int64, slot: Int) {
        // 1970-01-01 was a Thursday: the first Monday is 96 hours later.
        let shifted = hour - 96
        let week = shifted >= 0 ? shifted / 168 : (shifted - 167) / 168
        return (week, Int(shifted - week * 168))
    }

    /// The hour that a time is in.
    public static func hour(of time: Timestamp) -> Int64 { time.milliseconds / 3_600_000 }

    /// Adds what was heard in an hour, as the stores do.
    public mutating func add(_ count: ContactCount) {
        let (week, index) = ContactRhythm.place(ofHour: count.hour)
        firstWeek = min(firstWeek, week)
        var slot = slots[index] ?? Slot(week: week)
        if week > slot.week {
            let elapsed = week - slot.week
            var past = slot.past * ContactRhythm.decay / ContactRhythm.weightUnit + slot.minutes * 1000
            for _ in 1..<min(elapsed, ContactRhythm.rememberedWeeks) { past = past * ContactRhythm.decay / ContactRhythm.weightUnit }
            if elapsed > ContactRhythm.rememberedWeeks { past = 0 }
            slot = Slot(week: week, past: past)
        }
        slot.minutes += Int64(count.minutes)
        slot.deliveries += Int64(count.deliveries)
        slots[index] = slot
    }

    /// In how many minutes of an hour something is usually heard, as the weeks before say.
    /// - Parameter known: the week before which counts; nil for that of the hour. Weeks of silence must not make silence usual.
    public func usual(inHour hour: Int64, before known: Int64? = nil) -> Double {
        let (ownWeek, index) = ContactRhythm.place(ofHour: hour)
        let week = known ?? ownWeek
        guard let slot = slots[index] else { return 0 }
        let weeks = max(0, week - firstWeek)
        guard weeks > 0 else { return 0 }
        let d = ContactRhythm.remembered
        var past = Double(slot.past) / 1000
        if week > slot.week {
            past = past * d + Double(slot.minutes)
            for _ in 1..<min(week - slot.week, ContactRhythm.rememberedWeeks) { past *= d }
            if week - slot.week > ContactRhythm.rememberedWeeks { past = 0 }
        }
        // The first week was not heard from its beginning: it counts as a whole one, which makes the usual rather less than more.
        return past * (1 - d) / (1 - pow(d, Double(weeks)))
    }

    /// In how many minutes something would usually have been heard between two times, as the weeks before the first of them say.
    public func expected(from start: Timestamp, to end: Timestamp) -> Double {
        guard end > start else { return 0 }
        let (first, last) = (ContactRhythm.hour(of: start), ContactRhythm.hour(of: end))
        // Nobody waits longer than this.
        guard last - first <= 24 * 400 else { return expected(from: end + .seconds(-86_400 * 399), to: end) }
        let known = ContactRhythm.place(ofHour: first).week
        var sum = 0.0
        for hour in first...last {
            let (begins, ends) = (max(start.milliseconds, hour * 3_600_000), min(end.milliseconds, (hour + 1) * 3_600_000))
            sum += usual(inHour: hour, before: known) * Double(ends - begins) / 3_600_000
        }
        return sum
    }

    /// How much was heard in the hours of the last day.
    public func heard(inDayBefore now: Timestamp) -> Int {
        let last = ContactRhythm.hour(of: now)
        return (0..<24).reduce(0) { sum, back in
            let (week, index) = ContactRhythm.place(ofHour: last - Int64(back))
            guard let slot = slots[index], slot.week == week else { return sum }
            return sum + Int(slot.deliveries)
        }
    }
}
