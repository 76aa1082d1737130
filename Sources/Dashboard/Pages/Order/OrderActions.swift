import HTTPTypes
import Pipeline
import Screening
import Web

/// What can be done about an order: each with what will happen. The commands are the API's.
enum OrderActions {
    static let handlers: [PageHandler] = [
        command("refresh", .order) { visit, id in try await visit.post("orders", id, "refresh", body: note(visit)) },
        command("cancel", .order) { visit, id in try await visit.post("orders", id, "cancel", body: note(visit)) },
        command("discard", .operate) { visit, id in try await visit.post("orders", id, "discard", body: note(visit)) },
        command("retry", .operate) { visit, id in try await visit.post("orders", id, "retry", body: mending(visit)) },
        command("resolve", .operate) { visit, id in try await visit.post("orders", id, "resolve", body: resolution(visit)) },
        command("tell", .operate) { visit, id in
            let order = try await visit.get("orders", id)
            guard let run = order["ats"]?["run"]?.text else {
                throw ProblemDocument(409, "nothing_to_tell", "Not possible now", "the ATS has been told everything meanwhile")
            }
            try await visit.post("runs", run, "retry", body: note(visit))
        },
    ]

    /// What was done, for people; nil for words that are not ours.
    static func said(_ done: String?) -> String? {
        switch done {
        case "refresh": "The provider is asked now. What it says appears here."
        case "cancel": "Cancelled."
        case "discard": "Nothing more is done about it, and nobody is asked to see to it any more."
        case "retry": "It is to be sent again."
        case "resolve": "Your decision is carried out."
        case "tell": "The ATS is being told again."
        default: nil
        }
    }

    private static func command(
        _ name: String,
        _ scope: Scope,
        _ perform: @escaping @Sendable (_ visit: Visit, _ id: String) async throws -> Void
    ) -> PageHandler {
        .post("/orders/{id}/\(name)", scope) { visit in
            let id = visit.parameter("id")
            do { try await perform(visit, id) } catch let problem as ProblemDocument where problem.status != 404 && problem.status != 403 {
                return .page(try await visit.drawn { try await OrderPage.page(visit, problem: problem) })
            }
            return .seeOther("/orders/\(PercentEncoding.text(id))?done=\(name)")
        }
    }

    private static func note(_ visit: Visit) -> JSON { visit.field("note").map { ["note": .string($0)] } ?? [:] }

    /// What a form mends: only what is filled in.
    private static func mending(_ visit: Visit) -> JSON {
        var body = note(visit)
        for name in ["package", "account"] { if let value = visit.field(name) { body[name] = .string(value.trimmed) } }
        var candidate: JSON = [:]
        for name in ["first_name", "last_name", "email", "phone"] {
            if let value = visit.field(name) { candidate[name] = .string(value.trimmed) }
        }
        if candidate != [:] { body["candidate"] = candidate }
        return body
    }

    /// What a refused decision can still be carried out with, where whoever decides knows better; nil where nothing can.
    static func forced(_ problem: ProblemDocument, _ visit: Visit) -> Model? {
        let id = visit.parameter("id")
        guard visit.may(.operate), visit.field("force") == nil, let action = visit.field("action") else { return nil }
        var hidden = [(name: "action", value: action), (name: "force", value: "1")]
        if let seen = visit.field("updated_at") { hidden.append((name: "updated_at", value: seen)) }
        switch (action, problem.code) {
        case ("adopt", "unconfirmed"), ("adopt", "unknown_reference"), ("adopt", "provider_unavailable"), ("adopt", "being_sent"):
            // Who sees some connections only cannot force it.
            guard visit.principal.connections == nil, let reference = visit.field("provider_ref")?.trimmed else { return nil }
            return Parts.action(
                "Adopt all the same",
                id: "forced",
                path: "/orders/\(id)/resolve",
                question: "Adopt \(reference) without its being sure?",
                what:
                    "The order goes on with that request, whoever it is about: what is reported of it is told to the ATS as this person's. Look at it at the provider first. Nothing is ordered.",
                tone: "danger",
                hidden: hidden + [(name: "provider_ref", value: reference)]
            )
        case ("resubmit", "not_asked"), ("resubmit", "found_at_provider"):
            return Parts.action(
                "Send again all the same",
                id: "forced",
                path: "/orders/\(id)/resolve",
                question: "Order a second screening?",
                what: "One more screening is ordered. If the provider has the first, the candidate is asked twice and both are billed: be sure.",
                tone: "danger",
                hidden: hidden
            )
        default: return nil
        }
    }

    private static func resolution(_ visit: Visit) -> JSON {
        var body = note(visit)
        body["action"] = JSON(visit.field("action"))
        if let reference = visit.field("provider_ref") { body["provider_ref"] = .string(reference.trimmed) }
        if visit.field("force") != nil { body["force"] = true }
        if let seen = visit.field("updated_at") { body["updated_at"] = .string(seen) }
        return body
    }

    /// The buttons for what is possible now, as far as the viewer may.
    /// - Parameter isAdopted: whether a person said which request at the provider is the order's.
    static func possible(_ order: JSON, isAdopted: Bool, _ visit: Visit) -> [Model] {
        let id = order["id"]?.text ?? ""
        guard let state = order["state"]?.text.flatMap(OrderState.init) else { return [] }
        let account = visit.site.parts.registry.account(order["account"]?.text ?? "")
        let provider = account?.provider.manifest.title ?? order["provider"]?.text ?? "the provider"
        let code = order["problem"]?["code"]?.text
        let isReplaced = order["replaced_by"]?.text != nil
        func action(
            _ label: String,
            _ name: String,
            _ question: String,
            _ what: String,
            tone: String = "plain",
            inputs: [(String, String, String)] = [],
            hidden: [(String, String)] = []
        )
            -> Model
        {
            Parts.action(
                label,
                id: name + (hidden.first?.1 ?? ""),
                path: "/orders/\(id)/\(name)",
                question: question,
                what: what,
                tone: tone,
                inputs: inputs.map { (name: $0.0, title: $0.1, value: $0.2) },
                hidden: hidden.map { (name: $0.0, value: $0.1) }
            )
        }
        var actions: [Model] = []
        if visit.may(.order) {
            if order["provider_ref"]?.text != nil, account?.capabilities.report == true {
                actions.append(
                    action(
                        "Ask \(provider)",
                        "refresh",
                        "Ask \(provider) how it stands?",
                        "It is asked once, ahead of all polling. Nothing is ordered and nobody is told unless something changed."
                    )
                )
            }
            if state.isOpen, state != .uncertain, state == .accepted || account?.capabilities.cancel != nil {
                let what =
                    state == .accepted
                    ? "It was not sent yet, and never will be. The ATS is told."
                    : "\(provider) is asked to cancel it. Where it is too late for that, it says so and the screening goes on. What was done so far may still be billed."
                actions.append(action("Cancel", "cancel", "Cancel this screening?", what, tone: "danger"))
            }
        }
        guard visit.may(.operate) else { return actions }
        if state == .refused || state == .failed, !isReplaced, code != Problem.abandoned {
            let mended: [(String, String, String)] =
                [("package", "Package, where it is to be another", ""), ("account", "Account, where it is to be another", "")]
                + (visit.may(.readPersonal)
                    ? [("email", "E-mail address, where it was wrong", ""), ("phone", "Telephone number, where it was wrong", "")] : [])
            actions.append(
                action(
                    "Send again",
                    "retry",
                    "Send it to \(provider) again?",
                    "One screening is ordered. \(provider) surely does not have this order. What you fill in takes the place of what was wrong.",
                    tone: "primary",
                    inputs: mended
                )
            )
        }
        if state == .failed || state == .refused, !isReplaced, code != Problem.abandoned, code != Problem.discarded {
            actions.append(
                action(
                    "Discard",
                    "discard",
                    "Do nothing more about it?",
                    "It stays \(state.rawValue), and nobody is asked to see to it any more. Nothing is sent, and the ATS is not told again.",
                    tone: "danger"
                )
            )
        }
        if isAdopted || [Problem.abandoned, Problem.secondReference, Problem.standsAtProvider].contains(code), !isReplaced {
            actions.append(
                action(
                    "Take back",
                    "resolve",
                    "Take back what was decided?",
                    "Where it was given up or adopted by mistake, nobody knows again whether \(provider) has it. Where a second request was seen to, the problem goes away.",
                    hidden: [("action", "release")]
                )
            )
        }
        if order["ats"]?["error"]?.isNull == false, order["ats"]?["run"]?.text != nil {
            actions.append(
                action(
                    "Tell the ATS again",
                    "tell",
                    "Tell the ATS again?",
                    "The run that was to tell it gets another attempt, on the present script. Calls that went through are not made twice.",
                    tone: "primary"
                )
            )
        }
        return actions
    }
}
