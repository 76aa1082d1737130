import Screening
import Testing

@testable import Pipeline

@Suite("Looking at a provider's webhook")
struct WebhookStageTests {
    private let harness = StageHarness()
    /// A provider that cannot be read: its webhooks are all there is.
    private let silent = StageHarness(.init(packages: true, webhooks: true))

    private func order(_ state: OrderState = .requested, on harness: StageHarness, _ change: (inout Order) -> Void = { _ in }) -> Order {
        harness.order(state) { order in
            order.providerRef = "ref_1"
            change(&order)
        }
    }

    private func event(_ order: Order) -> Event {
        let request = ReceivedRequest(method: "POST", path: "", body: Array("{}".utf8))
        return Event(id: "evt_1", kind: .webhook, connection: "acme", account: "stub-uk", order: order.id, request: request, receivedAt: harness.now)
    }

    private func decide(_ order: Order, _ said: [WebhookReport], attempt: Int = 1, on harness: StageHarness) async throws -> StageResult {
        harness.provider.answer { $0.interpret = { said } }
        return try await harness.webhook.decide(harness.claim(.event("evt_1"), attempt: attempt), event(order), order)
    }

    private func said(_ state: OrderState?, _ reference: String? = "ref_1", _ words: [String: String] = [:]) -> [WebhookReport] {
        [WebhookReport(reference: reference, report: state.map { Report(status: .recognised($0), providerStatus: words) })]
    }

    // MARK: Set aside

    @Test("A webhook of an account that is gone is a dead letter")
    func accountMissing() async throws {
        harness.registry.replace(connections: harness.registry.connections, accounts: [])
        let decision = try #require(try await decide(order(on: harness), [], on: harness).decision)
        #expect(decision.event?.state == .dead && decision.event?.problem?.code == "account_missing")
    }

    @Test("One that cannot be looked at just now is looked at again, one that cannot be understood is a dead letter")
    func notUnderstood() async throws {
        let order = order(on: harness)
        func decide(_ code: ProviderError.Code, attempt: Int) async throws -> Decision? {
            harness.provider.answer { $0.interpret = { throw ProviderError(code, "no") } }
            return try await harness.webhook.decide(harness.claim(.event("evt_1"), attempt: attempt), event(order), order).decision
        }
        let later = try await decide(.unavailable, attempt: 1)
        #expect(later?.again == harness.now + .seconds(10) && later?.spent == true && later?.effects.isEmpty == true)
        for (code, attempt) in [(ProviderError.Code.unavailable, 50), (.unreadable, 1)] {
            let dead = try await decide(code, attempt: attempt)
            #expect(dead?.event?.state == .dead && dead?.event?.problem?.code == "not_understood")
        }
    }

    @Test("One that says nothing new is done with; one that says nothing of the order says so, and the order is read")
    func nothing() async throws {
        let order = order(.inProgress, on: harness)
        let silent = try #require(try await decide(order, [], on: harness).decision)
        #expect(silent.event?.state == .done && silent.event?.problem?.code == "says_nothing")
        // Something may have changed all the same.
        #expect(silent.effects.contains { if case .queue(let work) = $0 { work.work == .read(order: order.id) } else { false } })
        #expect(try await decide(order, said(.inProgress), on: harness).decision?.event?.state == .done)
        #expect(try await decide(harness.order(.uncertain), said(.inProgress, nil), on: harness).decision?.event?.state == .done)
        #expect(harness.provider.calls.allSatisfy { $0 == "interpret" })
    }

    @Test("One that names another order's request is a dead letter, and changes neither")
    func misdirected() async throws {
        let other = order(on: harness) { $0.providerRef = "ref_2" }
        let known = try await decide(order(on: harness), said(.completed, "ref_2"), on: harness)
        #expect(known.decision?.event?.problem?.code == "other_reference")
        let unknown = try await decide(harness.order(.uncertain), said(.completed, "ref_2"), on: harness)
        #expect(unknown.decision?.event?.problem?.code == "other_reference")
        #expect(harness.store.with { $0.orders[other.id]?.state } == .requested)
    }

    @Test("One that names a second request for the order is shown on it, and is a dead letter")
    func secondReference() async throws {
        let order = order(on: harness)
        let (decision, notified) = try #require(try await decide(order, said(.completed, "ref_9"), on: harness).settled(on: order))
        #expect(decision.event?.problem?.code == "second_reference" && notified.isEmpty)
        #expect(decision.order?.state == .requested && decision.order?.status.problem?.code == "second_reference")
    }

    /// A provider that cannot be read, and signs what it sends.
    private let signed = StageHarness(.init(packages: true, webhooks: true, signedWebhooks: true))

    @Test("One that names requests of several orders is handed on to each, once, where it is signed; and it has its provider read where it is not")
    func severalOrders() async throws {
        let both = said(.inProgress) + said(.completed, "ref_2")
        let unsigned = StageHarness(.init(packages: true, report: true, webhooks: true))
        unsigned.provider.answer { $0.report = { Report(status: .recognised(.inProgress)) } }
        let (own, other) = (order(on: unsigned), order(on: unsigned) { $0.providerRef = "ref_2" })
        let read = try #require(try await decide(own, both, on: unsigned).settled(on: own)?.decision)
        #expect(read.order?.id == own.id && read.queued.contains { $0.work == .read(order: other.id) && $0.due == unsigned.now })
        #expect(read.effects.recorded.isEmpty)

        let (first, second) = (order(on: signed), order(on: signed) { $0.providerRef = "ref_2" })
        let decision = try #require(try await decide(first, both, on: signed).settled(on: first)?.decision)
        #expect(decision.order?.state == .inProgress && decision.event?.state == .done)
        let copy = try #require(decision.effects.recorded.first)
        #expect(copy.order == second.id && copy.connection == second.connection && copy.request.value.body == event(first).request.value.body)
        #expect(decision.queued.contains { $0.work == .event(copy.id) && $0.concurrencyKey == QueuedWork.concurrencyKey(order: second.id) })
        let handed = try await signed.webhook.decide(signed.claim(.event(copy.id)), copy, second)
        let after = try #require(handed.settled(on: second)?.decision)
        #expect(after.order?.id == second.id && after.order?.state == .completed && after.effects.recorded.isEmpty)
        // What says nothing new of the other is not handed on.
        let known = try await decide(first, said(.inProgress) + said(.requested, "ref_2"), on: signed).settled(on: first)?.decision
        #expect(known?.effects.recorded.isEmpty == true)
    }

    @Test("What a signed one says of another order stands where the provider's answer is empty or fails; where it says nothing the order is read")
    func othersUnconfirmed() async throws {
        for response: @Sendable () throws -> Report? in [{ nil }, { throw ProviderError(.unavailable, "away") }] {
            harness.provider.answer { $0.report = response }
            let (own, other) = (order(on: harness), order(on: harness) { $0.providerRef = "ref_2" })
            let both = said(.inProgress) + said(.completed, "ref_2")
            let decision = try #require(try await decide(own, both, on: harness).settled(on: own)?.decision)
            let copy = try #require(decision.effects.recorded.first)
            let handed = try await harness.webhook.decide(harness.claim(.event(copy.id)), copy, other)
            #expect(handed.settled(on: other)?.decision.order?.state == .completed)
            let hint = try #require(try await decide(own, said(.inProgress) + said(nil, "ref_2"), on: harness).settled(on: own)?.decision)
            #expect(hint.effects.recorded.isEmpty && hint.queued.contains { $0.work == .read(order: other.id) })
            harness.store.with { $0.orders = [:] }
        }
    }

    @Test("That the request of another order goes on which was cancelled here is news to it")
    func othersGoOn() async throws {
        let own = order(on: signed)
        let other = order(.cancelled, on: signed) { $0.providerRef = "ref_2" }
        let both = said(.inProgress) + said(.inProgress, "ref_2")
        let decision = try #require(try await decide(own, both, on: signed).settled(on: own)?.decision)
        let copy = try #require(decision.effects.recorded.first)
        let after = try await signed.webhook.decide(signed.claim(.event(copy.id)), copy, other).settled(on: other)?.decision.order
        #expect(after?.state == .cancelled && after?.status.problem?.code == Problem.standsAtProvider)
    }

    @Test("What one connection receives is kept on no other: the provider is read for that one's order, or a person is told")
    func othersElsewhere() async throws {
        let both = said(.inProgress) + said(.completed, "ref_2")
        for harness in [harness, signed] {
            harness.provider.answer { $0.report = { Report(status: .recognised(.inProgress)) } }
            let own = order(on: harness)
            let other = harness.order(.requested, at: "beta") { $0.providerRef = "ref_2" }
            let decision = try #require(try await decide(own, both, on: harness).settled(on: own)?.decision)
            #expect(decision.effects.recorded.isEmpty && decision.order?.state == .inProgress)
            let isRead = decision.queued.contains { $0.work == .read(order: other.id) }
            let told = problem(in: decision)
            #expect(harness.account.capabilities.report ? isRead && told == nil : !isRead && told?.message.contains(other.id) == true)
        }
    }

    @Test("Copies of one webhook take no more than 8 MiB; the others are counted, and a person is told")
    func manyOthers() async throws {
        let own = order(on: signed)
        let others = (10..<30).map { number in order(on: signed) { $0.providerRef = "ref_\(number)" } }
        let (body, now) = ([UInt8](repeating: 0x20, count: 1 << 20), signed.now)
        let request = ReceivedRequest(method: "POST", path: "", body: body)
        let event = Event(id: "evt_1", kind: .webhook, connection: "acme", account: "stub-uk", order: own.id, request: request, receivedAt: now)
        let all = said(.inProgress) + (10..<30).flatMap { said(.completed, "ref_\($0)") }
        signed.provider.answer { $0.interpret = { all } }
        let decision = try #require(try await signed.webhook.decide(signed.claim(.event("evt_1")), event, own).settled(on: own)?.decision)
        #expect(decision.effects.recorded.map(\.order) == others.prefix(8).map(\.id) && decision.order?.state == .inProgress)
        let message = problem(in: decision)?.message ?? ""
        #expect(message.contains(others[8].id) && message.contains("and 7 others") && message.contains("8 MiB"), "\(message)")
    }

    @Test("Where another order is sealed with a key that is not here the webhook waits for a host that has it")
    func othersUnread() async throws {
        let own = order(on: signed)
        signed.store.fail("orders", StoreError.keyMissing("a1"))
        let both = said(.inProgress) + said(.completed, "ref_2")
        await #expect(throws: StoreError.keyMissing("a1")) { _ = try await decide(own, both, on: signed) }
    }

    private func problem(in decision: Decision) -> Problem? {
        decision.effects.lazy.compactMap { if case .event(_, .dead, let problem) = $0 { problem } else { nil } }.first
    }

    @Test("Where nobody signed it and the provider cannot be asked, nothing is believed of the others, and a person is told")
    func othersUnsigned() async throws {
        let own = order(on: silent)
        let other = order(on: silent) { $0.providerRef = "ref_2" }
        let decision = try #require(try await decide(own, said(.inProgress) + said(.completed, "ref_2"), on: silent).settled(on: own)?.decision)
        #expect(decision.order?.state == .inProgress)
        let problem = problem(in: decision)
        #expect(problem?.code == "names_others" && problem?.message.contains(other.id) == true)
    }

    @Test("Of an order whose request nobody knows it is what no other order has, wherever in the webhook that stands")
    func ownAmongOthers() async throws {
        let other = order(on: silent)
        let lost = silent.order(.uncertain)
        let decision = try #require(try await decide(lost, said(.inProgress, "ref_7") + said(.completed), on: silent).settled(on: lost)?.decision)
        #expect(decision.order?.providerRef == "ref_7" && decision.order?.state == .inProgress && other.providerRef == "ref_1")
    }

    // MARK: What is believed

    @Test("Where the provider cannot be asked the webhook's own report is taken")
    func taken() async throws {
        let order = order(on: silent)
        let (decision, notified) = try #require(try await decide(order, said(.inProgress), on: silent).settled(on: order))
        #expect(decision.order?.state == .inProgress && decision.event?.state == .done)
        #expect(notified.map(\.cause) == [.webhook] && silent.provider.calls == ["interpret"])
    }

    @Test("Where it can be asked its present word decides, whatever the webhook says")
    func confirmed() async throws {
        harness.provider.answer { $0.report = { Report(status: .recognised(.paused)) } }
        let order = order(on: harness)
        let (decision, notified) = try #require(try await decide(order, said(.completed), on: harness).settled(on: order))
        #expect(decision.order?.state == .paused && notified.map(\.cause) == [.webhook])
        // Its own word is behind the webhook's, or the webhook is not to be trusted: it is asked again soon.
        #expect(decision.queued.contains { $0.work == .read(order: order.id) && $0.due == harness.now + .seconds(45) })
    }

    @Test("A webhook that only says that something changed has the order read")
    func withoutReport() async throws {
        harness.provider.answer { $0.report = { Report(status: .recognised(.completed)) } }
        let order = order(on: harness)
        #expect(try await decide(order, said(nil), on: harness).settled(on: order)?.decision.order?.state == .completed)
    }

    @Test("An answer without the order, one that fails, and one that leaves out the finer word leave the webhook's report standing")
    func unconfirmed() async throws {
        let answers: [@Sendable () throws -> Report?] = [
            { nil }, { throw ProviderError(.unavailable, "away") },
            { Report(status: .recognised(.requested), providerStatus: ["status": "pending"]) },
        ]
        for response in answers {
            harness.provider.answer { $0.report = response }
            let order = order(on: harness)
            let words = ["status": "pending", "statusV2": "in-progress"]
            let decision = try #require(try await decide(order, said(.inProgress, "ref_1", words), on: harness).settled(on: order)?.decision)
            #expect(decision.order?.state == .inProgress)
        }
    }

    @Test("What a failing answer says of the account is noted")
    func noted() async throws {
        harness.provider.answer { $0.report = { throw ProviderError(.unauthorised, "no", status: 401) } }
        _ = try await decide(order(on: harness), said(.inProgress), on: harness)
        #expect(try await harness.accounts.pause(of: harness.account) != nil)
        harness.provider.answer { $0.report = { throw ProviderError(.rateLimited, "slower", retryAfter: .seconds(30)) } }
    }

    @Test("A provider that does not answer, or whose account is paused, is not asked: its webhooks go on")
    func notAsked() async throws {
        for _ in 0..<10 { harness.breakers.unanswered.note(ProviderError(.noAnswer, "silence"), of: "stub-uk", harness.environment) }
        let order = order(on: harness)
        #expect(try await decide(order, said(.inProgress), on: harness).settled(on: order)?.decision.order?.state == .inProgress)
        let paused = StageHarness()
        try await paused.store.perform(try await paused.accounts.rejected(ProviderError(.unauthorised, "no"), by: paused.account))
        let other = self.order(on: paused)
        #expect(try await decide(other, said(.inProgress), on: paused).settled(on: other)?.decision.order?.state == .inProgress)
        #expect(harness.provider.calls + paused.provider.calls == ["interpret", "interpret"])
    }

    @Test("While the account's budget of reads is used up it waits for the next, unspent")
    func budget() async throws {
        let next = harness.now + .seconds(20)
        harness.store.with { $0.grants["account:stub-uk"] = Grant(count: 0, next: next) }
        let decision = try #require(try await decide(order(on: harness), said(.inProgress), on: harness).decision)
        #expect(decision.again == next && decision.spent == false && decision.effects.isEmpty)
    }

    // MARK: What is written

    @Test("An order that moved on since it was read is looked at again")
    func movedOn() async throws {
        let order = order(on: silent)
        let verdict = try await decide(order, said(.inProgress), on: silent)
        var present = order
        present.version += 1
        let decision = try #require(verdict.settled(on: present)?.decision)
        #expect(decision.again == silent.now && decision.spent == false && decision.effects.isEmpty)
    }

    @Test(
        "A webhook on its own address settles an order that nobody knew the provider had",
        arguments: [
            OrderState.accepted, .submitting, .uncertain,
        ]
    )
    func settles(_ state: OrderState) async throws {
        let order = silent.order(state) { $0.status.problem = Problem(code: "uncertain", message: "lost", at: $0.createdAt) }
        let (decision, notified) = try #require(try await decide(order, said(nil, "ref_1"), on: silent).settled(on: order))
        #expect(decision.order?.state == .requested && decision.order?.providerRef == "ref_1" && decision.order?.status.problem == nil)
        #expect(decision.unqueued.contains(.submit(order: order.id)) && notified.count == 1)
    }

    @Test("A final state is not taken back")
    func final() async throws {
        let order = order(.completed, on: silent)
        #expect(try await decide(order, said(.inProgress), on: silent).decision?.event?.state == .done)
    }
}
