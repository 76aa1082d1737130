import Screening

/// A provider's hook returned something unexpected. Names the place, never a value.
struct WrongResult: Error {
    let message: String

    init(_ hook: String, _ place: String, expected: String, found: JSON?) {
        message = "\(hook): \(place) should be \(expected), found \(found?.kind.withArticle ?? "nothing")"
    }

    init(_ message: String) { self.message = message }
}

/// Reads what the hooks of a provider's script return.
struct ProviderValues {
    let hook: String

    /// `{{id, name}}`; a number will do for an id, and an id for a name.
    func packages(_ value: JSON) throws(WrongResult) -> [ScreeningPackage] {
        var packages: [ScreeningPackage] = []
        for (index, item) in try list(value, "the result").enumerated() {
            guard let id = item["id"]?.identifier, !id.isEmpty else {
                throw WrongResult(hook, "[\(index + 1)].id", expected: "text", found: item["id"])
            }
            packages.append(ScreeningPackage(id: id, name: item["name"]?.text ?? id))
        }
        return packages
    }

    /// `{reference, report?, candidate?, order?}`
    func submission(_ value: JSON) throws(WrongResult) -> Submission {
        Submission(
            reference: try reference(value["reference"], "reference"),
            report: try report(value["report"]),
            subject: subject(value)
        )
    }

    /// `{{reference, created_at?, report?, candidate?, order?, package?}}`
    func requests(_ value: JSON) throws(WrongResult) -> [ListedRequest] {
        var requests: [ListedRequest] = []
        for item in try list(value, "the result") {
            requests.append(
                ListedRequest(
                    reference: try reference(item["reference"], "reference"),
                    createdAt: item["created_at"].flatMap { Timestamp(outside: $0) },
                    report: try report(item["report"]),
                    subject: subject(item)
                )
            )
        }
        return requests
    }

    /// `{{reference?, report?}}`
    func webhookReports(_ value: JSON) throws(WrongResult) -> [WebhookReport] {
        var reports: [WebhookReport] = []
        for item in try list(value, "the result") {
            let given = item["reference"] ?? .null
            let reference = given.isNull ? nil : try reference(given, "reference")
            reports.append(WebhookReport(reference: reference, report: try report(item["report"])))
        }
        return reports
    }

    /// `{cancelled = true}` or `{cancelled = false, reason = "too_late" or "unsupported", message?}`
    func cancellation(_ value: JSON) throws(WrongResult) -> Cancellation {
        guard let cancelled = value["cancelled"]?.boolean else {
            throw WrongResult(hook, "cancelled", expected: "a boolean", found: value["cancelled"])
        }
        if cancelled { return .cancelled }
        switch value["reason"]?.text {
        case "too_late": return .tooLate(value["message"]?.text)
        case "unsupported": return .unsupported
        default: throw WrongResult("\(hook): reason should be \"too_late\" or \"unsupported\"")
        }
    }

    /// `{status, state?, result?, outcome?, report_url?, checks?}`; nil for null.
    ///
    /// `status` and `result` are the provider's own texts, `state` and `outcome` what they mean: a text without a meaning is unrecognised.
    func report(_ value: JSON?) throws(WrongResult) -> Report? {
        guard let value, !value.isNull else { return nil }
        guard value.members != nil else { throw WrongResult(hook, "the report", expected: "a table", found: value) }
        let known = ["status", "state", "result", "outcome", "report_url", "checks", "provider_status", "candidate", "order"]
        if let odd = value.members?.pairs.map(\.name).first(where: { !known.contains($0) }) {
            let near = suggestion(for: odd, among: known).map { "; did you mean \($0)?" } ?? ""
            throw WrongResult("\(hook): the report has no field \(odd.prefix(40))\(near)")
        }
        guard let status = value["status"]?.identifier else {
            throw WrongResult(hook, "the report's status (the provider's own word)", expected: "text", found: value["status"])
        }
        let state: OrderState? = try meaning(of: value["state"], "state", among: OrderState.allCases.filter(\.isReported))
        let outcome: Outcome? = try meaning(of: value["outcome"], "outcome", among: Outcome.allCases)
        let result = value["result"].flatMap { $0.isNull ? nil : $0.identifier ?? $0.kind.withArticle }
        var statusTexts = ["status": status]
        statusTexts["result"] = result
        for (name, text) in value["provider_status"]?.members?.pairs ?? [] { statusTexts[name] = text.identifier }
        return Report(
            status: state.map { .recognised($0) } ?? .unrecognised(status),
            result: outcome.map { .recognised($0) } ?? result.map { .unrecognised($0) },
            providerStatus: statusTexts,
            reportURL: try url(value["report_url"]),
            checks: try checks(value["checks"]),
            subject: subject(value)
        )
    }

    /// Whose request it is, as far as the script says.
    private func subject(_ value: JSON) -> Report.Subject? {
        func text(_ name: String) -> String? { value["candidate"]?[name]?.text }
        let subject = Report.Subject(
            firstName: text("first_name"),
            lastName: text("last_name"),
            email: text("email"),
            phone: text("phone"),
            reference: value["order"]?.text,
            package: value["package"]?.identifier
        )
        return subject.isEmpty ? nil : subject
    }

    // MARK: Parts

    private func meaning<Value: RawRepresentable & CaseIterable>(
        of value: JSON?,
        _ name: String,
        among values: [Value]
    ) throws(WrongResult) -> Value? where Value.RawValue == String {
        guard let value, !value.isNull else { return nil }
        if let text = value.text, let match = values.first(where: { $0.rawValue == text }) { return match }
        throw WrongResult("\(hook): the report's \(name) is none of \(values.map(\.rawValue).joined(separator: ", "))")
    }

    private func reference(_ value: JSON?, _ place: String) throws(WrongResult) -> String {
        guard let text = value?.identifier?.trimmed, (1...500).contains(text.utf8.count) else {
            throw WrongResult(hook, place, expected: "the provider's name for the request", found: value)
        }
        return text
    }

    private func url(_ value: JSON?) throws(WrongResult) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.text else { throw WrongResult(hook, "report_url", expected: "text", found: value) }
        return URLParts(text) == nil ? nil : text
    }

    private func checks(_ value: JSON?) throws(WrongResult) -> [Check]? {
        guard let value, !value.isNull else { return nil }
        var checks: [Check] = []
        for item in try list(value, "checks") {
            guard let name = item["name"]?.text, let status = item["status"]?.identifier else {
                throw WrongResult("\(hook): each of checks needs a name and a status")
            }
            checks.append(Check(name: name, type: item["type"]?.text, category: item["category"]?.text, status: status))
        }
        return checks
    }

    private func list(_ value: JSON, _ place: String) throws(WrongResult) -> [JSON] {
        if let items = value.items { return items }
        // An empty table of Lua's is an object.
        guard let members = value.members, members.pairs.isEmpty else { throw WrongResult(hook, place, expected: "a list", found: value) }
        return []
    }
}
