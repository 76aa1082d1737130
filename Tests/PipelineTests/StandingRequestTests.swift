import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// A request at the provider that should not be there stays in the operator's list until it is over, or a person says that it is seen to.
@Suite("Requests that should not be there")
struct StandingRequestTests {
    private let harness = StageHarness()

    private func report(_ state: OrderState, on harness: StageHarness? = nil) {
        (harness ?? self.harness).provider.answer { $0.report = { Report(status: .recognised(state)) } }
    }

    private func cancelled(on given: StageHarness? = nil, _ change: (inout Order) -> Void = { _ in }) -> Order {
        let harness = given ?? self.harness
        return harness.order(.cancelled) {
            ($0.providerRef, $0.record.endedAt) = ("ref_1", harness.now)
            change(&$0)
        }
    }

    /// What a webhook makes of an order; nil where it changes nothing.
    @discardableResult
    private func webhook(_ order: Order, _ state: OrderState?, _ reference: String = "ref_1", on given: StageHarness? = nil) async throws -> Decision
    {
        let harness = given ?? self.harness
        harness.provider.answer {
            $0.interpret = { [WebhookReport(reference: reference, report: state.map { Report(status: .recognised($0)) })] }
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
        let result = try await harness.webhook.decide(harness.claim(.event("evt_1")), event, order)
        return try #require(result.decision ?? result.settled(on: order)?.decision)
    }

    private func read(_ order: Order) async throws -> Decision {
        try #require(try await harness.read.decide(harness.claim(.read(order: order.id)), order).settled(on: order)).decision
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch { return (error as? CommandError)?.code }
    }

    private func stands(_ order: Order?) -> Bool {
        guard let order, order.status.problem?.code == "stands_at_provider" else { return false }
        return order.state == .cancelled && order.waitingOn == .operator && !order.isSurelyGone
    }

    @Test("An order that was cancelled before it was known is shown where a webhook names its request, unless that says that it is over")
    func namedAfterTheEnd() async throws {
        for state in [OrderState.requested, nil] {
            report(.requested)
            let order = cancelled { $0.providerRef = nil }
            let decision = try await webhook(order, state)
            #expect(stands(decision.order) && decision.order?.providerRef == "ref_1")
            #expect(decision.queued.contains { $0.work == .read(order: order.id) })
        }
        report(.cancelled)
        #expect(try await webhook(cancelled { $0.providerRef = nil }, .requested).order?.status.problem == nil)
    }

    @Test("Where the provider says that a cancelled order goes on, that is shown until it says otherwise, and nothing is ordered in its place")
    func goesOn() async throws {
        report(.inProgress)
        var order = cancelled()
        order = try #require(try await webhook(order, .inProgress).order)
        #expect(stands(order) && !order.givesWay(to: Reorder()))
        // It is read again from time to time, and a word that nobody knows changes nothing.
        harness.provider.answer { $0.report = { Report(status: .unrecognised("odd")) } }
        let odd = try await read(order)
        #expect(stands(odd.order ?? order))
        #expect(odd.queued.contains { $0.work == .read(order: order.id) && $0.due == harness.now + .seconds(3600) })
        report(.inProgress)
        #expect(try await read(order).order == nil)
        report(.cancelled)
        let over = try #require(try await read(order).order)
        #expect(over.status.problem == nil && over.isSurelyGone && over.waitingOn == nil)
        report(.inProgress)
        #expect(stands(try await read(over).order))
    }

    @Test("An unconfirmed word that a cancelled order goes on keeps its place until a read succeeds, however long the provider is down")
    func unconfirmed() async throws {
        harness.provider.answer { $0.report = { throw ProviderError(.unavailable, "away") } }
        let order = cancelled()
        let hint = try await webhook(order, .inProgress)
        let doubtful = try #require(hint.order)
        #expect(stands(doubtful) && hint.queued.last { $0.work == .read(order: order.id) }?.due == harness.now + .seconds(45))
        harness.store.with { $0.orders[order.id] = doubtful }
        for attempt in 1...60 {
            let result = try await harness.read.decide(harness.claim(.read(order: order.id), attempt: attempt), doubtful)
            let decision = try #require(result.decision ?? result.settled(on: doubtful)?.decision)
            #expect(decision.again != nil, "attempt \(attempt) was the last")
            #expect(decision.order == nil)
        }
        let request: JSON = [
            "connection": "acme", "external_id": .string(order.externalID), "package": "pkg_1", "reorder": true,
            "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test", "phone": "+441632960000"],
        ]
        #expect(try await harness.commands.place(request).order.id == order.id)
        // An unconfirmed word that it is over takes nothing away.
        #expect(stands(try await webhook(doubtful, .cancelled).order ?? doubtful))
        // Behind is not over.
        harness.provider.answer { $0.report = { nil } }
        let behind = try await read(doubtful)
        #expect(stands(behind.order ?? doubtful) && behind.queued.contains { $0.work == .read(order: order.id) })
        report(.inProgress)
        let confirmed = try #require(try await read(doubtful).order)
        #expect(stands(confirmed) && confirmed.status.problem?.message != doubtful.status.problem?.message)
        report(.cancelled)
        let over = try #require(try await read(doubtful).order)
        #expect(over.status.problem == nil && over.isSurelyGone)
    }

    @Test("An unconfirmed word about an order that was replaced is no second request until a read confirms it")
    func unconfirmedOfReplaced() async throws {
        harness.provider.answer { $0.report = { throw ProviderError(.unavailable, "away") } }
        let doubtful = try #require(try await webhook(cancelled { $0.replacedBy = "ord_2" }, .inProgress).order)
        #expect(stands(doubtful))
        report(.inProgress)
        #expect(try await read(doubtful).order?.status.problem?.code == "second_reference")
        report(.cancelled)
        #expect(try await read(doubtful).order?.status.problem == nil)
    }

    @Test("Where the provider cannot be read an unconfirmed word counts")
    func unreadable() async throws {
        let silent = StageHarness(.init(packages: true, webhooks: true, cancel: "until it is done"))
        #expect(stands(try await webhook(cancelled(on: silent), .inProgress, on: silent).order))
    }

    @Test("An answer that comes after the order was cancelled or replaced is shown on it")
    func lateAnswer() async throws {
        let before = harness.order(.submitting)
        let result = harness.submit.settled(before.id, Submission(reference: "ref_1"))
        var present = before
        present.status.state = .cancelled
        #expect(stands(result.settled(on: present)?.decision.order))
        present.status.state = .refused
        present.replacedBy = "ord_2"
        let replaced = try #require(result.settled(on: present)?.decision.order)
        #expect(replaced.status.problem?.code == "second_reference" && replaced.waitingOn == .operator)
    }

    @Test("A cancelled order that goes on can be cancelled again, and then is over")
    func cancelledAgain() async throws {
        let order = cancelled { $0.status.problem = Problem(code: Problem.standsAtProvider, message: "it goes on", at: harness.now) }
        let ended = try await harness.commands.cancel(order: order.id)
        #expect(harness.provider.calls == ["cancel"] && ended.status.problem == nil && ended.record.endedAt == order.record.endedAt)
        _ = try await harness.commands.cancel(order: order.id)
        #expect(harness.provider.calls == ["cancel"])
    }

    @Test("A person says that a second request is seen to: with note and name on the timeline, and it is not shown again")
    func seenTo() async throws {
        let order = harness.order(.inProgress) { $0.providerRef = "ref_1" }
        try await harness.store.perform(try await webhook(order, .requested, "ref_9").effects)
        let shown = try #require(harness.store.with { $0.orders[order.id] })
        #expect(shown.status.problem?.code == "second_reference" && shown.waitingOn == .operator && shown.record.secondRequest == "ref_9")

        let actor = Actor.token(id: "tok_1", name: "ops")
        let settled = try await harness.commands.acting(as: actor).resolve(order: order.id, .release, note: "ref_9 was taken back")
        #expect(settled.status.problem == nil && settled.state == .inProgress && settled.providerRef == "ref_1" && settled.waitingOn == .provider)
        let entry = try #require(harness.store.with { $0.timeline.last })
        #expect(entry.actor == actor && entry.note?.value == "ref_9 was taken back" && entry.details["second_ref"] == "ref_9")
        let again = try await webhook(settled, .cancelled, "ref_9")
        #expect(again.order == nil && again.event?.state == .done && again.event?.problem?.code == "second_reference")
        #expect(try await webhook(settled, .requested, "ref_10").order?.status.problem?.code == "second_reference")
        #expect(await code { _ = try await harness.commands.resolve(order: order.id, .release) } == "not_adopted")
    }

    @Test("A person's word is about no request that is named at the same moment")
    func namedMeanwhile() async throws {
        let order = harness.order(.inProgress) {
            ($0.providerRef, $0.record.secondRequest) = ("ref_1", "ref_9")
            $0.status.problem = Problem(code: Problem.secondReference, message: "ref_9 as well", at: harness.now)
        }
        harness.store.meanwhile(before: "perform") { state in
            state.orders[order.id]?.record.secondRequest = "ref_10"
            state.orders[order.id]?.version += 1
        }
        #expect(await code { _ = try await harness.commands.resolve(order: order.id, .release) } == "conflict")
        #expect(harness.store.with { $0.orders[order.id]?.status.problem?.code } == "second_reference")
        #expect(try await harness.commands.resolve(order: order.id, .release).record.settledRequests == ["ref_10"])
    }

    @Test("That a cancelled order goes on is seen to by a person's word, too, and then it gives way to a new one")
    func seenToAfterTheEnd() async throws {
        report(.inProgress)
        let order = cancelled { $0.status.problem = Problem(code: Problem.standsAtProvider, message: "it goes on", at: harness.now) }
        let settled = try await harness.commands.resolve(order: order.id, .release)
        #expect(settled.state == .cancelled && settled.status.problem == nil && settled.givesWay(to: Reorder()))
        #expect(try await webhook(settled, .inProgress).order == nil)
        #expect(try await read(settled).order == nil)
    }

    @Test("A second request for an adopted order is seen to first, and its result stays; saying it again takes the adoption back")
    func adopted() async throws {
        let order = harness.order(.completed) {
            ($0.providerRef, $0.record.isAdopted, $0.status.outcome) = ("ref_1", true, .clear)
        }
        try await harness.store.perform(try await webhook(order, .requested, "ref_9").effects)
        let settled = try await harness.commands.resolve(order: order.id, .release)
        #expect(settled.state == .completed && settled.outcome == .clear && settled.providerRef == "ref_1" && settled.status.problem == nil)
        #expect(settled.record.settledRequests == ["ref_9"] && settled.record.isAdopted)
        #expect(try await harness.commands.resolve(order: order.id, .release).state == .uncertain)
    }

    @Test("That an adopted order goes on after its end, or beside one in its place, is seen to and nothing else", arguments: [nil, "ord_2"])
    func adoptedAfterTheEnd(_ newer: String?) async throws {
        let order = cancelled {
            ($0.record.isAdopted, $0.replacedBy) = (true, newer)
            let code = newer == nil ? Problem.standsAtProvider : Problem.secondReference
            $0.status.problem = Problem(code: code, message: "it goes on", at: harness.now)
        }
        let settled = try await harness.commands.resolve(order: order.id, .release)
        #expect(settled.state == .cancelled && settled.providerRef == "ref_1" && settled.status.problem == nil)
    }

    @Test("What else is wrong with an order is not settled with its second request")
    func otherProblem() async throws {
        let order = harness.order(.failed) {
            ($0.providerRef, $0.record.secondRequest) = ("ref_1", "ref_9")
            $0.status.problem = Problem(code: Problem.abandoned, message: "given up", at: harness.now)
        }
        #expect(try await harness.commands.resolve(order: order.id, .release).status.problem?.code == Problem.abandoned)
        #expect(try await harness.commands.resolve(order: order.id, .release).state == .uncertain)
    }
}
