import Pipeline
import Screening
import Web

/// `/`: what needs a person, who has to act, and how everything is that orders go through.
enum NowPage {
    static let handlers = [PageHandler.get("/") { visit in .page(try await page(visit)) }]

    static func page(_ visit: Visit) async throws -> Page {
        let status = try await visit.get("status")
        let tallies = try await visit.site.tallies.value()
        var counts: [OrderState: Int] = [:]
        for (group, count) in tallies.counts.orders where visit.principal.sees(connection: group.connection) {
            if let state = OrderState(rawValue: group.state) { counts[state, default: 0] += count }
        }
        let total = counts.values.reduce(0, +)
        let history = try await NowHistory(visit)
        let waiting = ["candidate", "recruiter", "provider", "operator"].map { party in
            (party: party == "operator" ? "us" : party, filter: party, count: Int(status["waiting_on"]?[party]?.integer ?? 0))
        }
        let issues = try await Contact.Known(visit)
        let unsent = Int(status["not_sent"]?.integer ?? 0)
        var model: Model = [
            "issues": (status["issues"]?["items"]?.items ?? []).map { issue($0, visit) },
            "open_count": String(status["issues"]?["open"]?.integer ?? 0),
            "by_state": history.states(counts), "over_time": history.charts(visit.query("span")),
            "waiting_bar": ["picture": TimeBar(counts: waiting.map { ($0.party, $0.count) } + [(TimeBar.unsent, unsent)]).svg] as Model,
            "waiting": waiting.map {
                ["party": Parts.party($0.party) as Any, "waiting_count": Format.number($0.count), "href": "/orders?waiting_on=\($0.filter)"] as Model
            },
            "is_begun": total > 0,
            "received": Format.number(Int(status["last_day"]?["received"]?.integer ?? 0)),
            "told": Format.number(Int(status["last_day"]?["told"]?.integer ?? 0)),
            "dead": Format.number(try await DeadPage.standing(visit, isRemembered: true).reduce(0) { $0 + $1.count }),
            "paused": try await paused(status, visit),
        ]
        if let count = waiting.last?.count, count > 0 {
            model["waits_for_us"] = ["us_count": count == 1 ? "An order waits" : "\(Format.number(count)) orders wait"] as Model
        }
        let used = try await visit.site.parts.readsInLastMinute()
        model.merge(contacts(status, "accounts", issues, used, visit))
        model.merge(contacts(status, "connections", issues, used, visit))
        let rhythms = try await visit.site.rhythms.value()
        model["accounts"] = (model["accounts"] as? [Model] ?? []).map { contact -> Model in
            var contact = contact
            guard let id = contact["contact_id"] as? String, let limit = visit.site.parts.registry.account(id)?.readsPerMinute else { return contact }
            contact["budget"] = budget(used.map { $0[id] ?? 0 }, of: limit)
            return contact
        }
        model["connections"] = (model["connections"] as? [Model] ?? []).map { contact -> Model in
            var contact = contact
            if let rhythm = rhythms[.connection(contact["contact_id"] as? String ?? "")] {
                let grid = RhythmGrid(rhythm, now: visit.now)
                contact["rhythm"] = ["picture": grid.svg] as Model
                contact["week"] = ["days": grid.hours.map { ["day_hours": $0.isEmpty ? "–" : $0] as Model }] as Model
            }
            return contact
        }
        model["has_weeks"] = (model["connections"] as? [Model] ?? []).contains { $0["week"] != nil }
        let (named, open) = (status["issues"]?["items"]?.items?.count ?? 0, Int(status["issues"]?["open"]?.integer ?? 0))
        if open > named { model["more_issues"] = ["cut_text": "The newest \(named) of \(Format.number(open))."] as Model }
        if unsent > 0 { model["unsent"] = ["unsent_count": Format.number(unsent)] as Model }
        if let snoozed = status["issues"]?["snoozed"]?.integer, snoozed > 0 { model["snoozed"] = String(snoozed) }
        if let last = visit.site.parts.lastBackup { model["backup"] = self.backup(try await last() ?? [:], visit) }
        if visit.principal.connections == nil, let reloaded = visit.site.parts.registry.reloadedAt { model["reloaded"] = visit.format.time(reloaded) }
        return Page("Now", .now, content: visit.render("now", model))
    }

    private static func issue(_ issue: JSON, _ visit: Visit) -> Model {
        let id = issue["id"]?.text ?? ""
        var model: Model = [
            "issue_href": "/issues/\(id)", "issue_title": issue["title"]?.text ?? "", "issue_effect": issue["effect"]?.text ?? "",
            "issue_advice": issue["advice"]?.text ?? "",
        ]
        let held = ["orders", "events", "runs"].compactMap { kind -> String? in
            guard let count = issue["holds_up"]?[kind]?.integer, count > 0 else { return nil }
            return "\(Format.number(Int(count))) \(count == 1 ? String(kind.dropLast()) : kind)"
        }
        if !held.isEmpty { model["holds_up"] = held.joined(separator: ", ") }
        model["opened"] = visit.format.time(IssuesPage.begun(issue).map { JSON($0) })
        model["issue_owner"] = issue["owner"]?.text
        return model
    }

    /// An account or a connection, and what is heard from it.
    /// - Parameter used: how many reads each account used in the last minute; nil where that is not known.
    private static func contact(_ contact: JSON, _ kind: String, _ known: Contact.Known, _ used: [String: Int]?, _ visit: Visit) -> Model {
        let (id, problem) = (contact["id"]?.text ?? "", contact["problem"]?["code"]?.text)
        let limit = kind == "accounts" ? visit.site.parts.registry.account(id)?.readsPerMinute : nil
        let open = known.count(contact, isAccount: kind == "accounts")
        let (tone, health): (String, String) =
            if problem == Problem.paused { ("warn", "paused") } else if let problem { ("bad", Contact.health(problem)) } else if open > 0 {
                ("bad", Contact.text(openIssues: open))
            } else if contact["silent"]?.boolean == true {
                ("warn", "silent for longer than usual")
            } else if let refused = contact["last_refused"]?["count"]?.integer, refused > 0 {
                ("warn", "\(Format.number(Int(refused))) refused")
            } else if let limit, let count = used?[id], count >= limit {
                ("warn", "used all its reads of the last minute")
            } else if let untried = known.untried(contact, isAccount: kind == "accounts") { ("", untried) } else { ("good", "well") }
        var model: Model = [
            "contact_id": id, "contact_kind": contact["kind"]?.text ?? "", "href": "/\(kind)/\(PercentEncoding.text(id))", "dot_tone": tone,
            "health": health,
        ]
        model["heard"] = visit.format.time(contact["last_heard_at"])
        if let account = visit.site.parts.registry.account(id), kind == "accounts" {
            model["environment"] = account.account.environment
        }
        return model
    }

    /// How much of an account's reads all hosts used.
    private static func budget(_ used: Int?, of limit: Int) -> Model {
        guard let used else { return ["budget_text": "\(Format.number(limit)) reads a minute at most"] }
        let text = "\(Format.number(used)) of \(Format.number(limit)) reads in the last minute"
        return ["budget_text": text, "gauge": ["picture": Gauge(used: used, limit: limit).svg(text)] as Model]
    }

    /// How many accounts, and how many connections, the page shows.
    private static let shownContacts = 24

    /// The accounts or the connections; where there are many those that need somebody, then those that were heard of last.
    private static func contacts(_ status: JSON, _ kind: String, _ known: Contact.Known, _ used: [String: Int]?, _ visit: Visit) -> Model {
        let all = (status[kind]?.items ?? []).map { contact($0, kind, known, used, visit) }
        guard all.count > shownContacts else { return [kind: all] }
        func rank(_ contact: Model) -> (Int, String) {
            let tones = ["bad": 0, "warn": 1, "good": 2]
            return (tones[contact["dot_tone"] as? String ?? ""] ?? 3, (contact["heard"] as? Model)?["iso"] as? String ?? "")
        }
        // What is as urgent and was heard of at the same time stays in the order of its name.
        let urgent = all.enumerated().sorted { first, second in
            let (one, other) = (rank(first.element), rank(second.element))
            if one.0 != other.0 { return one.0 < other.0 }
            return one.1 == other.1 ? first.offset < second.offset : one.1 > other.1
        }
        let more = "\(shownContacts) of \(Format.number(all.count)): those that need somebody, then those heard of last"
        return [kind: urgent.prefix(shownContacts).map(\.element), "more_" + kind: ["cut_text": more] as Model]
    }

    /// What a person stopped.
    private static func paused(_ status: JSON, _ visit: Visit) async throws -> [Model] {
        var models: [Model] = []
        for kind in ["accounts", "connections"] {
            let stopped = (status[kind]?.items ?? []).filter { $0["problem"]?["code"]?.text == Problem.paused }
            if stopped.count > mostPaused {
                models.append([
                    "paused_more": ["more_href": "/\(kind)?stands=paused", "more_text": "\(Format.number(stopped.count)) \(kind) are paused"] as Model
                ])
            }
            for id in stopped.prefix(mostPaused).compactMap({ $0["id"]?.text }) {
                // It may have been resumed since.
                guard let pause = try await visit.site.parts.store.state(of: kind == "accounts" ? .account(id) : .connection(id)).pause else {
                    continue
                }
                let own: Model = ["paused_id": id, "href": "/\(kind)/\(PercentEncoding.text(id))", "paused_kind": String(kind.dropLast())]
                models.append(own.merging(HostNotice.pause(pause, visit)))
            }
        }
        return models
    }

    /// Of each kind; the lists have all.
    private static let mostPaused = 20

    private static func backup(_ backup: JSON, _ visit: Visit) -> Model {
        var model: Model = [:]
        model["backup_made"] = visit.format.time(backup["made_at"])
        model["backup_proven"] = visit.format.time(backup["verified_at"])
        model["backup_problem"] = backup["problem"]?["message"]?.text
        return model
    }

    static let templates = [
        "now": #"""
        <div class="title"><h1>Now</h1></div>
        <div id="now" data-live>
        {{#paused}}{{#paused_more}}<p class="said warn"><a href="{{more_href}}">{{more_text}}</a>; the first are named here.</p>{{/paused_more}}{{^paused_more}}<p class="said warn">The {{paused_kind}} <a href="{{href}}">{{paused_id}}</a> was paused {{>stopped}}: it takes everything in and sends nothing.</p>{{/paused_more}}{{/paused}}
        <section aria-labelledby="needs-title"><div class="title"><h2 id="needs-title">Needs a person</h2>{{#snoozed}}<a class="small" href="/issues?state=snoozed">{{snoozed}} snoozed</a>{{/snoozed}}</div>
        {{#more_issues}}<p class="lead">{{cut_text}} <a href="/issues">See all of them</a></p>{{/more_issues}}
        {{^issues}}<div class="card row whole">{{#waits_for_us}}<span class="dot warn"></span><span><a href="/orders?waiting_on=operator">{{us_count}} on us</a>: its cause is not among the issues yet.</span>{{/waits_for_us}}{{^waits_for_us}}<span class="dot good"></span><span>Nothing needs a person.</span>{{/waits_for_us}}</div>{{/issues}}
        <div class="grid wide-grid">{{#issues}}<article class="card stack needs"><h3><a href="{{issue_href}}">{{issue_title}}</a></h3>
        <p class="small">{{issue_effect}}</p><p class="small"><span class="strong">What to do:</span> {{issue_advice}}</p>
        <p class="small soft">{{#holds_up}}{{holds_up}} held up · {{/holds_up}}began {{#opened}}{{>time}}{{/opened}}{{#issue_owner}} · with {{issue_owner}}{{/issue_owner}}</p></article>{{/issues}}</div></section>
        <section class="card" aria-labelledby="acts-title"><header><h2 id="acts-title">Who has to act</h2><span class="more"><a href="/orders">All orders</a></span></header>
        {{#waiting_bar}}{{{picture}}}{{/waiting_bar}}
        <ul class="legend">{{#waiting}}<li><a href="{{href}}">{{#party}}{{>party}}{{/party}} <span class="number strong">{{waiting_count}}</span></a></li>{{/waiting}}{{#unsent}}<li><a href="/orders?state=accepted"><span class="nowrap"><span class="dot"></span> not sent yet (us)</span> <span class="number strong">{{unsent_count}}</span></a></li>{{/unsent}}</ul></section>
        {{#over_time}}{{>now-charts}}{{/over_time}}
        <div class="grid">
        <section class="card" aria-labelledby="states-title"><header><h2 id="states-title">Orders by state</h2><span class="more soft small">14 days</span></header>
        {{^is_begun}}{{>first_steps}}{{/is_begun}}
        {{#by_state}}{{>now-states}}{{/by_state}}</section>
        <div><section class="card" aria-labelledby="day-title"><header><h2 id="day-title">In the last day</h2></header><dl class="facts">
        <dt>Received</dt><dd class="number">{{received}}</dd><dt>Told to ATSs</dt><dd class="number">{{told}}</dd>
        <dt>Dead letters, in all</dt><dd><a class="number" href="/dead">{{dead}}</a></dd>
        {{#reloaded}}<dt>Settings read</dt><dd>{{>time}}</dd>{{/reloaded}}
        {{#backup}}<dt>Last backup</dt><dd>{{#backup_made}}{{>time}}{{/backup_made}}{{^backup_made}}none is known{{/backup_made}}</dd><dt>Backup proven</dt><dd>{{#backup_proven}}{{>time}}{{/backup_proven}}{{^backup_proven}}never{{/backup_proven}}{{#backup_problem}} <span class="chip bad">{{backup_problem}}</span>{{/backup_problem}}</dd>{{/backup}}
        </dl></section>
        <section class="card" aria-labelledby="accounts-title"><header><h2 id="accounts-title">Accounts</h2><span class="more small"><a href="/accounts">All accounts</a></span></header>
        {{#more_accounts}}<p class="small soft">{{cut_text}}.</p>{{/more_accounts}}
        {{#accounts}}<p class="contact"><span class="dot {{dot_tone}}"></span><span><a href="{{href}}">{{contact_id}}</a>{{#environment}} <span class="chip">{{environment}}</span>{{/environment}}<br><span class="small soft">{{health}}{{#heard}} · heard {{>time}}{{/heard}}</span>{{#budget}}<br><span class="small soft row">{{#gauge}}{{{picture}}}{{/gauge}}{{budget_text}}</span>{{/budget}}</span></p>{{/accounts}}
        {{^accounts}}<p class="soft">None is configured yet: add one under <code>accounts</code> in the settings.</p>{{/accounts}}</section></div>
        <section class="card" aria-labelledby="connections-title"><header><h2 id="connections-title">Connections</h2><span class="more small"><a href="/connections">All connections</a></span></header>
        {{#more_connections}}<p class="small soft">{{cut_text}}.</p>{{/more_connections}}
        {{#connections}}<div class="contact"><span class="dot {{dot_tone}}"></span><span><a href="{{href}}">{{contact_id}}</a> <span class="small soft">{{contact_kind}}</span><br><span class="small soft">{{health}}{{#heard}} · heard {{>time}}{{/heard}}</span>{{#rhythm}}{{{picture}}}{{/rhythm}}</span></div>{{/connections}}
        {{^connections}}<p class="soft">None is configured yet: add one under <code>connections</code> in the settings.</p>{{/connections}}
        {{#has_weeks}}<details id="weeks-table" class="as-table"><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Hours in which connections are heard"><table><caption class="sr">Hours of each day, in UTC, in which a connection is usually heard</caption>
        <thead><tr><th scope="col">Hours, UTC</th><th scope="col">Mon</th><th scope="col">Tue</th><th scope="col">Wed</th><th scope="col">Thu</th><th scope="col">Fri</th><th scope="col">Sat</th><th scope="col">Sun</th></tr></thead>
        <tbody>{{#connections}}{{#week}}<tr><th scope="row">{{contact_id}}</th>{{#days}}<td class="number">{{day_hours}}</td>{{/days}}</tr>
        {{/week}}{{/connections}}</tbody></table></div></details>{{/has_weeks}}</section>
        </div></div>
        """#,
        "first_steps": #"""
        <p class="soft">No orders yet. When an ATS sends its first event, it shows here: <a href="/connections">see a connection's set-up</a>, or try one with <code>fairlead trigger</code>.</p>
        """#,
    ]
}
