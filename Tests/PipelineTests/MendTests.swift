import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// An order that was refused is mended and sent again, or gives way to a new one; what the provider may have does neither.
@Suite("Mending and ordering anew")
struct MendTests {
    private let harness = StageHarness()

    private func refused(_ state: OrderState = .refused, _ change: (inout Order) -> Void = { _ in }) -> Order {
        harness.order(state) {
            $0.status.problem = Problem(code: "refused", message: "no such address", at: harness.now)
            $0.record.endedAt = harness.now
            change(&$0)
        }
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch { return (error as? CommandError)?.code }
    }

    private func request(_ order: Order, reorder: Bool? = true, package: String = "pkg_1") -> JSON {
        var request: JSON = [
            "connection": "acme", "external_id": .string(order.externalID), "package": .string(package),
            "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana.roe@example.test"],
        ]
        request["reorder"] = reorder.map { .bool($0) }
        return request
    }

    @Test("A refused order is sent with another address, under another key, and its timeline says who mended what")
    func mend() async throws {
        let order = refused()
        let actor = Actor.token(id: "tok_1", name: "ops")
        let mended = try await harness.commands.acting(as: actor).retry(
            order: order.id,
            Mending(candidate: ["email": "ana.roe@example.test", "phone": .null]),
            note: "mistyped"
        )
        #expect(mended.state == .accepted && mended.candidate.email.value == "ana.roe@example.test" && mended.candidate.phone == nil)
        #expect(mended.candidate.firstName.value == "Ana" && mended.submissionKey != order.submissionKey)
        #expect(harness.store.with { $0.due[.submit(order: order.id)] } != nil)
        let entry = try #require(harness.store.with { $0.timeline.last })
        #expect(entry.actor == actor && entry.note?.value == "mistyped")
        #expect(entry.text == "to be sent again with another candidate.email, candidate.phone")
        #expect(entry.details["changed"]?.items?.first?["before"] == "ana@example.test")
    }

    @Test("What is mended is checked as a new order is")
    func checked() async throws {
        let order = refused()
        for mending in [
            Mending(candidate: ["email": "nobody"]), Mending(candidate: "Ana"), Mending(account: "another"), Mending(package: "pkg_none"),
            Mending(package: true),
        ] {
            #expect(await code { _ = try await harness.commands.retry(order: order.id, mending) } == "invalid_field")
        }
        #expect(harness.store.with { $0.orders[order.id]?.state } == .refused && harness.store.with { $0.performed.isEmpty })
    }

    @Test("An order that the provider may have, or that was replaced, is not sent again")
    func notMended() async throws {
        let known = refused(.failed) { $0.providerRef = "ref_1" }
        let abandoned = refused(.failed) { $0.status.problem = Problem(code: Problem.abandoned, message: "", at: harness.now) }
        let open = harness.order(.inProgress)
        for order in [known, abandoned, open] {
            let mending = Mending(candidate: ["email": "ana.roe@example.test"])
            #expect(await code { _ = try await harness.commands.retry(order: order.id, mending) } == "not_retryable")
        }
        let replaced = refused { $0.replacedBy = "ord_2" }
        #expect(await code { _ = try await harness.commands.retry(order: replaced.id) } == "replaced")
    }

    @Test("A new order takes the place of a refused one where that is asked for, and of no other")
    func reorder() async throws {
        let order = refused()
        let without = try await harness.commands.place(request(order, reorder: nil))
        #expect(!without.isNew && without.order.id == order.id)
        let placed = try await harness.commands.place(request(order))
        #expect(placed.isNew && placed.order.previous == order.id && placed.order.candidate.email.value == "ana.roe@example.test")
        let again = try await harness.commands.place(request(order))
        #expect(!again.isNew && again.order.id == placed.order.id)
        let done = harness.order(.completed)
        #expect(try await !harness.commands.place(request(done)).isNew)
        var odd = request(order)
        odd["reorder"] = "yes"
        #expect(await code { _ = try await harness.commands.place(odd) } == "invalid_field")
    }

    @Test("A script's older or repeated event orders nothing anew, a newer one does, once")
    func scripts() async throws {
        let order = refused()
        func place(_ at: Timestamp) async throws -> Order {
            let run = harness.connection.run(id: "run_1", hook: "on_event", event: "evt_1", order: nil, input: .event(parameters: [:]), at: at)
            let host = LiveScriptHost(
                environment: harness.environment,
                store: harness.store,
                accounts: harness.accounts,
                cancellation: harness.cancellation,
                hosts: harness.scripts.hosts,
                connection: harness.connection,
                run: run,
                input: [:],
                happenedAt: at,
                permissions: harness.connection.permissions(order: nil, input: [:])
            )
            let draft = try await host.draft(request(order))
            let reorder = Reorder(endedBefore: host.happenedAt)
            return try #require(try await host.remember([], doing: .place(draft, reorder: reorder) { $0.json }))
        }
        #expect(try await place(harness.now + .seconds(-60)).id == order.id)
        #expect(try await place(harness.now).id == order.id)
        let new = try await place(harness.now + .seconds(1))
        #expect(new.previous == order.id)
        #expect(try await place(harness.now + .seconds(1)).id == new.id)
    }

    @Test("The ATS hears no more of an order that was replaced, and a request that the provider has for it after all is shown")
    func replaced() async throws {
        let order = refused { $0.replacedBy = "ord_2" }
        harness.provider.answer {
            $0.interpret = { [WebhookReport(reference: "ref_9", report: Report(status: .recognised(.requested)))] }
            $0.report = { Report(status: .recognised(.requested)) }
        }
        let event = Event(
            id: "evt_1",
            kind: .webhook,
            connection: "acme",
            account: "stub-uk",
            order: order.id,
            request: ReceivedRequest(method: "POST", path: "", body: []),
            receivedAt: harness.now
        )
        let decision = try #require(try await harness.webhook.decide(harness.claim(.event("evt_1")), event, order).settled(on: order)).decision
        #expect(decision.order?.id == order.id && decision.order?.status.problem?.code == Problem.secondReference && decision.run == nil)

        let run = harness.connection.run(id: "run_1", hook: "on_update", event: nil, order: order.id, input: .update(Personal([:])), at: harness.now)
        let told = try #require(try await harness.run.decide(harness.claim(.run("run_1")), run).decision)
        #expect(told.run?.state == .skipped && told.run?.result?.value["reason"]?.text?.contains("ord_2") == true)
    }

    @Test("A package that the account does not have is refused at once, and only where the catalogue says so now")
    func packages() async throws {
        let order = harness.order(.completed)
        var new = request(order, reorder: nil, package: "pkg_none")
        #expect(try await !harness.commands.place(new).isNew)
        new["external_id"] = "application-new"
        #expect(await code { _ = try await harness.commands.place(new) } == "invalid_field")
        harness.clock.advance(by: .seconds(20))
        harness.provider.answer { $0.packages = { [ScreeningPackage(id: "pkg_none", name: "New")] } }
        #expect(try await harness.commands.place(new).isNew)
        harness.clock.advance(by: .seconds(600))
        harness.provider.answer { $0.packages = { throw ProviderError(.unavailable, "away") } }
        new["external_id"] = "application-newer"
        new["package"] = "pkg_unheard_of"
        #expect(try await harness.commands.place(new).isNew)
    }
}
