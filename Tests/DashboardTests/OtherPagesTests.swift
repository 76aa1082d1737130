import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Dashboard

@Suite("Pages about everything but orders")
struct OtherPagesTests {
    private static let pages = ["/events", "/runs", "/issues", "/dead", "/connections", "/accounts", "/plugins", "/webhooks", "/settings"]

    /// An event with a name that is markup, and a run about it that died.
    private func seed(_ fixture: DashboardFixture) async throws -> (event: String, run: String) {
        let now = fixture.clock.now()
        let body = Array(#"{"candidate":{"first_name":"<b>Ana</b>","last_name":"\"Roe\""}}"#.utf8)
        let event = Event(
            id: IdentifierKind.event.make(at: now, from: fixture.random),
            kind: .ats,
            connection: "acme",
            request: ReceivedRequest(method: "POST", path: "/webhook", headers: ["x-who": "<i>Roe</i>"], body: body),
            receivedAt: now,
            state: .dead
        )
        var run = Run(
            id: IdentifierKind.run.make(at: now, from: fixture.random),
            connection: "acme",
            plugin: "invented",
            pluginVersion: "1.0.0",
            script: "a version that is gone",
            hook: "on_event",
            event: event.id,
            order: nil,
            input: .event(parameters: [:]),
            state: .dead,
            createdAt: now
        )
        run.fail(RunFailure("script_error", "<b>Ana</b> has no telephone", script: "invented/main.lua", line: 1), attempt: 1, at: now)
        run.endedAt = now
        _ = try await fixture.store.accept(event, dedupe: nil, leadingTo: run)
        return (event.id, run.id)
    }

    @Test("What today's script would do with a run is shown beside the script of then, to who may see it, one at a time, with a record")
    func shadow() async throws {
        var fixture = try await DashboardFixture()
        let (event, run) = try await seed(fixture)
        let asked = Changing<[String]>([])
        fixture.parts.shadow = { run in
            asked.value += [run["id"]?.text ?? ""]
            return [
                "now": [
                    "orders": [["external_id": "a-1", "package": "pkg_2"]], "calls": [["http.post": ["url": "https://ats.example.test/x"]]],
                    "ends": ["result": "done"],
                ],
                "then": [:], "differences": [["path": "orders[1].package", "expected": "pkg_1", "found": "<b>pkg_2</b>"]],
            ]
        }
        let tokens = (all: try await fixture.token([.operate, .readPersonal]), operate: try await fixture.token([.operate]))
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(tokens.all.secret)
            _ = try await other.signIn(tokens.operate.secret)
            #expect(!(try await other.html("/runs/\(run)")).contains("/shadow\""))
            #expect(try await other.submit("/runs/\(run)/shadow", on: "/").status == 403 && asked.value.isEmpty)
            #expect(try await browser.html("/runs/\(run)").contains("/runs/\(run)/shadow"))
            let page = try await browser.submit("/runs/\(run)/shadow", on: "/runs/\(run)").html
            #expect(
                page.contains("orders[1].package") && page.contains("pkg_1") && page.contains("&lt;b&gt;pkg_2") && page.contains("a-1, package pkg_2")
            )
            #expect(asked.value == [run] && page.contains("http.post https://ats.example.test/x"))
            let entries = try await fixture.store.audit(AuditQuery(), PageRequest()).items
            #expect(entries.contains { $0.action == "run.shadow" && $0.subject == run } && entries.contains { $0.action == "run.read" })
            // The page of the event that led to the run shows the same.
            #expect(!(try await other.html("/events/\(event)")).contains("/shadow\""))
            #expect(try await other.submit("/events/\(event)/shadow", on: "/").status == 403)
            #expect(try await browser.html("/events/\(event)").contains("/events/\(event)/shadow"))
            let there = try await browser.submit("/events/\(event)/shadow", on: "/events/\(event)").html
            #expect(there.contains("orders[1].package") && there.contains("&lt;b&gt;pkg_2") && there.contains("What was received"))
            #expect(asked.value == [run, run])
        }
        let turns = ShadowTurns()
        #expect(turns.begin("a") && !turns.begin("a") && turns.begin("b") && !turns.begin("c"))
        turns.end("a")
        #expect(turns.begin("a"))
    }

    @Test("An empty page teaches the next step, and tells nothing yet from filters that hide all")
    func empty() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            for path in Self.pages {
                let page = try await browser.get(path)
                #expect(page.status == 200, "\(path)")
                #expect(!page.html.contains("{{"), "\(path)")
            }
            #expect(try await browser.html("/events").contains("Nothing was received yet"))
            #expect(try await browser.html("/events?state=dead").contains("Nothing matches these filters"))
            #expect(try await browser.html("/runs").contains("No script has run yet"))
            #expect(try await browser.html("/dead").contains("No dead letters"))
            #expect(try await browser.html("/issues").contains("Nothing needs a person"))
            #expect(try await browser.html("/webhooks").contains("Nobody is told by webhook yet"))
        }
    }

    @Test("An event leads to the one order that it led to")
    func ordersOfEvents() async throws {
        let fixture = try await DashboardFixture()
        let (_, run) = try await seed(fixture)
        let order = try await fixture.order("application-1")
        _ = try await fixture.store.remember([], of: run, doing: .place(order) { _ in .null })
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.html("/events").contains("href=\"/orders/\(order.id)\">"))
        }
    }

    @Test("What was received and what a script wrote is text on every page")
    func markup() async throws {
        let fixture = try await DashboardFixture()
        let (event, run) = try await seed(fixture)
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            for path in ["/events", "/events/\(event)", "/runs", "/runs/\(run)", "/dead", "/connections/acme"] {
                let page = try await browser.get(path)
                #expect(page.status == 200, "\(path)")
                #expect(!page.html.contains("<b>Ana") && !page.html.contains("<i>Roe"), "\(path)")
            }
            #expect(try await browser.html("/events/\(event)").contains("&lt;b&gt;Ana&lt;/b&gt;"))
            #expect(try await browser.html("/runs/\(run)").contains("&lt;b&gt;Ana&lt;/b&gt; has no telephone"))
            // It failed before anybody knew whom it is about: its event says it.
            for path in ["/runs", "/dead"] {
                #expect(try await browser.html(path).contains("href=\"/events/\(event)\">not known; see its event"), "\(path)")
            }
        }
    }

    @Test("Who may only read sees no person, no script and no button, and changes nothing")
    func readers() async throws {
        let fixture = try await DashboardFixture()
        let (event, run) = try await seed(fixture)
        let token = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            for path in Self.pages + ["/events/\(event)", "/runs/\(run)", "/connections/acme", "/accounts/one"] {
                let page = try await browser.get(path)
                #expect(page.status == 200, "\(path)")
                #expect(!page.html.contains("Ana") && !page.html.contains("<details class=\"act"), "\(path)")
            }
            #expect(try await browser.html("/settings").contains("take the scope operate or admin"))
            for path in ["/events/\(event)/replay", "/runs/\(run)/retry", "/connections/acme/pause", "/accounts/one/check", "/plan"] {
                #expect(
                    try await browser.submit(path, on: "/", [(name: "verb", value: "run.retry"), (name: "state", value: "dead")]).status == 403,
                    "\(path)"
                )
            }
            #expect(try await browser.get("/plan?verb=run.retry&state=dead").status == 403)
            #expect(try await fixture.store.state(of: .connection("acme")).pause == nil)
        }
    }

    @Test("Who sees one connection sees nothing of another, nor what is about all")
    func restricted() async throws {
        let fixture = try await DashboardFixture()
        let (event, run) = try await seed(fixture)
        let token = try await fixture.token([.read, .readPersonal, .operate], connections: ["beta"])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            for path in ["/events/\(event)", "/runs/\(run)", "/connections/acme", "/accounts/one"] {
                #expect(try await browser.get(path).status == 404, "\(path)")
            }
            for path in ["/events", "/runs", "/connections", "/dead"] { #expect(!(try await browser.html(path).contains("acme")), "\(path)") }
            #expect(try await browser.get("/connections/beta").status == 200)
            #expect(try await browser.get("/webhooks").status == 403)
            #expect(try await browser.html("/settings").contains("more than the connections that you see"))
        }
    }

    @Test("A plan says how many and does nothing; giving the command begins a job that shows how far it is")
    func plans() async throws {
        let fixture = try await DashboardFixture()
        let (_, run) = try await seed(fixture)
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let plan = "/plan?verb=run.discard&state=dead&connection=acme"
            #expect(try await browser.html(plan).contains("Discard 1 run<"))
            #expect(try await fixture.store.run(run)?.state == .dead)
            let fields = [(name: "verb", value: "run.discard"), (name: "state", value: "dead"), (name: "connection", value: "acme")]
            let answer = try await browser.submit("/plan", on: plan, fields)
            #expect(answer.status == 303)
            let job = try #require(answer.location)
            #expect(job.hasPrefix("/bulk/blk_"))
            #expect(try await browser.html(job).contains("1 of 1"))
            #expect(try await fixture.store.run(run)?.state == .discarded)
        }
    }

    @Test("A plan that leaves all alone says why, and offers to let them be")
    func nothingToRetry() async throws {
        let fixture = try await DashboardFixture()
        let (_, run) = try await seed(fixture)
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await browser.submit("/runs/\(run)/discard", on: "/runs/\(run)")
            let plan = try await browser.html("/plan?verb=run.retry&state=discarded&connection=acme")
            #expect(plan.contains("1</strong> run matches"))
            if plan.contains("There is nothing to do") {
                #expect(plan.contains("told of a later change since") && plan.contains("/plan?verb=run.discard&amp;state=discarded"))
            }
        }
    }

    @Test("A connection is paused and resumed with a note, by whoever is signed in")
    func pause() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let answer = try await browser.submit("/connections/acme/pause", on: "/connections/acme", [(name: "note", value: "renewed <soon>")])
            #expect(answer.location == "/connections/acme?done=pause")
            let pause = try #require(try await fixture.store.state(of: .connection("acme")).pause)
            #expect(pause.note?.value == "renewed <soon>")
            #expect(pause.actor.title.contains("dashboard"))
            #expect(try await browser.html("/connections/acme").contains("renewed &lt;soon&gt;"))
            _ = try await browser.submit("/connections/acme/resume", on: "/connections/acme")
            #expect(try await fixture.store.state(of: .connection("acme")).pause == nil)
        }
    }

    @Test("Something else on a page has an entry of the audit of its own")
    func ownEntries() async throws {
        let fixture = try await DashboardFixture()
        let (event, run) = try await seed(fixture)
        let token = try await fixture.token([.readPersonal])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(token.secret)
            let order = try await fixture.order("application-1")
            _ = try await browser.html("/runs/\(run)")
            _ = try await browser.html("/events/\(event)")
            _ = try await browser.html("/orders/\(order.id)")
            let looks = try await fixture.store.audit(AuditQuery(), PageRequest(ascending: true)).items.filter { $0.action.hasSuffix(".read") }
            for id in [run, event, order.id] { #expect(looks.contains { $0.subject == id }, "\(id)") }
            // A page names everything that it showed, and what is not its own stands by itself.
            for look in looks { #expect(look.details["page"] != nil) }
            for look in looks where look.subject != nil {
                let others = (look.details["shown"]?.items ?? []).compactMap { $0.text?.split(separator: " ").dropFirst().first.map(String.init) }
                for id in others { #expect(looks.contains { $0.subject == id }, "\(id) was shown") }
            }
        }
    }

    @Test("The audit is for those who may, names who did what, leads to what it was done to, and says whether the chain is whole")
    func audit() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1")
        let token = try await fixture.token([.operate])
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await other.signIn(token.secret)
            for path in ["/audit", "/audit/export"] { #expect(try await other.get(path).status == 403, "\(path)") }
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await browser.submit("/orders/\(order.id)/cancel", on: "/orders/\(order.id)", [(name: "note", value: "<b>asked</b> by letter")])
            let page = try await browser.html("/audit")
            #expect(page.contains("order.cancel") && page.contains("href=\"/orders/\(order.id)\"") && page.contains("session.begin"))
            #expect(page.contains("Ben Poe") && page.contains("&lt;b&gt;asked") && !page.contains("<b>asked"))
            #expect(page.contains("/erasures"))
            // In words, beside the code that it is filtered by.
            #expect(
                page.contains("had the order cancelled") && page.contains("href=\"/audit?action=order.cancel\"")
                    && page.contains("signed in to the pages")
            )
            #expect(try await browser.html("/orders/\(order.id)").contains("had the order cancelled"))
            let some = try await browser.html("/audit?subject=\(order.id)&action=order.cancel")
            #expect(some.contains("order.cancel") && !some.contains("session.begin"))
            #expect(try await browser.html("/audit?action=nothing.").contains("Nothing matches these filters"))
            #expect(try await browser.html("/audit?verify=1").contains("The chain is whole"))
            let file = try await browser.get("/audit/export?action=order.cancel")
            #expect(file.header("Content-Disposition")?.contains("audit.ndjson") == true && file.html.contains("\"order.cancel\""))
            #expect(!file.html.contains("session.begin"))
        }
    }

    @Test("Where reasons are asked for, the audit shows those that people gave and who they are, and that somebody looked is in it")
    func auditOfReasons() async throws {
        let fixture = try await DashboardFixture(requiresReason: true)
        var act = AuditAct(by: .system, "order.read", subject: "ord_1", note: Personal("told by letter"))
        act.reason = Personal("the candidate <called>")
        try await fixture.store.record(act)
        let limited = try await fixture.token([.admin])
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await other.signIn(limited.secret)
            #expect(try await browser.html("/audit").contains("the candidate &lt;called&gt;; told by letter"))
            #expect(try await browser.get("/audit/export").html.contains("the candidate <called>"))
            #expect(try await browser.html("/audit").contains("looks through the audit"))
            let page = try await other.html("/audit")
            #expect(page.contains("order.read") && !page.contains("the candidate") && !page.contains("told by letter"))
        }
    }

    @Test("Settings show where each comes from, and of secrets a fingerprint")
    func settings() async throws {
        var fixture = try await DashboardFixture()
        fixture.parts.settings = {
            [
                ShownSetting("server", "port", "8080", origin: nil),
                ShownSetting("accounts.one", "api_key", "ab12cd34ef", origin: "fairlead.yaml:7", isSecret: true),
            ]
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let page = try await browser.html("/settings")
            #expect(page.contains("fairlead.yaml:7") && page.contains("ab12cd34ef") && page.contains("default"))
            #expect(page.contains("a fingerprint is shown") && !page.contains("account-secret") && !page.contains(DashboardFixture.admin))
            let token = try await fixture.token([.readPersonal])
            let other = browser.another
            _ = try await other.signIn(token.secret)
            #expect(!(try await other.html("/settings")).contains("ab12cd34ef"))
        }
    }

    @Test("What a list cannot read for want of a key is said, with the key") func unread() throws {
        let said = try #require(ListView.unread(["items": [], "unread": ["count": 3, "keys": ["ab12cd34ef", "00ff00ff00"]]]))
        let text = try #require(said["unread_text"] as? String)
        #expect(text.hasPrefix("3 more that belong here cannot be read: they are sealed with ab12cd34ef, 00ff00ff00"))
        #expect(ListView.unread(["items": []]) == nil)
    }

    @Test("What narrows events and runs without facets of its own is shown, and can be taken away; counts are of the connection that is chosen")
    func hiddenFilters() async throws {
        let fixture = try await DashboardFixture()
        _ = try await seed(fixture)
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            for path in ["/runs?order_id=ord_none&state=dead", "/events?external_id=ord_none&state=dead"] {
                let page = try await browser.html(path)
                #expect(page.contains("×") && page.contains(": ord_none") && page.contains("Nothing matches these filters"), "\(path)")
            }
            #expect(try await !browser.html("/runs?state=dead").contains("×"))
            #expect(try await browser.html("/runs?state=dead").contains("dead <span class=\"n\">1</span>"))
            #expect(try await !browser.html("/runs?state=dead&connection=beta").contains("class=\"n\""))
        }
    }
}

@Suite("Scripts beside runs")
struct RunScriptTests {
    @Test("A step names the line that made it, which is marked in the script; what has no line, or is in a file that is not kept, has no link")
    func lines() async throws {
        let fixture = try await DashboardFixture()
        let now = fixture.clock.now()
        let source = "-- one\nctx.http.get(url)\nctx.http.get(url)\n"
        let content: JSON = ["scripts": [["name": "main", "chunk": "acme/main.lua", "source": .string(source)]]]
        try await fixture.store.keep([ScriptVersion(id: "one", content: content.bytes())])
        let run = Run(
            id: IdentifierKind.run.make(at: now, from: fixture.random),
            connection: "acme",
            plugin: "invented",
            pluginVersion: "1.0.0",
            script: "one",
            hook: "on_event",
            event: nil,
            order: nil,
            input: .event(parameters: [:]),
            state: .done,
            createdAt: now
        )
        try await fixture.store.perform([.run(run)])
        let places: [Step.Place?] = [
            Step.Place(script: "acme/main.lua", line: 3), Step.Place(script: "acme/main.lua", line: 3), Step.Place(script: "acme/gone.lua", line: 9),
            nil,
        ]
        let steps = places.enumerated().map { index, place in
            var step = Step(
                number: index + 1,
                kind: "http",
                requestHash: "h",
                request: ["method": "GET", "url": "https://ats.example.test"],
                at: now
            )
            step.place = place
            return step
        }
        try await fixture.store.remember(steps, of: run.id, doing: nil)
        let (operate, read) = (try await fixture.token([.operate]), try await fixture.token([.read]))
        try await fixture.run { (browser) async throws in
            let (operating, reader) = (browser.another, browser.another)
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await operating.signIn(operate.secret)
            _ = try await reader.signIn(read.secret)
            for one in [browser, operating] {
                let page = try await one.html("/runs/\(run.id)")
                #expect(page.split(separator: "href=\"#line-0-3\">acme/main.lua:3</a>").count == 3)
                #expect(page.contains("steps 1, 2") && !page.contains("href=\"#line-0-2\""))
                #expect(page.contains(">acme/gone.lua:9</span>"))
            }
            let page = try await reader.html("/runs/\(run.id)")
            #expect(page.contains(">acme/main.lua:3</span>") && !page.contains("#line-0-3"))
        }
    }

    @Test("A difference keeps the lines around it, and numbers both sides")
    func difference() throws {
        let before = (1...20).map { "line \($0)" }
        var after = before
        after[9] = "another"
        after.append("line 21")
        let parts = try #require(LineDifference(before, after)).parts
        #expect(parts.count == 2)
        #expect(parts[0].map(\.side) == [.both, .both, .both, .before, .after, .both, .both, .both])
        #expect(parts[0][3].before == 10 && parts[0][4].after == 10)
        #expect(parts[1].last?.text == "line 21" && parts[1].last?.after == 21)
        #expect(try #require(LineDifference(before, before)).parts.isEmpty)
        #expect(LineDifference(Array(repeating: "", count: LineDifference.most + 1), []) == nil)
    }

    @Test("What was refused of a connection or an account is listed by minute and reason, the newest first, and of an account to those who see all")
    func refusals() async throws {
        let fixture = try await DashboardFixture()
        let at = fixture.clock.now()
        func counts(_ subject: OperatingState.Subject) -> [RefusedCount] {
            let many = (1...24).map { RefusedCount(subject, reason: "bad_signature", count: 3, at: at + .seconds(-60 * $0)) }
            return many + [RefusedCount(subject, reason: "unreadable", count: 1234, at: at)]
        }
        try await fixture.store.add(refused: counts(.connection("acme")) + counts(.account("one")))
        let acme = try await fixture.token([.read], connections: ["acme"])
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await other.signIn(acme.secret)
            for path in ["/connections/acme", "/accounts/one"] {
                let page = try await browser.html(path)
                #expect(page.contains("The newest 20 of 25.") && page.contains("1,234") && page.contains("the body could not be read"), "\(path)")
                #expect(page.contains(Format.moment(at)))
            }
            #expect(try await other.html("/connections/acme").contains("The newest 20 of 25."))
            #expect(try await !other.html("/accounts/one").contains("id=\"refusals\""))
            #expect(try await !browser.html("/connections/beta").contains("id=\"refusals\""))
        }
    }
}
