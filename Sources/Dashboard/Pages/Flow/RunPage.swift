import Pipeline
import Screening

/// One run: its steps beside the script that made them, what went wrong, and what has changed in the script since.
enum RunPage {
    static let handlers =
        [
            PageHandler.get("/runs/{id}") { visit in try await page(visit) },
            PageHandler.post("/runs/{id}/retry", .operate) { visit in try await command(visit, "retry") },
            PageHandler.post("/runs/{id}/discard", .operate) { visit in try await command(visit, "discard") },
        ] + RunShadow.handlers

    private static func command(_ visit: Visit, _ name: String) async throws -> Reply {
        let id = visit.parameter("id")
        try await visit.post("runs", id, name, body: visit.note)
        return .seeOther("/runs/\(id)?done=\(name)")
    }

    /// - Parameter shadow: what today's script would do; nil where that was not asked.
    static func page(_ visit: Visit, shadow: Model? = nil) async throws -> Reply {
        let run = try await visit.get("runs", visit.parameter("id"))
        let id = run["id"]?.text ?? ""
        var model: Model = [
            "run": id, "run_state": Parts.state(run["state"]?.text ?? ""), "explanation": run["explanation"]?.text?.withoutCommands ?? "",
            "facts": facts(run, visit), "actions": actions(run, id, visit), "hook": run["hook"]?.text ?? "",
        ]
        model["said"] = visit.said(["retry": "It gets another attempt now.", "discard": "It was taken out of the dead letters."])
        if let error = run["error"], !error.isNull { model["error"] = RunError.model(error, visit) }
        let earlier = (run["earlier_errors"]?.items ?? []).map { RunError.model($0, visit) }
        model["earlier"] = earlier
        model["has_earlier"] = !earlier.isEmpty
        let scripts = try await RunScripts(run, visit)
        let steps = run["steps"]?.items ?? []
        model["steps"] = steps.map { step($0, scripts, visit) }
        model["has_steps"] = !steps.isEmpty
        model["withheld"] = !visit.may(.readPersonal)
        model["input"] = run["input"].map { ["input_text": PrettyJSON.text($0)] as Model }
        let logs = (run["logs"]?.items ?? []).suffix(200)
        model["logs"] = logs.map(log)
        model["has_logs"] = !logs.isEmpty
        model["scripts"] = scripts.model(steps, error: run["error"], run["connection"]?.text ?? "")
        if let action = RunShadow.action(run, visit) { model["try"] = action }
        if let shadow { model["shadowed"] = shadow }
        return .page(Page("Run", .runs, isLive: shadow == nil, content: visit.render("run", model)))
    }

    private static func facts(_ run: JSON, _ visit: Visit) -> [Model] {
        var facts = Facts()
        let connection = run["connection"]?.text ?? ""
        facts.add("Connection", connection, href: "/connections/" + PercentEncoding.text(connection))
        facts.add("Plugin", "\(run["plugin"]?.text ?? "") \(run["plugin_version"]?.text ?? "")")
        facts.add("Hook", run["hook"]?.text, isCode: true)
        facts.add("About", run["external_id"]?.text)
        facts.add("Event", [run["event"]?.text].compactMap(\.self), under: "/events/")
        facts.add("Order", [run["order"]?.text].compactMap(\.self), under: "/orders/")
        facts.add("Attempts", run["attempt"]?.integer.map { String($0) })
        facts.add("Made", visit.format.time(run["created_at"]))
        facts.add("Ended", visit.format.time(run["ended_at"]))
        facts.add("Next attempt", visit.format.time(run["next_attempt_at"]))
        facts.add("Ended with", run["result"]?["kind"]?.text)
        return facts.items
    }

    private static func step(_ step: JSON, _ scripts: RunScripts, _ visit: Visit) -> Model {
        let (kind, request) = (step["kind"]?.text ?? "", step["request"])
        let number = String(step["n"]?.integer ?? 0)
        var model: Model = ["step": number, "step_kind": kind, "step_what": summary(kind, request)]
        model["made_at"] = scripts.link(step)
        model["step_ms"] = step["ms"]?.integer.map { ["ms": Format.number(Int($0))] as Model }
        if let attempts = step["attempts"]?.integer, attempts > 1 { model["step_again"] = ["times": String(attempts)] as Model }
        model["step_at"] = visit.format.time(step["at"])
        if let status = step["reply"]?["value"]?["status"]?.integer {
            model["answer"] = ["tone": status < 400 ? "good" : "bad", "label": String(status)] as Model
        } else if let error = step["reply"]?["error"], !error.isNull {
            model["answer"] = ["tone": "bad", "label": "error"] as Model
        }
        if let request {
            model["exchange"] =
                [
                    "request_text": PrettyJSON.text(request), "reply_text": step["reply"].map { PrettyJSON.text($0) } ?? "none yet",
                ] as Model
        }
        return model
    }

    private static func summary(_ kind: String, _ request: JSON?) -> String {
        guard let request else { return "" }
        if kind == "http" { return "\(request["method"]?.text ?? "") \(request["url"]?.text ?? "")" }
        return request["key"]?.text ?? request["external_id"]?.text ?? request["id"]?.text ?? ""
    }

    private static func log(_ line: JSON) -> Model {
        [
            "log_at": Format.timestamp(line["at"]).map { Format.clock($0) } ?? "", "log_level": line["level"]?.text ?? "",
            "log_text": line["message"]?.text ?? "", "log_fields": line["fields"].flatMap { $0.isNull || $0 == [:] ? nil : $0.string() } ?? "",
        ]
    }

    private static func actions(_ run: JSON, _ id: String, _ visit: Visit) -> [Model] {
        let state = run["state"]?.text ?? ""
        guard visit.may(.operate) else { return [] }
        let isRoute = (run["hook"]?.text ?? "").contains("/")
        var actions: [Model] = []
        if !isRoute, ["waiting", "dead", "parked", "discarded", "rejected", "skipped"].contains(state) {
            actions.append(
                Parts.action(
                    "Retry",
                    id: "retry",
                    path: "/runs/\(id)/retry",
                    question: "Give this run another attempt now?",
                    what:
                        "It goes on with the present script. Steps that were done are remembered and not done again; what failed is tried once more.",
                    tone: ["dead", "parked"].contains(state) ? "primary" : "plain"
                )
            )
        }
        if ["waiting", "queued", "dead", "parked"].contains(state) || state == "rejected" && run["order"]?.text != nil {
            actions.append(
                Parts.action(
                    "Discard",
                    id: "discard",
                    path: "/runs/\(id)/discard",
                    question: "Is nothing to be done about it?",
                    what: run["order"]?.text == nil
                        ? "It leaves the dead letters. If it was to order something, nothing is ordered."
                        : "It leaves the dead letters, and the ATS is not told of this change.",
                    tone: "danger"
                )
            )
        }
        return actions
    }

    static let templates = [
        "run": #"""
        <p class="crumb"><a href="/runs">Runs</a></p>
        <div class="title"><h1><code>{{hook}}</code> <span class="soft small">{{run}}</span></h1>{{#run_state}}{{>state}}{{/run_state}}</div>
        {{>said}}
        <div id="run" data-live>
        <div class="two"><div>
        <div class="card stack"><p class="sentence">{{explanation}}</p>{{>actions}}{{#try}}<div class="actions">{{>action}}</div>{{/try}}</div>
        {{#error}}<section class="card stack"><header><h2>What went wrong</h2></header>{{>run-error}}</section>{{/error}}
        </div><section class="card"><header><h2 class="sr">Facts</h2></header>{{>facts}}</section></div>
        <section class="card list"><header><h2>Steps</h2><span class="soft small">what it asked of the host, each done once and remembered</span></header>
        {{^has_steps}}<p class="soft">It has made no step.</p>{{/has_steps}}
        {{#has_steps}}<table class="cards"><caption class="sr">Steps in order</caption><thead><tr><th scope="col">No.</th><th scope="col">Call</th><th scope="col">What</th><th scope="col">Line</th><th scope="col">Answer</th><th scope="col" class="right">ms</th></tr></thead>
        <tbody>{{#steps}}<tr><td data-label="No.">{{step}}</td><td data-label="Call"><code>{{step_kind}}</code>{{#step_again}} <span class="chip warn">{{times}} attempts</span>{{/step_again}}</td>
        <td data-label="What"><span>{{step_what}}{{#exchange}}<details id="step-{{step}}"><summary>request and answer</summary><pre tabindex="0" aria-label="Request">{{request_text}}</pre><pre tabindex="0" aria-label="Answer">{{reply_text}}</pre></details>{{/exchange}}</span></td>
        <td data-label="Line">{{#made_at}}{{#place_link}}<a class="mono" href="{{place_href}}">{{place}}</a>{{/place_link}}{{#place_text}}<span class="mono">{{place_text}}</span>{{/place_text}}{{/made_at}}</td>
        <td data-label="Answer">{{#answer}}{{>state}}{{/answer}}</td><td data-label="ms" class="right">{{#step_ms}}{{ms}}{{/step_ms}}</td></tr>
        {{/steps}}</tbody></table>{{/has_steps}}
        {{#withheld}}<p class="soft small">Requests, answers, input and log may name people: they take the scope read_personal.</p>{{/withheld}}
        </section>
        </div>
        {{#shadowed}}{{>run-shadow}}{{/shadowed}}
        {{#scripts}}{{>run-scripts}}{{/scripts}}
        {{#has_logs}}<section class="card"><header><h2>Log</h2></header><ol class="timeline">{{#logs}}<li><span class="soft mono">{{log_at}} {{log_level}}</span><span>{{log_text}} <code class="soft">{{log_fields}}</code></span></li>{{/logs}}</ol></section>{{/has_logs}}
        {{#input}}<section class="card stack"><header><h2>What the hook was called with</h2></header><details id="input"><summary>Show</summary><pre tabindex="0" aria-label="Input">{{input_text}}</pre></details></section>{{/input}}
        {{#has_earlier}}<section class="card stack"><header><h2>Earlier attempts</h2></header>{{#earlier}}<div>{{>run-error}}</div>{{/earlier}}</section>{{/has_earlier}}
        """#
    ]
}
