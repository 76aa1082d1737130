import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Dashboard

@Suite("How everything stands")
struct StandingTests {
    @Test(
        "An account whose key the provider rejects says so, and where it says what to do; resuming it is not offered, for that would change nothing"
    )
    func rejectedKey() async throws {
        let fixture = try await DashboardFixture()
        fixture.provider.rejectKey()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.submit("/accounts/one/check", on: "/accounts/one").location == "/accounts/one?done=checked")
            let page = try await browser.html("/accounts/one")
            #expect(page.contains("rejects the account&#39;s credentials") && page.contains("href=\"/issues?account=one\""))
            #expect(page.contains("wrong: ") && !page.contains("not seen yet: check it now") && !page.contains("Paused by"))
            #expect(!page.contains("/accounts/one/resume") && page.contains("/accounts/one/check") && !page.contains(".."))
            #expect(try await browser.html("/").contains("credentials refused"))
            let seen = IssueSighting(
                IssueCause(.credentialsRefused, account: "one"),
                id: IdentifierKind.issue.make(at: fixture.clock.now(), from: fixture.random),
                at: fixture.clock.now()
            )
            _ = try await fixture.store.observe([seen])
            #expect(try await browser.html("/issues/\(seen.id)").contains("action=\"/accounts/one/check\""))
            #expect(try await browser.html("/accounts").contains("needs a person"))
        }
    }

    @Test("An account of which nothing shows that it works is not well; that its key is taken is seen from the list of packages, too")
    func untried() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("application-1")
        try await fixture.order("application-2", connection: "beta") {
            $0.status.state = .refused
            $0.status.problem = Problem(code: "refused", message: "no such package", at: $0.createdAt)
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            for path in ["/", "/accounts"] {
                let page = try await browser.html(path)
                #expect(page.split(separator: "not tried yet").count == 2 && page.contains("well"), "\(path)")
            }
            let page = try await browser.html("/accounts/one")
            #expect(page.contains("<span class=\"sr\">done: </span><span class=\"strong\">The provider takes the key"))
            #expect(page.contains("by the newest order<") && page.contains("<span class=\"soft\">Invented</span>"))
        }
    }

    @Test("A connection's page asks the providers that it orders from, and says whose key is not taken")
    func liveCheck() async throws {
        let fixture = try await DashboardFixture()
        let reader = try await fixture.token([.read])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.submit("/connections/acme/check", on: "/connections/acme").location == "/connections/acme?done=check")
            fixture.provider.rejectKey()
            #expect(try await browser.submit("/connections/acme/check", on: "/connections/acme").location == "/connections/acme?done=checked")
            let page = try await browser.html("/connections/acme?done=checked")
            #expect(page.contains("Not every provider") && page.contains("wrong: </span><span class=\"strong\">one takes orders"))
            // One that cannot be asked is no error of the page.
            _ = try await browser.submit("/accounts/one/pause", on: "/accounts/one")
            #expect(try await browser.submit("/connections/acme/check", on: "/connections/acme").location == "/connections/acme?done=checked")
            let other = browser.another
            _ = try await other.signIn(reader.secret)
            #expect(!(try await other.html("/connections/acme")).contains("/connections/acme/check"))
            #expect(try await other.submit("/connections/acme/check", on: "/orders").status == 403)
        }
    }

    @Test("An order that waits on us is named on the first page before its cause is an issue")
    func waitsOnUs() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("application-1") { $0.status.state = .uncertain }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let page = try await browser.html("/")
            #expect(page.contains("An order waits on us</a>") && !page.contains("Nothing needs a person."))
        }
    }

    @Test("Every page says that the host cannot work, or that the store is held, by whom, since when and why; the note to who may see it")
    func notice() async throws {
        var fixture = try await DashboardFixture()
        let failing = Changing(false)
        fixture.parts.readiness = { failing.value ? .failing(["the store does not answer"]) : .ready }
        let order = try await fixture.order("application-1")
        let reader = try await fixture.token([.read])
        let clock = fixture.clock
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await other.signIn(reader.secret)
            for path in ["/", "/orders/\(order.id)"] { #expect(!(try await browser.html(path)).contains("<strong>Held"), "\(path)") }
            _ = try await Commands(fixture.context).acting(as: .token(id: "tok_1", name: "ops")).hold(note: "moving <b>house</b>")
            failing.value = true
            clock.advance(by: .seconds(60))
            for path in ["/", "/orders", "/orders/\(order.id)", "/connections/acme", "/accounts/one", "/settings"] {
                let page = try await browser.html(path)
                #expect(page.contains("<strong>Held</strong> by ops") && page.contains("1 min ago") && page.contains("fairlead release"), "\(path)")
                #expect(page.contains("moving &lt;b&gt;house") && page.contains("Not able to work.</strong> The store does not answer."), "\(path)")
                let less = try await other.html(path)
                #expect(less.contains("<strong>Held</strong>") && !less.contains("house"), "\(path)")
            }
        }
    }

    @Test("What somebody paused stands on the first page with who, when and why")
    func paused() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await browser.submit("/connections/acme/pause", on: "/connections/acme", [(name: "note", value: "renewed soon")])
            let page = try await browser.html("/")
            #expect(page.contains(">acme</a> was paused by admin (dashboard)") && page.contains("renewed soon"))
        }
    }

    @Test("The first page says that no backup is known, how many orders were not sent yet, and of a connection that nothing was heard")
    func nothingYet() async throws {
        var fixture = try await DashboardFixture()
        fixture.parts.lastBackup = { nil }
        try await fixture.order("application-1")
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let page = try await browser.html("/")
            #expect(page.contains("none is known") && page.contains("not sent yet") && page.contains("nothing heard yet"))
            #expect(try await browser.html("/connections").contains("nothing heard yet"))
        }
    }

    @Test("An issue names who waits for it, to who may see names; of refused orders a plan can be made")
    func whoWaits() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.order("application-1") {
            $0.status.state = .refused
            $0.status.problem = Problem(code: "refused", message: "no such package", at: $0.createdAt)
        }
        let now = fixture.clock.now()
        let cause = IssueCause(.ordersRefused, connection: "acme", account: "one")
        _ = try await fixture.store.observe([IssueSighting(cause, id: IdentifierKind.issue.make(at: now, from: fixture.random), at: now, .total(1))])
        let issue = try #require(try await fixture.store.issues(IssueQuery(), PageRequest()).items.first).id
        let reader = try await fixture.token([.read])
        let beta = try await fixture.token([.read], connections: ["beta"])
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await other.signIn(reader.secret)
            #expect(try await browser.get("/orders?q=\(issue)").location == "/issues/\(issue)")
            let page = try await browser.html("/issues/\(issue)")
            for path in ["/", "/connections", "/connections/acme", "/accounts"] {
                #expect(try await browser.html(path).contains("1 open issue"), "\(path)")
            }
            #expect(page.contains("Who waits") && page.contains("Ana Roe") && page.contains("application-1") && page.contains("order.discard"))
            let less = try await other.html("/issues/\(issue)")
            #expect(less.contains("application-1") && !less.contains("Roe"))
            // Who sees other connections is told of no issue of this one.
            let stranger = browser.another
            _ = try await stranger.signIn(beta.secret)
            for path in ["/", "/connections", "/accounts"] { #expect(!(try await stranger.html(path)).contains("open issue"), "\(path)") }
            #expect(
                try await browser.html("/plan?verb=order.discard&connection=acme&account=one&state=refused&issue=\(issue)").contains(
                    "Discard 1 order<"
                )
            )
        }
    }

    @Test("An account names no address that has to be entered at the provider: each order gives its own")
    func noAddress() async throws {
        var fixture = try await DashboardFixture()
        fixture.parts.publicURL = "https://screening.example.test"
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let page = try await browser.html("/accounts/one")
            #expect(page.contains("below <code>https://screening.example.test/providers/one/</code>") && !page.contains("data-copy"))
        }
    }

    @Test("The record of who did what says when to the second")
    func moments() async throws {
        let fixture = try await DashboardFixture()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.html("/audit").contains(">\(Format.moment(fixture.clock.now()))</time>"))
        }
        #expect(Format.moment(Timestamp(milliseconds: 1_796_023_818_000)) == "30 Nov 07:30:18")
        #expect(Format.every("3600s") == "every 1 h" && Format.every("off") == "off")
    }

    @Test("How long after a reload something began is said by what it holds up, not by when it was noticed")
    func began() {
        func issue(_ since: JSON) -> JSON {
            [
                "opened_at": "2026-11-30T14:06:00.000Z",
                "details": ["began_after_reload_at": "2026-11-30T14:03:00.000Z", "since": since],
            ]
        }
        #expect(IssuesPage.began(issue("2026-11-30T14:05:00.000Z")) == "It began 2 min after the reload at 30 Nov 14:03 UTC.")
        #expect(IssuesPage.began(issue(.null)) == "It began 3 min after the reload at 30 Nov 14:03 UTC.")
    }

    @Test("What a webhook's delivery is about is named whole, whatever it is called")
    func about() {
        #expect(WebhookPage.subject("ntf_a_b_c_1796023818000_failing") == "a_b_c")
        #expect(WebhookPage.subject("ntf_run_01abc_1_dead_letter") == "run_01abc")
        #expect(WebhookPage.subject("ord_01abc") == "ord_01abc")
    }

    @Test("What was put aside by a script counts as a dead letter on the first page as on theirs, and says whom it is about")
    func parked() async throws {
        let fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1")
        let now = fixture.clock.now()
        let event = Event(
            id: IdentifierKind.event.make(at: now, from: fixture.random),
            kind: .ats,
            connection: "acme",
            request: ReceivedRequest(method: "POST", path: "/webhook", headers: [:], body: []),
            receivedAt: now,
            state: .done
        )
        var run = Run(
            id: IdentifierKind.run.make(at: now, from: fixture.random),
            connection: "acme",
            plugin: "invented",
            pluginVersion: "1.0.0",
            script: "a version that is gone",
            hook: "on_update",
            event: event.id,
            order: order.id,
            input: .event(parameters: [:]),
            state: .parked,
            createdAt: now
        )
        run.endedAt = now
        _ = try await fixture.store.accept(event, dedupe: nil, leadingTo: run)
        let parked = run.id
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.html("/").contains("<a class=\"number\" href=\"/dead\">1</a>"))
            let dead = try await browser.html("/dead")
            #expect(dead.contains("1 in all") && dead.contains("state=parked"))
            for page in [dead, try await browser.html("/runs")] {
                #expect(page.contains("<a href=\"/orders/\(order.id)\">application-1</a>") && page.contains(parked))
            }
            // What cannot be retried can be let be.
            _ = try await browser.submit("/runs/\(parked)/discard", on: "/runs/\(parked)")
            let plan = try await browser.html("/plan?verb=run.retry&state=done")
            #expect(plan.contains("There is nothing to do"))
        }
    }
}
