import Screening

/// Reads a report out of an answer or a webhook, by the profile's `report`, `statuses`, `coarse_statuses` and `outcomes`.
struct WireReport: Sendable {
    private let profile: WireProfile
    private let statuses: WireVocabulary<OrderState>
    private let coarse: WireVocabulary<OrderState>
    private let outcomes: WireVocabulary<Outcome>

    /// A reader that compares words as the provider needs it.
    init(_ profile: WireProfile, _ comparison: TextComparison) {
        self.profile = profile
        statuses = WireVocabulary(profile.section("statuses"), comparison)
        coarse = WireVocabulary(profile.section("coarse_statuses"), comparison)
        outcomes = WireVocabulary(profile.section("outcomes"), comparison)
    }

    /// The report in an item; nil where the item says no status at all.
    ///
    /// The coarse status decides only where the precise one is absent: an unknown precise word stays unknown, whatever the coarse one says.
    func report(in item: JSON) -> Report? {
        var statusTexts: [String: String] = [:]
        func text(of member: String) -> JSON? {
            guard let found = profile.selector("report", member).present(in: item) else { return nil }
            statusTexts[found.name] = found.value.identifier ?? found.value.text ?? found.value.kind.withArticle
            return found.value
        }
        let precise = text(of: "status")
        let rough = text(of: "coarse_status")
        let result = text(of: "result")
        _ = text(of: "shown")
        guard let status = precise.map(statuses.reading) ?? rough.map(coarse.reading) else { return nil }
        return Report(
            status: status,
            result: result.map(outcomes.reading),
            providerStatus: statusTexts,
            reportURL: profile.selector("report", "report_url").text(in: item).flatMap(Self.webAddress),
            checks: profile.selector("report", "checks").list(in: item)?.map(Self.check)
        )
    }

    /// The report beside the id in the answer to a creation; nil where its status is no known word: the request exists all the same.
    func known(in body: JSON) -> Report? {
        guard let report = report(in: body), case .recognised = report.status else { return nil }
        return report
    }

    /// An address that a person may follow; nil for anything but http and https.
    private static func webAddress(_ text: String) -> String? {
        let lower = text.lowercased()
        return lower.hasPrefix("https://") || lower.hasPrefix("http://") ? text : nil
    }

    /// One check. Its kind is `type`; where that is missing `checkType`, which beside a `type` is the finer kind.
    private static func check(_ item: JSON) -> Check {
        let type = item["type"]?.identifier
        let checkType = item["checkType"]?.identifier
        return Check(
            name: item["name"]?.text ?? type ?? checkType ?? "check",
            type: type ?? checkType,
            category: type == nil ? nil : checkType,
            status: item["status"]?.identifier ?? "unknown"
        )
    }
}
