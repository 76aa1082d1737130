import Screening

/// How what was heard is added to what is kept, in the database itself: two replicas that add at once both count.
enum RhythmRows {
    static let add = """
        INSERT INTO contact_rhythms (kind, id, slot, week, past, minutes, deliveries, first_week) VALUES ($1, $2, $3, $4, 0, $5, $6, $4)
        ON CONFLICT (kind, id, slot) DO UPDATE SET
            past = CASE WHEN excluded.week <= contact_rhythms.week THEN contact_rhythms.past \(aged) ELSE 0 END,
            minutes = excluded.minutes + CASE WHEN excluded.week <= contact_rhythms.week THEN contact_rhythms.minutes ELSE 0 END,
            deliveries = excluded.deliveries + CASE WHEN excluded.week <= contact_rhythms.week THEN contact_rhythms.deliveries ELSE 0 END,
            week = CASE WHEN excluded.week <= contact_rhythms.week THEN contact_rhythms.week ELSE excluded.week END
        """

    /// What is kept of the weeks before, by how many weeks have passed since.
    private static var aged: String {
        let share = "* \(ContactRhythm.decay) / \(ContactRhythm.weightUnit)"
        var past = "(contact_rhythms.past \(share) + contact_rhythms.minutes * 1000)"
        return (1...ContactRhythm.rememberedWeeks).map { weeks in
            defer { past = "(\(past) \(share))" }
            return "WHEN excluded.week - contact_rhythms.week = \(weeks) THEN \(past)"
        }.joined(separator: " ")
    }

    static func values(_ count: ContactCount) -> [SQLValue] {
        let (week, slot) = ContactRhythm.place(ofHour: count.hour)
        return [
            .text(count.subject.kind), .text(count.subject.id), .int(Int64(slot)), .int(week), .int(Int64(count.minutes)),
            .int(Int64(count.deliveries)),
        ]
    }

    /// Who listened less than a quarter of an hour ago has been listening since.
    static let listen = """
        INSERT INTO listening (number, seen_at, since) VALUES (1, $1, $1) ON CONFLICT (number) DO UPDATE SET
            since = CASE WHEN excluded.seen_at - listening.seen_at > 900000 THEN excluded.seen_at ELSE listening.since END,
            seen_at = CASE WHEN excluded.seen_at > listening.seen_at THEN excluded.seen_at ELSE listening.seen_at END
        """
}
