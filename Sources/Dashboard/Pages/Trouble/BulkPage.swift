import Screening

/// A command for many things: how far it is, and a way to stop it.
enum BulkPage {
    static let handlers = [
        PageHandler.get("/bulk/{id}") { visit in try await page(visit) },
        PageHandler.post("/bulk/{id}/stop", .order) { visit in
            let id = visit.parameter("id")
            try await visit.post("bulk", id, "stop")
            return .seeOther("/bulk/\(id)?done=stop")
        },
    ]

    private static func page(_ visit: Visit) async throws -> Reply {
        let job = try await visit.get("bulk", visit.parameter("id"))
        let id = job["id"]?.text ?? ""
        func number(_ name: String) -> Int { Int(job[name]?.integer ?? 0) }
        var model = row(job, visit)
        let (count, left) = (number("count"), number("left"))
        model["count"] = String(max(count, 1))
        model["position"] = String(count == 0 ? 1 : count - left)
        model["is_running"] = job["state"]?.text == "running"
        model["counts"] = [
            ["n": Format.number(number("done")), "what": "done"] as Model, ["n": Format.number(number("refused")), "what": "left alone"] as Model,
            ["n": Format.number(left), "what": "to come"] as Model,
        ]
        if number("superseded") > 0 { model["superseded"] = ["superseded_count": Format.number(number("superseded"))] as Model }
        if let reason = job["reason"]?.text { model["reason"] = ["reason_text": reason] as Model }
        var facts = Facts()
        facts.add("By", model["job_by"] as? String)
        facts.add("Begun", visit.format.time(job["created_at"]))
        facts.add("Ended", visit.format.time(job["ended_at"]))
        facts.add("Note", job["note"]?.text)
        model["facts"] = facts.items
        model["said"] = visit.said(["stop": "Nothing more of it is begun. What was done stays done."])
        let isOrder = ["order.refresh", "order.cancel"].contains(job["verb"]?.text ?? "")
        if job["state"]?.text == "running", visit.may(isOrder ? .order : .operate) {
            model["actions"] = [
                Parts.action(
                    "Stop",
                    id: "stop",
                    path: "/bulk/\(id)/stop",
                    question: "Begin nothing more of it?",
                    what: "What is done stays done; the others stay as they are.",
                    tone: "danger",
                    takesNote: false
                )
            ]
        }
        return .page(Page("\(model["job_title"] as? String ?? "Command")", .dead, content: visit.render("bulk", model)))
    }

    /// A job as lists show it.
    static func row(_ job: JSON, _ visit: Visit) -> Model {
        let words = (job["verb"]?.text ?? "").split(separator: ".")
        let (thing, verb) = (words.first ?? "", words.last ?? "")
        func number(_ name: String) -> Int { Int(job[name]?.integer ?? 0) }
        let count = number("count")
        var row: Model = [
            "job_href": "/bulk/" + (job["id"]?.text ?? ""),
            "job_title": "\(verb.prefix(1).uppercased() + verb.dropFirst()) \(Format.number(count)) \(thing)\(count == 1 ? "" : "s")",
            "job_far": "\(Format.number(count - number("left"))) of \(Format.number(count))", "job_state": Parts.state(job["state"]?.text ?? ""),
            "job_by": job["actor"]?["name"]?.text ?? job["actor"]?["kind"]?.text ?? "",
        ]
        row["job_at"] = visit.format.time(job["created_at"])
        return row
    }

    static let templates = [
        "bulk": #"""
        <p class="crumb"><a href="/dead">Dead letters</a></p>
        <div class="title"><h1>{{job_title}}</h1></div>
        {{>said}}
        <div id="bulk" data-live>
        <section class="card stack"><p class="row"><label class="sr" for="bar">How far it is</label><progress id="bar" max="{{count}}" value="{{position}}">{{job_far}}</progress> <span>{{job_far}}</span> {{#job_state}}{{>state}}{{/job_state}}</p>
        <p class="row">{{#counts}}<span><strong class="number">{{n}}</strong> {{what}}</span> {{/counts}}</p>
        {{#superseded}}<p class="soft">{{superseded_count}} of those left alone are updates that a later one has overtaken: the ATS knows better already.</p>{{/superseded}}
        {{#reason}}<p class="said warn">{{reason_text}}</p>{{/reason}}
        {{>facts}}
        <div class="actions">{{#actions}}{{>action}}{{/actions}}<a href="/dead">What is left</a></div></section>
        </div>
        """#
    ]
}
