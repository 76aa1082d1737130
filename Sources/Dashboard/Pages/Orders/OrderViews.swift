import Screening
import Web

/// The views that people come back to, each nothing but an address; and ages in an address, so that a view that is kept means the same tomorrow.
enum OrderViews {
    /// Where nothing is known of how long orders take, they are late after so many days.
    private static let lateWithoutHistory = 14

    static func links(_ visit: Visit, _ present: ListAddress) async throws -> [Model] {
        // The slowest account's: what is listed is late wherever it was ordered.
        let days = try await visit.site.usualDays(for: visit.principal).values.max() ?? lateWithoutHistory
        let views: [(String, ListAddress)] = [
            ("Needs us", ListAddress(path: "/orders", query: [("waiting_on", "operator")])),
            ("Uncertain", ListAddress(path: "/orders", query: [("state", "uncertain")])),
            ("Late: over \(days) \(days == 1 ? "day" : "days")", ListAddress(path: "/orders", query: open + [("older", "\(days)d")])),
            ("Last 24 hours", ListAddress(path: "/orders", query: [("younger", "24h")])),
            ("Failed updates", ListAddress(path: "/runs", query: [("hook", "on_update"), ("state", "dead"), ("state", "parked")])),
        ]
        return views.map { name, address in ["view_name": name, "view_href": address.text, "is_view": address.text == present.text] }
    }

    /// Orders that are under way at a provider.
    static let open = OrderState.allCases.filter { $0.isOpen && $0.isReported }.map { (name: "state", value: $0.rawValue) }

    /// A filter by age as the API takes it: `older=9d` is what was made more than nine days ago, `younger=24h` what was made in the last day,
    /// `unchanged=3d` what did not change for three days.
    /// - Throws: ``ProblemDocument`` 400 for what is no age.
    static func filter(_ name: String, _ value: String, at now: Timestamp) throws -> (name: String, value: String) {
        guard let count = Int64(value.dropLast()), count > 0, count < 100_000, let hours = ["h": Int64(1), "d": 24][value.suffix(1)] else {
            throw ProblemDocument(400, "malformed_filter", "Bad request", "\(name) must be a number of hours or days, such as 24h or 9d")
        }
        let filter = ["older": "until", "unchanged": "unchanged_since"][name] ?? "since"
        return (filter, (now + .seconds(-count * hours * 3600)).iso8601)
    }
}
