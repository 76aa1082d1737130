import HTTPTypes
import Screening
import Web

/// One person: what is stored of them, what erasing it would do, and erasing it. For those who may: the scope `admin`, on every connection.
enum ErasePage {
    static let handlers = [
        PageHandler.get("/orders/{id}/person", .admin) { visit in
            let person = Person.order(visit.parameter("id"))
            return .page(visit.site.parts.requiresReason() ? asking(person, visit) : try await page(visit, of: person))
        },
        // An address is typed into a form: it is not to stand in the page's own address.
        PageHandler.post("/person", .admin) { visit in
            let person = try person(visit)
            if visit.site.parts.requiresReason(), reason(visit) == nil { return .page(asking(person, visit, status: 400)) }
            return .page(try await visit.drawn { try await page(visit, of: person) })
        },
        PageHandler.post("/person/erase", .admin) { visit in try await erase(visit) },
    ]

    /// Whether somebody may erase people: then what leads here is shown.
    static func isFor(_ visit: Visit) -> Bool { visit.may(.admin) && visit.principal.connections == nil }

    /// Whom it is about.
    private enum Person: Sendable {
        case order(String)
        case email(String)

        var field: (name: String, value: String) {
            switch self {
            case .order(let id): ("order", id)
            case .email(let email): ("email", email)
            }
        }

        var body: JSON { .object(JSON.Members([(field.name, .string(field.value))])) }
    }

    private static func person(_ visit: Visit) throws -> Person {
        switch (visit.field("order")?.trimmed, visit.field("email")?.trimmed) {
        case (let order?, nil): return .order(order)
        case (nil, let email?): return .email(email)
        default: throw ProblemDocument(400, "malformed_body", "Whose data?", "say an e-mail address of theirs, or one of their orders")
        }
    }

    /// Why it is looked at; nil where the form says nothing that anybody could read.
    private static func reason(_ visit: Visit) -> String? {
        visit.reason.map { String($0.printable.prefix(400)) }.flatMap { $0.saysSomething ? $0 : nil }
    }

    /// Whether anything is stored of somebody is told to who says why, where the settings ask for reasons.
    private static func asking(_ person: Person, _ visit: Visit, status: Int = 200) -> Page {
        var model: Model = ["person_field": person.field.name, "person_value": person.field.value, "is_refused": status != 200]
        if case .order(let id) = person { model["of_order"] = ["order_id": id] as Model }
        return Page("One person", .orders, status: status, isLive: false, content: visit.render("person-why", model))
    }

    private static func erase(_ visit: Visit) async throws -> Reply {
        let person = try person(visit)
        if visit.site.parts.requiresReason(), reason(visit) == nil { return .page(asking(person, visit, status: 400)) }
        var body = person.body
        if visit.field("force") != nil { body["force"] = true }
        if let note = visit.field("note") { body["note"] = .string(note) }
        do {
            let erasure = try await visit.post("candidates", "erase", body: body)
            return .seeOther("/erasures/\(PercentEncoding.text(erasure["id"]?.text ?? ""))")
        } catch let problem as ProblemDocument where problem.status == 409 || problem.status == 422 {
            return .page(try await visit.drawn { try await page(visit, of: person, problem: problem) })
        }
    }

    private static func page(_ visit: Visit, of person: Person, problem: ProblemDocument? = nil) async throws -> Page {
        var body = person.body
        body["dry_run"] = true
        let reason = reason(visit)
        let preview = try await visit.site.parts.api.answer(
            .post,
            "/candidates/erase",
            body: body,
            reason: reason.map { "Erasing: " + $0 },
            for: visit.viewer.acting
        )
        let kinds = (preview["would"]?.members?.pairs ?? []).filter { ($0.value.integer ?? 0) > 0 }
        let open = (preview["open_orders"]?.items ?? []).compactMap(\.text)
        let held = (preview["on_hold"]?.items ?? []).compactMap(\.text)
        let needsForce = preview["needs_force"]?.boolean == true
        let isNothing = (preview["count"]?.integer ?? 0) == 0
        var model: Model = [
            "person_kinds": kinds.map { ["kind": words($0.name), "kind_count": Format.number(Int($0.value.integer ?? 0))] as Model },
            "person_open": open.map { ["open_id": $0] as Model }, "has_open": !open.isEmpty,
            "person_held": held.map(hold), "is_held": !held.isEmpty,
            "person_told": Erased.told(preview["told"]), "is_nothing": isNothing,
        ]
        if case .order(let id) = person {
            model["of_order"] = ["order_id": id] as Model
            // Whoever may know whose it is sees that, before anything goes.
            if let order = try? await OrderPage.order(id, visit) { model["of_name"] = OrderText.name(order) ?? order["external_id"]?.text }
        }
        if case .email(let email) = person { model["of_name"] = email }
        if held.isEmpty, !isNothing { model["erase"] = action(person, open: open.count, needsForce: needsForce, reason) }
        if let problem { model["refused"] = Parts.sentence(problem.detail) }
        return Page("One person", .orders, status: problem?.status ?? 200, isLive: false, content: visit.render("person", model))
    }

    private static func action(_ person: Person, open: Int, needsForce: Bool, _ reason: String?) -> Model {
        var what =
            "All that is counted here is destroyed, with the keys of it: it cannot be brought back here. Copies of the keys in backups may open older copies until the "
            + "time that the certificate names: keep none longer. Later deliveries of the same applications are answered and dropped. The signed certificate names "
            + "nobody."
        if needsForce {
            what +=
                open > 0
                ? " \(open == 1 ? "An order is" : "\(open) orders are") still open: the provider goes on with the screening, and what it says is dropped."
                : " So much is seldom one candidate's: look twice whether the address is a recruiter's."
        }
        return Parts.action(
            needsForce ? "Erase all the same" : "Erase this person",
            id: "erase",
            path: "/person/erase",
            question: "Destroy what is stored of this person?",
            what: what,
            tone: "danger",
            hidden: [(name: person.field.name, value: person.field.value)] + (needsForce ? [(name: "force", value: "1")] : [])
                + (reason.map { [(name: "reason", value: $0)] } ?? [])
        )
    }

    private static func hold(_ id: String) -> Model {
        var model: Model = ["hold_id": id]
        if let place = ["ord_": "/orders/", "evt_": "/events/"].first(where: { id.hasPrefix($0.key) })?.value {
            model["hold_link"] = ["hold_href": place + PercentEncoding.text(id)] as Model
        }
        return model
    }

    /// What a kind of the certificate is called.
    static func words(_ kind: String) -> String { kind.replacing("_", with: " ") }

    static let templates = [
        "person": #"""
        <p class="crumb"><a href="/orders">Orders</a>{{#of_order}} / <a href="/orders/{{order_id}}">{{order_id}}</a>{{/of_order}}</p>
        <div class="title"><h1>What is stored of this person</h1>{{#of_name}}<span class="soft">{{of_name}}</span>{{/of_name}}</div>
        {{#refused}}<p class="said bad" role="alert">Nothing was erased. {{refused}}</p>{{/refused}}
        <section class="card stack" aria-labelledby="person-title"><header><h2 id="person-title">What erasing would destroy</h2></header>
        {{#is_nothing}}<p>Nothing is stored of this person.</p>{{/is_nothing}}
        {{^is_nothing}}<p>Found by every e-mail address in what was received and ordered. Nothing has been done yet.</p>
        <dl class="facts">{{#person_kinds}}<dt>{{kind}}</dt><dd>{{kind_count}}</dd>{{/person_kinds}}</dl>
        {{#is_held}}<div class="said warn"><p class="strong">A legal hold keeps it: it cannot be erased.</p><ul>{{#person_held}}<li>{{#hold_link}}<a href="{{hold_href}}">{{hold_id}}</a>{{/hold_link}}{{^hold_link}}<code>{{hold_id}}</code>{{/hold_link}}</li>{{/person_held}}</ul>
        <p>Take the hold away first: <code>fairlead order unhold</code>, <code>fairlead candidate unhold</code>.</p></div>{{/is_held}}
        {{#has_open}}<p>Still open: {{#person_open}}<a href="/orders/{{open_id}}">{{open_id}}</a> {{/person_open}}</p><p class="soft small">Where its provider takes that, cancel it first; or erase all the same: where it was sent, the screening goes on there.</p>{{/has_open}}
        {{>erased-told}}
        {{#erase}}<div class="actions">{{>action}}</div>{{/erase}}{{/is_nothing}}</section>
        <p class="small"><a href="/erasures">Who was erased</a></p>
        """#,
        "person-why": #"""
        <p class="crumb"><a href="/orders">Orders</a>{{#of_order}} / <a href="/orders/{{order_id}}">{{order_id}}</a>{{/of_order}}</p>
        <div class="title"><h1>What is stored of this person</h1></div>
        {{#is_refused}}<p class="said bad" role="alert">Say why you need it: whoever keeps the audit reads it.</p>{{/is_refused}}
        <section class="card stack"><p>What is stored is told to who says why. That you looked, and why, is kept in the audit. Nothing is erased yet.</p>
        <form method="post" action="/person" class="stack">{{>form}}<input type="hidden" name="{{person_field}}" value="{{person_value}}">
        <div class="field"><label for="person-reason">Why you need it</label><input id="person-reason" name="reason" value="" required autocomplete="off"></div>
        <div class="actions"><button class="primary" type="submit">What is stored of this person?</button></div></form></section>
        """#,
        // A form that leads here with an address.
        "person-look": #"""
        <form method="post" action="/person" class="row">{{>form}}<input type="hidden" name="email" value="{{look_for}}"><button type="submit">What is stored of this person?</button></form>
        """#,
    ]
}
