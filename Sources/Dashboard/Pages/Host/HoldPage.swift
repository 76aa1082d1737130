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
            try await visit.post("release", body: body)
            return .seeOther("/hold?done=release")
        },
    ]

    private static func page(_ visit: Visit) async throws -> Reply {
        let status = try await visit.get("status")
        let hold = status["hold"].flatMap { $0.isNull ? nil : $0 }
        let untold = try await visit.site.tallies.value().counts.runs.reduce(0) { sum, count in
            let waits = ["queued", "waiting"].contains(count.key.state) && visit.principal.sees(connection: count.key.connection)
            return waits ? sum + count.value : sum
        }
        let unsent = Int(status["not_sent"]?.integer ?? 0)
        var model: Model = ["actions": actions(hold, unsent: unsent, runs: untold, visit)]
        if let hold {
            var held: Model = [
                "held_facts": ["facts": facts(hold, visit)] as Model, "unsent": Format.number(unsent), "untold": Format.number(untold),
            ]
            if let reconciliation = hold["reconciliation"], !reconciliation.isNull { held["reconciled"] = self.reconciliation(reconciliation) }
            model["is_held"] = held
        }
        model["may_not"] = !mayDecide(visit)
        model["said"] = visit.said([
            "hold": "The store is held: everything is taken in, and nothing leaves.", "release": "The store is released: what waited is done now.",
        ])
        return .page(Page("Hold", .settings, content: visit.render("hold", model)))
    }

    /// The hold is everybody's.
    private static func mayDecide(_ visit: Visit) -> Bool { visit.may(.admin) && visit.principal.connections == nil }

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
        return [
            "left": Format.number(left), "is_left": left > 0, "is_one_left": left == 1, "uncertain": Format.number(uncertain),
            "is_uncertain": uncertain > 0, "is_one_uncertain": uncertain == 1,
        ]
    }

    private static func actions(_ hold: JSON?, unsent: Int, runs: Int, _ visit: Visit) -> [Model] {
        guard mayDecide(visit) else { return [] }
        guard let hold else {
            return [
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
        guard hold["restored_at"] != nil else { return actions }
        actions.append(
            Parts.action(
                "Release, nothing comes again",
                id: "gap",
                path: "/hold/release",
                question: "Will nothing of the lost time be delivered again?",
                what:
                    "Say so only where you know that no ATS and nobody else sends again what they sent between the backup and the restore. Orders that are "
                    + "placed from now on are then sent without being looked for at their provider first. " + waits,
                tone: "danger",
                hidden: [("gap_closed", "yes")] + (left > 0 ? [("force", "yes")] : [])
            )
        )
        return actions
    }

    private static func count(_ count: Int, _ noun: String) -> String { "\(Format.number(count)) \(noun)\(count == 1 ? "" : "s")" }

    static let templates = [
        "hold": #"""
        <p class="crumb"><a href="/settings">Settings</a></p>
        <div class="title"><h1>Hold</h1><span class="soft">{{#is_held}}everything is taken in, nothing leaves{{/is_held}}{{^is_held}}nothing is held{{/is_held}}</span></div>
        {{>said}}
        <div id="hold" data-live>
        {{#is_held}}<div class="two"><section class="card stack"><header><h2>Why</h2></header>{{#held_facts}}{{>facts}}{{/held_facts}}</section>
        <section class="card stack"><header><h2>What waits</h2></header><dl class="facts"><dt>Orders not sent yet</dt><dd><a class="number" href="/orders?state=accepted">{{unsent}}</a></dd><dt>Runs of scripts</dt><dd><a class="number" href="/runs?state=waiting">{{untold}}</a></dd></dl></section></div>
        {{#reconciled}}<section class="card stack"><header><h2>What may have been sent since the backup</h2></header>
        {{#is_left}}<p class="sentence">{{left}} {{#is_one_left}}order is{{/is_one_left}}{{^is_one_left}}orders are{{/is_one_left}} still being looked for at the providers.</p><p>Fairlead does that by itself, as fast as the providers let it be asked. What it finds there is adopted and not sent again; what is surely not there is sent after the release; about the rest you decide. Wait until none is left.</p>{{/is_left}}
        {{^is_left}}<p class="sentence">Everything was looked for.</p>{{/is_left}}
        <p>{{#is_uncertain}}<a href="/orders?state=uncertain">{{uncertain}} {{#is_one_uncertain}}order is uncertain{{/is_one_uncertain}}{{^is_one_uncertain}}orders are uncertain{{/is_one_uncertain}}</a>: nobody knows whether the provider has them. Each waits for a decision, also after the release.{{/is_uncertain}}{{^is_uncertain}}No order is uncertain.{{/is_uncertain}}</p></section>{{/reconciled}}{{/is_held}}
        {{^is_held}}<div class="card"><p>Before a move of the database, or when something goes badly wrong, a hold keeps everything from leaving: deliveries and orders are taken in, no order is sent and no ATS is told anything. To stop one customer or one provider alone, pause the connection or the account instead.</p></div>{{/is_held}}
        {{>actions}}{{#may_not}}<p class="soft">Holding and releasing take the scope <code>admin</code>, for all connections.</p>{{/may_not}}
        </div>
        """#
    ]
}
