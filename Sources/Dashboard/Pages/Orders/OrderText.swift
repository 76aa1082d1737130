import Screening

/// What is said of an order in several places.
enum OrderText {
    /// The candidate's name; nil where the viewer may not see it.
    static func name(_ order: JSON) -> String? {
        guard let candidate = order["candidate"] else { return nil }
        let name = [candidate["first_name"]?.text, candidate["last_name"]?.text].compactMap(\.self).joined(separator: " ").trimmed
        return name.isEmpty ? candidate["email"]?.text : name
    }

    /// Whose time it was: in the order in which they usually have it, in milliseconds.
    static func time(_ order: JSON) -> [(party: String, milliseconds: Int64)] {
        ["us", "candidate", "provider", "recruiter"].map { ($0, (order["time"]?[$0]?.integer ?? 0) * 1000) }
    }

    /// Who had to act, one after the other, oldest first, in milliseconds.
    static func turns(_ order: JSON) -> [(party: String, milliseconds: Int64)] {
        (order["turns"]?.items ?? []).compactMap { turn in turn["party"]?.text.map { ($0, (turn["seconds"]?.integer ?? 0) * 1000) } }
    }

    /// Within what time half of such orders, and nine of ten, are done, in milliseconds; nil where there are too few to say.
    static func usual(_ order: JSON) -> (half: Int64, most: Int64)? {
        guard let half = order["usual"]?["half"]?.integer, let most = order["usual"]?["most"]?.integer else { return nil }
        return (half * 1000, most * 1000)
    }

    /// Whether it is still under way after more time than nine of ten such orders take from when they are sent: as `expected_by` says it, which is null then.
    static func isLate(_ order: JSON) -> Bool {
        guard let state = order["state"]?.text.flatMap(OrderState.init), state.isOpen, state.isReported, let usual = usual(order) else {
            return false
        }
        let isExpected = order["expected_by"].map { !$0.isNull } ?? false
        return !isExpected && turns(order).reduce(0) { $0 + $1.milliseconds } > usual.most
    }
}
