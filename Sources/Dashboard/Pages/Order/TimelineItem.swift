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

    init?(_ json: JSON) {
        guard let at = Format.timestamp(json["at"]) else { return nil }
        self.at = at
        kind = json["kind"]?.text ?? ""
        text = json["text"]?.text ?? ""
        details = json["details"] ?? [:]
        actor = json["actor"].flatMap { $0.isNull ? nil : $0 }
        note = json["note"]?.text
    }

    /// The state that the order came to by it; nil where it came to none.
    var state: OrderState? {
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

    func model(_ format: Format) -> Model {
        var model: Model = ["text": (text.prefix(1).uppercased() + text.dropFirst()).replacing("_", with: " "), "kind": kind]
        model["when"] = format.time(at)
        model["who"] = who
        model["note"] = note
        model["event"] = details["event"]?.text
        model["run"] = details["run"]?.text
        model["code"] = details["code"]?.text
        if let cause = details["cause"]?.text { model["cause"] = cause }
        return model
    }
}
