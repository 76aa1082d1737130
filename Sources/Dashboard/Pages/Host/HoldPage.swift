import Pipeline
import Screening
import Web

/// The hold of the whole store: what it keeps back, how far a restored store is with looking for what may have been sent, and who lets go.
enum HoldPage {
    static let handlers = [
        PageHandler.get("/hold") { visit in try await page(visit) },
        PageHandler.post("/hold", .admin) { visit in
            try await visit.post("hold", body: visit.note)
            return .seeOther("/hold?done=hold")
        },
        PageHandler.post("/hold/release", .admin) { visit in
            var body = visit.note
            // As on the command line: each is a decision of its own.
            for name in ["force", "gap_closed"] where visit.field(name) == "yes" { body[name] = true }
            let answer = try await visit.post("release", body: body)
            guard body["gap_closed"] != nil else { return .seeOther("/hold?done=release") }
            let forgotten = answer["unknown_requests"]?.items ?? []
            guard !forgotten.isEmpty else { return .seeOther("/hold?done=gap") }
            // Closing the gap forgot them: this answer is the last that names them.
            return try await visit.drawn {
                let model: Model = ["forgotten": forgotten.map { row($0, visit) }]
                return .page(Page("Hold", .settings, isLive: false, content: visit.render("hold-forgotten", model)))
            }
        },
    ]

    private static func page(_ visit: Visit) async throws -> Reply {
        let status = try await visit.get("status")
        let hold = status["hold"].flatMap { $0.isNull ? nil : $0 }
        var runs: [String: Int] = [:]
        for count in try await visit.site.tallies.value().counts.runs where visit.principal.sees(connection: count.key.connection) {
            runs[count.key.state, default: 0] += count.value
        }
        let (queued, waiting) = (runs["queued"] ?? 0, runs["waiting"] ?? 0)
        let unsent = Int(status["not_sent"]?.integer ?? 0)
        let gap = try await openGap(visit)
        var model: Model = ["actions": actions(hold, gap, unsent: unsent, runs: queued + waiting, visit)]
        if let hold {
            var held: Model = [
                "held_facts": ["facts": facts(hold, visit)] as Model, "unsent": Format.number(unsent), "queued": Format.number(queued),
                "waiting": Format.number(waiting),
            ]
            if let reconciliation = hold["reconciliation"], !reconciliation.isNull {
                var reconciled = self.reconciliation(reconciliation)
                reconciled["answered"] = try await HoldAnswers.list(hold, visit)
                reconciled["is_part"] = visit.principal.connections != nil
                held["reconciled"] = reconciled
            }
            model["is_held"] = held
        } else if let gap {
            model["open_gap"] = named(gap)
        }
        model["may_not"] = !mayDecide(visit)
        model["said"] = visit.said([
            "hold": "The store is held: everything is taken in, and nothing leaves.", "release": "The store is released: what waited is done now.",
            "gap": "The store is released, and nothing of the lost time comes again: no provider spoke of a request that no order here has.",
        ])
        return .page(Page("Hold", .settings, content: visit.render("hold", model)))
    }

    /// The hold is everybody's.
    private static func mayDecide(_ visit: Visit) -> Bool { visit.may(.admin) && visit.principal.connections == nil }

    /// How many requests providers speak of that no order has, while nobody said that nothing of the time that a restore lost comes again; nil where no such
    /// time is open, or the viewer does not decide.
    private static func openGap(_ visit: Visit) async throws -> Int? {
        guard mayDecide(visit) else { return nil }
        let store = visit.site.parts.store
        guard try await store.restores().contains(where: { $0.closedAt == nil }) else { return nil }
        return try await store.unknownRequests().count
    }

    private static let unknownIssues = "/issues?kind=" + IssueKind.unknownRequests.rawValue

    private static func named(_ unknown: Int) -> Model {
        ["unknown": Format.number(unknown), "is_unknown": unknown > 0, "is_one_unknown": unknown == 1, "unknown_href": unknownIssues]
    }

    private static func row(_ request: JSON, _ visit: Visit) -> Model {
        var row: Model = [
            "request_account": request["account"]?.text ?? "", "request_ref": request["reference"]?.text ?? "",
            "request_count": Format.number(Int(request["count"]?.integer ?? 0)),
        ]
        row["request_at"] = visit.format.time(request["last_at"])
        return row
    }

    private static func facts(_ hold: JSON, _ visit: Visit) -> [Model] {
        var facts = Facts()
        let isRestored = hold["why"]?.text == StoreHold.Reason.restored.rawValue
        facts.add("Why", isRestored ? "the store was restored from a backup" : "a person asked for it")
        facts.add("Held since", visit.format.time(hold["since"]))
        facts.add("By", hold["actor"]?["name"]?.text ?? hold["actor"]?["kind"]?.text)
        facts.add("Note", hold["note"]?.text)
        facts.add("As of the backup of", visit.format.time(hold["backup_at"]))
        facts.add("Restored", visit.format.time(hold["restored_at"]))
        return facts.items
    }

    private static func reconciliation(_ reconciliation: JSON) -> Model {
        let (left, uncertain) = (Int(reconciliation["left"]?.integer ?? 0), Int(reconciliation["uncertain"]?.integer ?? 0))
        let counts = HoldAnswers.counts(reconciliation)
        let model: Model = [
            "left": Format.number(left), "is_left": left > 0, "is_one_left": left == 1, "uncertain": Format.number(uncertain),
            "is_uncertain": uncertain > 0, "is_one_uncertain": uncertain == 1, "counts": counts,
        ]
        return model.merging(named(Int(reconciliation["unknown"]?.integer ?? 0)))
    }

    private static func actions(_ hold: JSON?, _ gap: Int?, unsent: Int, runs: Int, _ visit: Visit) -> [Model] {
        guard mayDecide(visit) else { return [] }
        guard let hold else {
            let close = gap.map { [closing("Nothing comes again", unknown: $0, "")] } ?? []
            return close + [
                Parts.action(
                    "Hold",
                    id: "hold",
                    path: "/hold",
                    question: "Hold the whole store?",
                    what:
                        "On every connection and account, in all replicas: deliveries and orders are taken in, providers are read. No order is sent or "
                        + "cancelled and no ATS is told anything until somebody releases it. What an ATS waits for is answered that it should ask again.",
                    tone: "danger"
                )
            ]
        }
        let waits =
            "What waited is done now, in its order: \(count(unsent, "order")) not sent yet, \(count(runs, "run")) of scripts that wait."
        let left = Int(hold["reconciliation"]?["left"]?.integer ?? 0)
        var actions: [Model] = []
        if left > 0 {
            actions.append(
                Parts.action(
                    "Release all the same",
                    id: "force",
                    path: "/hold/release",
                    question: "Release it before everything was looked for?",
                    what: "\(count(left, "order")) may have been sent since the backup. Each is still looked for at its provider before it is sent; "
                        + "what cannot be looked for becomes uncertain. " + waits,
                    tone: "danger",
                    hidden: [("force", "yes")]
                )
            )
        } else {
            actions.append(
                Parts.action(
                    "Release",
                    id: "release",
                    path: "/hold/release",
                    question: "Let go of the store?",
                    what: waits + (hold["restored_at"] == nil ? "" : " What is uncertain stays so, and is not sent by itself."),
                    tone: "primary"
                )
            )
        }
        guard let gap else { return actions }
        return actions + [closing("Release, nothing comes again", unknown: gap, " " + waits, force: left > 0)]
    }

    private static func closing(_ label: String, unknown: Int, _ waits: String, force: Bool = false) -> Model {
        let forgets =
            unknown == 0
            ? ""
            : " Providers speak of \(count(unknown, "request")) that no order here has. They are forgotten with this, and named on the next page for the "
                + "last time."
        var action = Parts.action(
            label,
            id: "gap",
            path: "/hold/release",
            question: "Will nothing of the lost time be delivered again?",
            what:
                "Say so only where you know that no ATS and nobody else sends again what they sent between the backup and the restore. Orders that are "
                + "placed from now on are then sent without being looked for at their provider first." + forgets + waits,
            tone: "danger",
            hidden: [("gap_closed", "yes")] + (force ? [("force", "yes")] : [])
        )
        if unknown > 0 { action["what_link"] = ["link_href": unknownIssues, "link_name": "What to do about them"] as Model }
        return action
    }

    private static func count(_ count: Int, _ noun: String) -> String { "\(Format.number(count)) \(noun)\(count == 1 ? "" : "s")" }

    static let templates = [
        "hold": #"""
        <p class="crumb"><a href="/settings">Settings</a></p>
        <div class="title"><h1>Hold</h1><span class="soft">{{#is_held}}everything is taken in, nothing leaves{{/is_held}}{{^is_held}}nothing is held{{/is_held}}</span></div>
        {{>said}}
        <div id="hold" data-live>
        {{#is_held}}<div class="two"><section class="card stack"><header><h2>Why</h2></header>{{#held_facts}}{{>facts}}{{/held_facts}}</section>
        <section class="card stack"><header><h2>What waits</h2></header><dl class="facts"><dt>Orders not sent yet</dt><dd><a class="number" href="/orders?state=accepted">{{unsent}}</a></dd><dt>Runs of scripts that wait</dt><dd><a class="number" href="/runs?state=waiting">{{waiting}}</a></dd><dt>Runs not begun</dt><dd><a class="number" href="/runs?state=queued">{{queued}}</a></dd></dl></section></div>
        {{#reconciled}}<section class="card stack"><header><h2>What may have been sent since the backup</h2>{{#is_part}}<span class="soft small">on your connections</span>{{/is_part}}</header>
        {{#is_left}}<p class="sentence">{{left}} {{#is_one_left}}order is{{/is_one_left}}{{^is_one_left}}orders are{{/is_one_left}} still being looked for at the providers.</p><p>Fairlead does that by itself, as fast as the providers let it be asked. What it finds there is adopted and not sent again; what is surely not there is sent after the release; about the rest you decide. Wait until none is left.</p>{{/is_left}}
        {{^is_left}}<p class="sentence">Everything was looked for{{#is_unknown}} that an order here stands for{{/is_unknown}}.</p>{{/is_left}}
        {{>hold-answers}}
        <p>{{#is_uncertain}}<a href="/orders?state=uncertain">{{uncertain}} {{#is_one_uncertain}}order is uncertain{{/is_one_uncertain}}{{^is_one_uncertain}}orders are uncertain{{/is_one_uncertain}}</a>: nobody knows whether the provider has them. Each waits for a decision, also after the release.{{/is_uncertain}}{{^is_uncertain}}No order is uncertain.{{/is_uncertain}}</p>{{>hold-unknown}}</section>{{/reconciled}}{{/is_held}}
        {{#open_gap}}<section class="card stack"><header><h2>The time that the restore lost</h2></header><p>What was sent between the backup and the restore may be delivered again, so an order that is placed is looked for at its provider before it is sent, for a week after the restore. Where you know that nothing comes again, say so.</p>{{>hold-unknown}}</section>{{/open_gap}}
        {{^is_held}}<div class="card"><p>Before a move of the database, or when something goes badly wrong, a hold keeps everything from leaving: deliveries and orders are taken in, no order is sent and no ATS is told anything. To stop one customer or one provider alone, pause the connection or the account instead.</p></div>{{/is_held}}
        {{>actions}}{{#may_not}}<p class="soft">Holding and releasing take the scope <code>admin</code>, for all connections.</p>{{/may_not}}
        </div>
        """#,
        "hold-unknown": #"""
        {{#is_unknown}}<p class="said warn">Providers speak of <a href="{{unknown_href}}">{{unknown}} request{{^is_one_unknown}}s{{/is_one_unknown}} that no order here has</a>: ordered after the backup. The issue names them and says what to do; who says that nothing comes again has them forgotten.</p>{{/is_unknown}}
        """#,
        "hold-forgotten": #"""
        <p class="crumb"><a href="/hold">Hold</a></p>
        <div class="title"><h1>Hold</h1><span class="soft">released, and nothing of the lost time comes again</span></div>
        <p class="said warn" role="status">Providers spoke of these requests, and no order here has them. Fairlead has forgotten them now: keep this page, and look at each at its provider.</p>
        <div class="card list"><table class="cards"><caption class="sr">Requests that no order here has, newest first</caption>
        <thead><tr><th scope="col">Account</th><th scope="col">Request</th><th scope="col" class="right">Webhooks</th><th scope="col">Last</th></tr></thead>
        <tbody>{{#forgotten}}<tr><td data-label="Account">{{request_account}}</td><td data-label="Request"><code>{{request_ref}}</code></td><td data-label="Webhooks" class="right number">{{request_count}}</td><td data-label="Last">{{#request_at}}{{>moment}}{{/request_at}}</td></tr>{{/forgotten}}</tbody></table></div>
        """#,
    ]
}
