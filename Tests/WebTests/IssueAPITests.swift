import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Issues and the status over HTTP")
struct IssueAPITests {
    private func open(_ fixture: APIFixture, _ cause: IssueCause, details: JSON = [:]) async throws -> String {
        let id = IdentifierKind.issue.make(at: fixture.clock.now(), from: fixture.random)
        let seen = try await fixture.store.observe([IssueSighting(cause, id: id, at: fixture.clock.now(), details: details)])
        fixture.clock.advance(by: .milliseconds(1))
        return seen[0].issue.id
    }

    @Test("Issues are listed with what they mean, hold up and ask for, and filtered")
    func list() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("application-1")
        let refused = try await open(fixture, IssueCause(.credentialsRefused, account: "one"))
        let dead = try await open(fixture, IssueCause(.deadLetters, connection: "beta", code: "x", plugin: "invented", hook: "on_event"))
        try await fixture.run { (client) async throws in
            #expect(try await client.list("/issues", "id", as: "plain") == [dead, refused])
            #expect(try await client.list("/issues?kind=dead_letters", "id") == [dead])
            #expect(try await client.list("/issues?account=one&state=open", "id") == [refused])
            #expect(try await client.list("/issues?state=snoozed&state=resolved", "id") == [])
            #expect(try await client.list("/issues?connection=beta", "id") == [dead])
            #expect(try await client.get("/issues?kind=nonsense").status == 400)
            #expect(try await client.get("/issues?connection=nobody").status == 400)
            let issue = try #require(try await client.get("/issues/\(refused)").json)
            #expect(issue["title"] == "Invented rejects the credentials of one" && issue["commands"] == ["fairlead account check one"])
            #expect(issue["docs"] == "docs/issues.md#credentials-refused" && issue.at("holds_up.orders") == .int(order.state == .accepted ? 1 : 0))
            #expect(try await client.get("/issues/iss_none").status == 404)
        }
    }

    @Test("A token for some connections sees the issues of these and of their accounts alone")
    func restricted() async throws {
        let fixture = try await APIFixture()
        let own = try await open(fixture, IssueCause(.silent, connection: "acme"))
        let others = try await open(fixture, IssueCause(.silent, connection: "beta"))
        let account = try await open(fixture, IssueCause(.providerAway, account: "one"))
        let elsewhere = try await open(fixture, IssueCause(.providerAway, account: "two"))
        let machine = try await open(fixture, IssueCause(.clock))
        try await fixture.run { (client) async throws in
            #expect(try await client.list("/issues", "id") == [machine, elsewhere, account, others, own])
            #expect(try await client.list("/issues", "id", as: "acme-only") == [account, own])
            for id in [others, elsewhere, machine] {
                #expect(try await client.get("/issues/\(id)", as: "acme-only").status == 404)
                #expect(try await client.post("/issues/\(id)/resolve", [:], as: "acme-only").status == 404)
            }
            // What is about an account is about all who order from it: it is seen, and left to who may see them all.
            #expect(try await client.post("/issues/\(account)/note", ["note": "seen"], as: "acme-only").status == 403)
            #expect(try await client.post("/issues/\(account)/resolve", [:], as: "acme-only").status == 403)
            #expect(try await client.post("/issues/\(own)/note", ["note": "seen"], as: "acme-only").status == 200)
            #expect(try await client.get("/status", as: "acme-only").json?.at("issues.open") == 2)
            #expect(try await client.get("/status").json?.at("issues.open") == 5)
        }
    }

    @Test("How many requests no order has is everybody's who orders from the account; their names are not for who sees some connections only")
    func unknownRequests() async throws {
        let fixture = try await APIFixture()
        let cause = IssueCause(.unknownRequests, account: "one")
        let id = try await open(fixture, cause, details: ["requests": ["ref-9001"], "since": JSON(fixture.clock.now())])
        try await fixture.run { (client) async throws in
            let whole = try #require(try await client.get("/issues/\(id)").json)
            #expect(whole.at("details.requests.0") == "ref-9001" && whole["means"]?.text?.contains("stands for them: ref-9001.") == true)
            #expect(whole["title"]?.text?.contains("speaks of 1 request that") == true)
            for path in ["/issues/\(id)", "/issues", "/status"] {
                let answer = try await client.get(path, as: "acme-only").json
                #expect(answer?.string().contains("unknown_requests") == true && answer?.string().contains("ref-9001") == false, "\(path)")
            }
            #expect(try await client.get("/issues/\(id)", as: "acme-only").json?["title"] == whole["title"])
        }
    }

    @Test("Acting takes operate; what people wrote is shown with read_personal only")
    func scopes() async throws {
        let fixture = try await APIFixture()
        let id = try await open(fixture, IssueCause(.unknownWords, connection: "acme", account: "one", code: "unrecognised_status"))
        let until = fixture.clock.now() + .seconds(7200)
        try await fixture.run { (client) async throws in
            for (verb, body) in [("snooze", ["until": JSON(until)] as JSON), ("resolve", [:]), ("note", ["note": "x"])] {
                #expect(try await client.post("/issues/\(id)/\(verb)", body, as: "plain").status == 403)
                #expect(try await client.post("/issues/\(id)/\(verb)", body, as: "clerk").status == 403)
            }
            #expect(try await client.post("/issues/\(id)/snooze", ["note": "x"]).status == 422)
            #expect(try await client.post("/issues/\(id)/snooze", ["until": "2020-01-01T00:00:00Z"]).status == 422)
            #expect(try await client.post("/issues/\(id)/note", [:]).status == 422)
            let body: JSON = ["until": JSON(until), "owner": "Ben", "note": "Ana Roe was asked"]
            let snoozed = try await client.post("/issues/\(id)/snooze", body)
            #expect(snoozed.status == 200 && snoozed.json?["state"] == "snoozed" && snoozed.json?["owner"] == "Ben")
            #expect(snoozed.json?.at("notes.0.text") == "Ana Roe was asked" && snoozed.json?.at("notes.0.actor.name") == "admin")
            for path in ["/issues/\(id)", "/issues?state=snoozed"] {
                let seen = try await client.get(path, as: "plain")
                let text = String(decoding: seen.body, as: UTF8.self)
                #expect(seen.status == 200 && !text.contains("Ben") && !text.contains("Ana Roe") && text.contains("withheld"))
            }
            #expect(try await client.post("/issues/\(id)/note", ["owner": ""]).json?["owner"] == .null)
            let resolved = try await client.post("/issues/\(id)/resolve", ["note": "mended"])
            #expect(resolved.json?["state"] == "resolved" && resolved.json?["cause_present"] == false)
            #expect(try await client.post("/issues/\(id)/snooze", ["until": JSON(until)]).json?["code"] == "already_resolved")
        }
    }

    @Test("A cause that is still there when somebody resolves its issue is said to be")
    func present() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.order("application-1") { order in
            order.status.state = .failed
            order.status.problem = Problem(code: "gave_up", message: "as invented", at: order.createdAt)
        }
        let id = try await open(fixture, IssueCause(.deadLetters, connection: "acme", account: "one", code: "gave_up"))
        try await fixture.run { (client) async throws in
            #expect(try await client.get("/issues/\(id)").json?.at("holds_up.orders") == 1)
            #expect(try await client.post("/issues/\(id)/resolve", [:]).json?["cause_present"] == true)
        }
    }

    @Test("The status says on one screen what needs a person and whom orders wait for")
    func status() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.order("application-1") { $0.status.state = .awaitingCandidate }
        _ = try await fixture.order("application-2") { $0.status.state = .uncertain }
        _ = try await fixture.order("application-3", connection: "beta") { $0.status.state = .inProgress }
        let heard = fixture.clock.now()
        try await fixture.store.perform([.heard(.connection("acme"), at: heard)])
        try await fixture.store.add([ContactCount(.connection("acme"), hour: ContactRhythm.hour(of: heard), minutes: 2, deliveries: 5)])
        try await fixture.run { (client) async throws in
            let quiet = try #require(try await client.get("/status", as: "plain").json)
            #expect(quiet["able_to_work"] == true && quiet["needs_a_person"] == false && quiet.at("issues.items") == [])
            #expect(quiet["waiting_on"] == ["candidate": 1, "recruiter": 0, "provider": 1, "operator": 1])
            #expect(quiet.at("last_day.received") == 5 && quiet.at("last_day.told") == 0)
            #expect(quiet.at("connections.0.last_heard_at") == JSON(heard) && quiet.at("connections.1.last_heard_at") == .null)
            let own = try #require(try await client.get("/status", as: "acme-only").json)
            #expect(own["waiting_on"] == ["candidate": 1, "recruiter": 0, "provider": 0, "operator": 1])
            #expect(own["accounts"]?.items?.compactMap { $0["id"]?.text } == ["one"])
            _ = try await open(fixture, IssueCause(.silent, connection: "acme"))
            let busy = try #require(try await client.get("/status", as: "plain").json)
            #expect(busy["needs_a_person"] == true && busy.at("issues.items.0.kind") == "silent")
        }
    }
}
