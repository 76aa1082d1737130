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
}
