import Screening
import Web

/// A command for many things before it is given: how many there are and what would happen. Nothing happens until somebody says so.
enum PlanPage {
    static let handlers = [
        PageHandler.get("/plan", .operate) { visit in try await page(visit) },
        PageHandler.post("/plan", .operate) { visit in try await begin(visit) },
    ]

    /// The address of a plan.
    /// - Parameters:
    ///   - verb: such as `run.retry`.
    ///   - query: what it is done for: filters of the list; `issue` says which issue they are of.
    static func link(_ verb: String, _ query: [(name: String, value: String)]) -> String {
        "/plan?" + FormEncoding.text([("verb", verb)] + query)
    }

    /// What a command does with each, as its page says it.
    private struct Words {
        let things: String
        let title: String
        let button: String
        let what: String
        let isLoss: Bool
    }

    private static let words: [BulkJob.Verb: Words] = [
        .replayEvents: Words(
            things: "events",
            title: "Replay events",
            button: "Replay",
            what:
                "Each goes through the present scripts as if it had just come in. An order that one made before is the same order: nothing is ordered twice.",
            isLoss: false
        ),
        .discardEvents: Words(
            things: "events",
            title: "Discard events",
            button: "Discard",
            what: "Each leaves the dead letters and is kept as it is. Nothing is sent.",
            isLoss: true
        ),
        .retryRuns: Words(
            things: "runs",
            title: "Retry runs",
            button: "Retry",
            what: "Each goes on with the present script. Steps that were done are remembered and not done again; what failed is tried once more.",
            isLoss: false
        ),
        .discardRuns: Words(
            things: "runs",
            title: "Discard runs",
            button: "Discard",
            what: "Each leaves the dead letters. What it was to order is not ordered, and what it was to tell an ATS is not told.",
            isLoss: true
        ),
        .retryOrders: Words(
            things: "orders",
            title: "Retry orders",
            button: "Retry",
            what: "Each is sent to its provider, which surely does not have it. Those of which that is not sure are left alone.",
            isLoss: false
        ),
        .discardOrders: Words(
            things: "orders",
            title: "Discard orders",
            button: "Discard",
            what: "Each stays as it is, and nobody is asked to see to it any more. Nothing is sent.",
            isLoss: true
        ),
    ]

    private static func page(_ visit: Visit) async throws -> Reply {
        let verb = try verb(visit.query("verb"))
        guard let words = words[verb] else { throw ProblemDocument(400, "unknown_plan", "Bad request", "there is no plan for this") }
        let given = visit.request.query.filter { $0.name != "verb" && !$0.value.isEmpty }
        let preview = try await preview(verb, given, visit)
        let (count, refused) = (preview["count"]?.integer ?? 0, preview["would"]?["refuse"]?.integer ?? 0)
        let possible = max(count - refused, 0)
        var model: Model = [
            "plan_title": words.title, "count": Format.number(Int(count)), "possible": Format.number(Int(possible)),
            "match": count == 1 ? "\(words.things.dropLast()) matches" : "\(words.things) match",
            "refused": refused > 0 ? [["refused_count": Format.number(Int(refused))] as Model] : [Model](),
            "why_refused": verb == .retryRuns
                ? "the ATS was told of a later change since, so that telling it these would take it back; or they are done, or would do something twice."
                : "what they wait for could be done twice, or is done already.",
            "what": words.what, "verb": verb.rawValue, "button": words.isLoss ? "danger" : "primary", "is_nothing": possible == 0,
            "label": "\(words.button) \(Format.number(Int(possible))) \(possible == 1 ? String(words.things.dropLast()) : words.things)",
            "id": "plan",
            "given": given.map { ["given_name": $0.name, "given_value": $0.value] as Model },
            "narrowed": given.map { "\($0.name) \($0.value)" }.joined(separator: ", "),
        ]
        if verb == .retryRuns, possible == 0, count > 0 {
            model["instead"] = ["instead_name": "Plan a discard of all…", "instead_href": link("run.discard", given)] as Model
        }
        if let issue = given.first(where: { $0.name == "issue" })?.value {
            let shown = try await visit.get("issues", issue)
            model["narrowed"] = shown["title"]?.text ?? issue
            model["began"] = IssuesPage.began(shown).map { ["began_text": $0] as Model }
        }
        return .page(Page(words.title, .dead, isLive: false, content: visit.render("plan", model)))
    }

    private static func begin(_ visit: Visit) async throws -> Reply {
        let verb = try verb(visit.field("verb"))
        let form = FormFields(visit)
        var body = filters(form.others(than: ["csrf", "once", "verb", "note", "issue"]))
        if let note = visit.field("note") { body["note"] = .string(note) }
        let (things, command) = parts(verb)
        let job = try await visit.post(things, command, body: body)
        return .seeOther("/bulk/" + (job["id"]?.text ?? ""))
    }

    private static func preview(_ verb: BulkJob.Verb, _ given: [(name: String, value: String)], _ visit: Visit) async throws -> JSON {
        var body = filters(given.filter { $0.name != "issue" })
        body["dry_run"] = true
        let (things, command) = parts(verb)
        return try await visit.post(things, command, body: body)
    }

    private static func verb(_ word: String?) throws -> BulkJob.Verb {
        guard let verb = word.flatMap({ BulkJob.Verb(rawValue: $0) }), words[verb] != nil else {
            throw ProblemDocument(400, "unknown_plan", "Bad request", "there is no plan for this")
        }
        return verb
    }

    /// `runs` and `retry` of `run.retry`.
    private static func parts(_ verb: BulkJob.Verb) -> (things: String, command: String) {
        let parts = verb.rawValue.split(separator: ".")
        return (String(parts.first ?? "") + "s", String(parts.last ?? ""))
    }

    /// Filters as the API takes them in a body: of those given several times a list.
    private static func filters(_ given: [(name: String, value: String)]) -> JSON {
        var body: JSON = [:]
        for (name, value) in given {
            if let present = body[name] {
                body[name] = .array((present.items ?? [present]) + [.string(value)])
            } else {
                body[name] = .string(value)
            }
        }
        return body
    }

    static let templates = [
        "plan": #"""
        <p class="crumb"><a href="/dead">Dead letters</a></p>
        <div class="title"><h1>{{plan_title}}: the plan</h1></div>
        <section class="card stack">
        <p class="sentence"><strong>{{count}}</strong> {{match}}: {{narrowed}}.{{#began}} {{began_text}}{{/began}}</p>
        {{^is_nothing}}<p>{{possible}} of them would be taken up. {{what}}</p>{{/is_nothing}}
        {{#is_nothing}}<p>There is nothing to do.</p>{{/is_nothing}}
        {{#refused}}<p class="soft">{{refused_count}} would be left alone: {{why_refused}}</p>{{/refused}}
        {{#instead}}<p><a class="button" href="{{instead_href}}">{{instead_name}}</a></p>{{/instead}}
        {{^is_nothing}}<p class="soft">They are taken up one after the other. You see how far it is, and can stop it.</p>
        <form method="post" action="/plan">{{>form}}<input type="hidden" name="verb" value="{{verb}}">
        {{#given}}<input type="hidden" name="{{given_name}}" value="{{given_value}}">{{/given}}
        {{>note}}<div class="actions"><button class="{{button}}" type="submit">{{label}}</button></div></form>{{/is_nothing}}
        </section>
        """#
    ]
}

/// The fields of a form that was sent, in order.
struct FormFields {
    private let pairs: [(name: String, value: String)]

    init(_ visit: Visit) { pairs = FormEncoding.pairs(String(decoding: visit.request.bytes, as: UTF8.self)).map { ($0.name, $0.value) } }

    /// The fields that have other names.
    func others(than names: [String]) -> [(name: String, value: String)] { pairs.filter { !names.contains($0.name) && !$0.value.isEmpty } }
}
