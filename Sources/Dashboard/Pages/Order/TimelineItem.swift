import Foundation
import Screening

/// An entry of an order's timeline, as the API shows it.
struct TimelineItem: Sendable {
    let at: Timestamp
    let kind: String
    let text: String
    let details: JSON
    let actor: JSON?
    let note: String?
    /// The state that the order came to by it; nil where it came to none.
    let state: OrderState?

    init?(_ json: JSON) {
        guard let at = Format.timestamp(json["at"]) else { return nil }
        self.at = at
        kind = json["kind"]?.text ?? ""
        text = json["text"]?.text ?? ""
        details = json["details"] ?? [:]
        actor = json["actor"].flatMap { $0.isNull ? nil : $0 }
        note = json["note"]?.text
        state = TimelineItem.state(kind, text, details)
    }

    private static func state(_ kind: String, _ text: String, _ details: JSON) -> OrderState? {
        if let state = details["state"]?.text.flatMap(OrderState.init) { return state }
        switch kind {
        case "accepted": return .accepted
        case "submitting": return .submitting
        default: break
        }
        for mark in ["→ ", "reports "] {
            guard let range = text.range(of: mark) else { continue }
            let word = text[range.upperBound...].prefix { $0.isLetter || $0 == "_" }
            if let state = OrderState(rawValue: String(word)) { return state }
        }
        if text.contains("answer was lost") || text.contains("lacks the id of a request") { return .uncertain }
        return nil
    }

    /// Who asked for it, in words; nil for the host.
    var who: String? {
        switch actor?["kind"]?.text {
        case "token"?, "person"?: actor?["name"]?.text ?? actor?["id"]?.text ?? "somebody"
        case "script"?: "the script"
        default: nil
        }
    }

    /// What happened, in words for people.
    /// - Parameter provider: its name in the settings, which the record has, and its title.
    func words(provider: (id: String, title: String)) -> String {
        var words = text.replacing("_", with: " ")
        // A whole word: an account may begin with its provider's name.
        words = words.split(separator: " ", omittingEmptySubsequences: false).map { $0 == provider.id ? provider.title : String($0) }.joined(
            separator: " "
        )
        words = words.replacing(/\d{4}-\d\d-\d\dT[\d:.]+Z/) { match in
            Timestamp(iso8601: String(match.output)).map { Format.short($0) + " UTC" } ?? ""
        }
        words = words.replacing("telling the ATS ended skipped", with: "the ATS needed no telling")
            .replacing("telling the ATS ended parked", with: "telling the ATS was put aside for a person")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// What is recorded of an exchange with the provider: what it answered, and how often it was tried; nil where nothing is.
    var exchange: String? {
        let status = (details["provider_status"]?.members?.pairs ?? []).compactMap { pair in pair.value.text.map { "\(pair.name) \($0)" } }
        let said = [
            details["attempt"]?.integer.map { "attempt \($0)" }, details["provider_ref"]?.text.map { "reference \($0)" },
            details["error"]?.text.map { $0.replacing("_", with: " ") }, details["http_status"]?.integer.map { "HTTP \($0)" },
            details["provider_code"]?.text.map { "provider code \($0)" },
        ]
        return (said.compactMap(\.self) + status).joined(separator: ", ").orNil
    }

    /// Whether the provider did not take what it was asked.
    var isRefusal: Bool { details["error"]?.text != nil || details["code"]?.text != nil }

    /// What a change came by, in words.
    private static func cause(_ code: String) -> String {
        switch code {
        case "submit": "as it was sent"
        case "webhook": "by webhook"
        case "poll": "read from the provider"
        case "operator": "by a person"
        default: code
        }
    }

    func model(_ format: Format, provider: (id: String, title: String) = ("", "")) -> Model {
        var model: Model = ["text": words(provider: provider), "kind": kind]
        model["when"] = format.time(at)
        model["who"] = who
        model["note"] = note
        model["event"] = details["event"]?.text
        model["run"] = details["run"]?.text
        if let code = details["code"]?.text, !text.contains(code) { model["code"] = code }
        model["cause"] = details["cause"]?.text.map(Self.cause)
        model["exchange"] = exchange
        return model
    }
}
