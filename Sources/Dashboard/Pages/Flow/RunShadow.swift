import HTTPTypes
import Screening
import Synchronization
import Web

/// What today's script would do with a run, as a difference against what the script of then does: nothing is sent.
enum RunShadow {
    static let handlers = [
        PageHandler.post("/runs/{id}/shadow", .operate) { visit in
            let id = visit.parameter("id")
            let model = try await tried(id, visit)
            return try await visit.drawn { try await RunPage.page(visit, shadow: model) }
        },
        // The same for what an event led to: the run that began last.
        PageHandler.post("/events/{id}/shadow", .operate) { visit in
            guard let run = try await EventPage.newestRun(visit) else {
                throw ProblemDocument(409, "no_run", "Not possible now", "no script has run for this event yet")
            }
            let model = try await tried(run, visit)
            return try await visit.drawn { .page(try await EventPage.page(visit, shadow: model)) }
        },
    ]

    /// What trying a run says.
    private static func tried(_ id: String, _ visit: Visit) async throws -> Model {
        try visit.principal.require(.readPersonal)
        guard let shadow = visit.site.parts.shadow else { throw ProblemDocument(404, "not_found", "Not found", "this host cannot try runs") }
        guard visit.site.shadows.begin(visit.principal.id) else {
            throw ProblemDocument(
                429,
                "one_at_a_time",
                "One at a time",
                "another run is being tried; wait for its answer",
                retryAfter: .seconds(5)
            )
        }
        defer { visit.site.shadows.end(visit.principal.id) }
        let run = try await whole(id, visit)
        try await visit.site.parts.api.record("run.shadow", by: visit.viewer.acting, subject: id)
        return model(try await shadow(run))
    }

    /// The button on an event's page; nil where nobody can say, or the viewer may not see what would come of it.
    static func action(ofEvent id: String, _ visit: Visit) -> Model? {
        guard visit.site.parts.shadow != nil, visit.may(.operate), visit.may(.readPersonal) else { return nil }
        return button("/events/\(id)/shadow", question: "Try today's script on this event?")
    }

    /// The button; nil where nobody can say, or the viewer may not see what would come of it.
    static func action(_ run: JSON, _ visit: Visit) -> Model? {
        guard visit.site.parts.shadow != nil, visit.may(.operate), visit.may(.readPersonal), let id = run["id"]?.text, run["input"]?.members != nil
        else {
            return nil
        }
        return button("/runs/\(id)/shadow", question: "Try today's script on this run?")
    }

    private static func button(_ path: String, question: String) -> Model {
        Parts.action(
            "What would today's script do?",
            id: "shadow",
            path: path,
            question: question,
            what:
                "The script of then and today's are run side by side, out of the way, and answered from what was answered then. Nothing is sent, ordered or changed.",
            takesNote: false
        )
    }

    /// The run with its input and steps as long as they are.
    private static func whole(_ id: String, _ visit: Visit) async throws -> JSON {
        var run = try await visit.get("runs", id)
        if run["input_truncated"] == true { run["input"] = try await visit.get("runs", id, "input") }
        var steps: [JSON] = []
        for step in run["steps"]?.items ?? [] {
            if step["truncated"] == true, let number = step["n"]?.integer {
                steps.append(try await visit.get("runs", id, "steps", String(number)))
            } else {
                steps.append(step)
            }
        }
        run["steps"] = .array(steps)
        return run
    }

    private static func model(_ shadow: JSON?) -> Model {
        guard let shadow, let now = shadow["now"] else {
            return ["no_shadow": "What this run was called with, or its connection, is not there any more."]
        }
        let differences = shadow["differences"]?.items
        var model: Model = [
            "would": orders(now) + calls(now) + [["would_what": "It ends", "would_text": ending(now)] as Model],
            "has_differences": differences?.isEmpty == false, "is_uncompared": differences == nil,
            "differences": (differences ?? []).prefix(100).map { difference -> Model in
                [
                    "place": difference["path"]?.text ?? "", "before_text": shown(difference["expected"]), "after_text": shown(difference["found"]),
                    "difference_text": difference["message"]?.text ?? "",
                ]
            },
        ]
        if differences?.isEmpty == true { model["is_same"] = true }
        return model
    }

    private static func shown(_ value: JSON?) -> String { value.map { $0.text ?? PrettyJSON.text($0) } ?? "–" }

    private static func orders(_ view: JSON) -> [Model] {
        (view["orders"]?.items ?? []).map { order in
            let package = order["package"]?.text ?? ""
            return ["would_what": "It orders", "would_text": "\(order["external_id"]?.text ?? ""), package \(package)"]
        }
    }

    private static func calls(_ view: JSON) -> [Model] {
        (view["calls"]?.items ?? []).compactMap { call in
            guard let (name, arguments) = call.members?.pairs.first.map({ ($0.name, $0.value) }) else { return nil }
            let about = arguments["url"]?.text ?? arguments["key"]?.text ?? arguments["id"]?.text ?? ""
            return ["would_what": "It calls", "would_text": "\(name) \(about)"]
        }
    }

    private static func ending(_ view: JSON) -> String {
        let ends = view["ends"] ?? .null
        let kind = ends["result"]?.text ?? ends["kind"]?.text ?? ends["state"]?.text ?? ""
        let why = ends["reason"]?.text ?? ends["error"]?["message"]?.text ?? ""
        return [kind, why].filter { !$0.isEmpty }.joined(separator: ": ")
    }

    static let templates = [
        "run-shadow": #"""
        <section class="card stack" id="shadow" aria-labelledby="shadow-title"><header><h2 id="shadow-title">What today's script would do</h2><span class="soft small">tried just now; nothing was sent</span></header>
        {{#no_shadow}}<p>{{no_shadow}}</p>{{/no_shadow}}
        {{#is_same}}<p class="said good" role="status">The same: it would order, call and end as the script of then does.</p>{{/is_same}}
        {{#is_uncompared}}{{^no_shadow}}<p class="soft">The version that this run began on is not kept any more: what follows is compared with nothing.</p>{{/no_shadow}}{{/is_uncompared}}
        {{#has_differences}}<table class="cards"><caption class="sr">What would be different</caption><thead><tr><th scope="col">Where</th><th scope="col">The script of then</th><th scope="col">Today's</th></tr></thead>
        <tbody>{{#differences}}<tr><td data-label="Where"><span><code>{{place}}</code>{{#difference_text}}<br><span class="soft small">{{difference_text}}</span>{{/difference_text}}</span></td><td data-label="Then"><pre tabindex="0" aria-label="The script of then">{{before_text}}</pre></td><td data-label="Today"><pre tabindex="0" aria-label="Today's script">{{after_text}}</pre></td></tr>
        {{/differences}}</tbody></table>{{/has_differences}}
        {{^no_shadow}}<dl class="facts">{{#would}}<dt>{{would_what}}</dt><dd class="mono">{{would_text}}</dd>{{/would}}</dl>{{/no_shadow}}
        </section>
        """#
    ]
}

/// Who has something tried at present: one at a time for each person, and few at a time for all.
final class ShadowTurns: Sendable {
    private let trying = Mutex<Set<String>>([])

    private let most: Int

    init(most: Int = 2) { self.most = most }

    /// Whether it is their turn: nothing else is being tried for them, and not too much for others.
    func begin(_ person: String) -> Bool { trying.withLock { $0.count < most && $0.insert(person).inserted } }

    func end(_ person: String) { trying.withLock { _ = $0.remove(person) } }
}
