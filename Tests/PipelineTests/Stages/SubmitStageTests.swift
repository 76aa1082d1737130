import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What is decided about an order that is to be sent: each row of the table, without a store, a socket or a script.
@Suite("Sending an order")
struct SubmitStageTests {
    private let harness = StageHarness()

    private func decide(_ order: Order, attempt: Int = 1, on harness: StageHarness? = nil) async throws -> StageResult {
        let harness = harness ?? self.harness
        return try await harness.submit.decide(harness.claim(.submit(order: order.id), attempt: attempt), order)
    }

    /// What becomes of an order that is sent: what is written before the request leaves, and after the provider has answered.
    private func send(
        attempt: Int = 1,
        on harness: StageHarness? = nil,
        _ response: @escaping @Sendable () throws -> Submission
    ) async throws -> (before: Order, verdict: StageResult) {
        let harness = harness ?? self.harness
        harness.provider.answer { $0.submit = response }
        let order = harness.order()
        let verdict = try await decide(order, attempt: attempt, on: harness)
        let marked = try #require(verdict.first?.order)
        return (marked, try #require(try await verdict.next()))
    }

    private func error(_ code: ProviderError.Code, _ status: Int? = nil, retryAfter: Duration? = nil, means rule: CreationRule) -> ProviderError {
        ProviderError(code, "what the provider says", status: status, retryAfter: retryAfter, creation: rule)
    }

    // MARK: Before it is sent

    @Test("The intent to send is written first, with a name of its own, and only then the request leaves")
    func intentFirst() async throws {
        let order = harness.order()
        let verdict = try await decide(order, attempt: 3)
        let effects = try #require(verdict.first)
        #expect(effects.order?.state == .submitting && effects.order?.submissionID != nil && effects.order?.version == order.version + 1)
        #expect(effects.kinds == ["submitting"])
        #expect(harness.provider.calls.isEmpty)
        _ = try await verdict.next()
        #expect(harness.provider.calls == ["submit"])
    }

    @Test("An order whose account is not configured stays accepted, with the reason, and is tried again on the schedule")
    func accountMissing() async throws {
        harness.registry.replace(connections: harness.registry.connections, accounts: [])
        let order = harness.order()
        let (decision, notified) = try #require(try await decide(order).settled(on: order))
        #expect(decision.order?.state == .accepted && decision.order?.status.problem?.code == "account_missing")
        #expect(decision.spent == true && notified.isEmpty)
    }

    @Test("An order of an account that rests waits until then, its attempt unspent")
    func resting() async throws {
        let until = harness.now + .seconds(60)
        harness.store.with { $0.states[.account("stub-uk")] = OperatingState(.account("stub-uk"), restsUntil: until) }
        let decision = try #require(try await decide(harness.order()).decision)
        #expect(decision.again == until && decision.spent == false && decision.effects.isEmpty)
    }

    @Test("An order of a paused account waits, its attempt unspent, and nobody is asked")
    func paused() async throws {
        try await harness.store.perform(try await harness.accounts.rejected(ProviderError(.unauthorised, "no", status: 401), by: harness.account))
        let decision = try #require(try await decide(harness.order()).decision)
        #expect(try #require(decision.again) >= harness.now + .seconds(10) && decision.spent == false)
        #expect(harness.provider.calls.isEmpty)
    }

    @Test("An order waits while its provider does not answer, its attempt unspent")
    func unanswered() async throws {
        for _ in 0..<10 { harness.breakers.unanswered.note(ProviderError(.unavailable, "no"), of: "stub-uk", harness.environment) }
        let decision = try #require(try await decide(harness.order()).decision)
        #expect(decision.again != nil && decision.spent == false && harness.provider.calls.isEmpty)
    }

    @Test("After orders that could not be created, something harmless is asked before the next is sent")
    func creatingBreaker() async throws {
        for _ in 0..<10 { harness.breakers.creating.note(error(.noAnswer, means: .uncertain), of: "stub-uk", harness.environment) }
        let early = try #require(try await decide(harness.order()).decision)
        #expect(early.spent == false && harness.provider.calls.isEmpty)

        harness.clock.advance(by: .seconds(6))
        harness.provider.answer { $0.packages = { throw ProviderError(.unavailable, "away") } }
        let away = try #require(try await decide(harness.order()).decision)
        #expect(away.spent == false && harness.provider.calls == ["packages"])

        harness.clock.advance(by: .seconds(30))
        harness.provider.answer { $0.packages = { [] } }
        #expect(try await decide(harness.order()).first?.order?.state == .submitting)
        #expect(harness.provider.calls == ["packages", "packages"])
    }

    @Test(
        "An order that is neither accepted nor being sent needs no sending",
        arguments: [
            OrderState.uncertain, .requested, .completed, .cancelled, .refused, .failed,
        ]
    )
    func otherStates(_ state: OrderState) async throws {
        let decision = try #require(try await decide(harness.order(state)).decision)
        #expect(decision.disposition == .done && decision.effects.isEmpty && harness.provider.calls.isEmpty)
    }

    // MARK: What the provider makes of it

    @Test("The provider's reference settles the order as requested, tells the ATS and has the order read")
    func reference() async throws {
        let (before, verdict) = try await send { Submission(reference: "ref_7") }
        let (decision, notified) = try #require(verdict.settled(on: before))
        let order = try #require(decision.order)
        #expect(order.state == .requested && order.providerRef == "ref_7" && decision.disposition == .done)
        #expect(notified.map(\.previous.state) == [.accepted] && decision.run?.hook == "on_update")
        #expect(decision.queued.map(\.work).contains(.read(order: order.id)))
    }

    @Test("A success without a reference leaves the order to a person, and is never sent again")
    func withoutReference() async throws {
        let harness = StageHarness(.init(packages: true, report: true, webhooks: true))
        let (before, verdict) = try await send(on: harness) { throw error(.unreadable, 200, means: .uncertain) }
        let (decision, notified) = try #require(verdict.settled(on: before))
        #expect(decision.order?.state == .uncertain && decision.disposition == .done)
        #expect(decision.order?.status.problem?.code == "uncertain" && notified.map(\.order.state) == [.uncertain])
        let said = decision.effects.compactMap { if case .timeline(let entry) = $0 { entry.text } else { nil } }
        #expect(said.contains { $0.contains("lacks the id") })
    }

    @Test("A refusal ends the order with the provider's words", arguments: [400, 404, 422])
    func refused(_ status: Int) async throws {
        let (before, verdict) = try await send { throw error(.refused, status, means: .refused) }
        let (decision, notified) = try #require(verdict.settled(on: before))
        #expect(decision.order?.state == .refused && decision.disposition == .done)
        #expect(decision.order?.status.problem?.message == "what the provider says" && notified.count == 1)
    }

    @Test("Rejected credentials pause the account", arguments: [401, 403])
    func unauthorised(_ status: Int) async throws {
        harness.provider.answer { $0.packages = { throw ProviderError(.unauthorised, "no", status: 401) } }
        let (before, verdict) = try await send { throw error(.unauthorised, status, means: .sendAgain) }
        let (decision, notified) = try #require(verdict.settled(on: before))
        #expect(decision.order?.state == .accepted && decision.spent == false && notified.isEmpty && decision.run == nil)
        #expect(try await harness.accounts.pause(of: harness.account)?.problem.code == "account_paused")
    }

    @Test("One 403 to an order, where the credentials are good for something else, pauses nothing")
    func forbiddenOrder() async throws {
        let (before, verdict) = try await send { throw error(.unauthorised, 403, means: .sendAgain) }
        let (decision, notified) = try #require(verdict.settled(on: before))
        #expect(decision.order?.state == .accepted && decision.order?.status.problem?.code == "unauthorised" && notified.isEmpty)
        #expect(decision.spent == true)
        #expect(try await harness.accounts.pause(of: harness.account) == nil)
        #expect(harness.provider.calls == ["submit", "packages"])
    }

    @Test("Where nothing else can be asked, an order that was created a moment ago shows that a 403 is about the order alone")
    func forbiddenUnprobed() async throws {
        let harness = StageHarness(.init())
        harness.accounts.noteCreation(at: "stub-uk")
        let (before, verdict) = try await send(on: harness) { throw error(.unauthorised, 403, means: .sendAgain) }
        #expect(try #require(verdict.settled(on: before)).decision.spent == true)
        #expect(try await harness.accounts.pause(of: harness.account) == nil)
        harness.clock.advance(by: .seconds(3600))
        let (later, paused) = try await send(on: harness) { throw error(.unauthorised, 403, means: .sendAgain) }
        #expect(try #require(paused.settled(on: later)).decision.spent == false)
    }

    @Test("Sent again by a person after a lost answer, an order that is refused as one that is there already is not taken to be refused")
    func refusedAsKnown() async throws {
        harness.provider.answer { $0.submit = { throw ProviderError(.refused, "there is one already", status: 409, creation: .refused) } }
        let order = harness.order { $0.record.hasLostAnswer = true }
        let verdict = try await decide(order)
        let marked = try #require(verdict.first?.order)
        let decision = try #require(try await verdict.next()?.settled(on: marked)).decision
        #expect(decision.order?.state == .uncertain && decision.order?.status.problem?.code == "uncertain")
    }

    @Test("What the provider said is decided although the account cannot be paused")
    func pauseFails() async throws {
        harness.provider.answer { $0.submit = { throw error(.unauthorised, 401, means: .sendAgain) } }
        let verdict = try await decide(harness.order())
        harness.store.fail("state", StoreError.unavailable("away"))
        let order = try #require(verdict.first?.order)
        #expect(try await verdict.next()?.settled(on: order)?.decision.order?.state == .accepted)
    }

    @Test("429 rests the account; the order is sent again then, its attempt unspent")
    func tooMany() async throws {
        let (before, verdict) = try await send { throw error(.rateLimited, 429, retryAfter: .seconds(90), means: .sendAgain) }
        let (decision, notified) = try #require(verdict.settled(on: before))
        #expect(decision.again == harness.now + .seconds(90) && decision.spent == false && notified.isEmpty)
        #expect(decision.order?.state == .accepted && decision.order?.status.problem?.code == "rate_limited")
        #expect(decision.restsUntil == harness.now + .seconds(90))
    }

    @Test("Where the provider surely did not act the order is accepted again and sent later, no sooner than it asked")
    func surelyNotSent() async throws {
        let (before, verdict) = try await send { throw error(.unavailable, 503, retryAfter: .seconds(700), means: .sendAgain) }
        let (decision, notified) = try #require(verdict.settled(on: before))
        #expect(decision.order?.state == .accepted && decision.spent == true && notified.isEmpty)
        #expect(decision.again == harness.now + .seconds(700))
        let (first, unasked) = try await send { throw error(.unavailable, means: .sendAgain) }
        let again = try #require(unasked.settled(on: first)?.decision.again)
        #expect(again >= harness.now + .milliseconds(4_500) && again <= harness.now + .milliseconds(5_500))
    }

    @Test("An order whose attempts are used up has failed, and the ATS is told")
    func givenUp() async throws {
        let (before, verdict) = try await send(attempt: 16) { throw error(.unavailable, 503, means: .sendAgain) }
        let (decision, notified) = try #require(verdict.settled(on: before))
        #expect(decision.order?.state == .failed && decision.disposition == .done && notified.map(\.order.state) == [.failed])
    }

    @Test("Half and four fifths of the attempts are an error line each", arguments: [(8, true), (9, false), (13, true), (14, false)])
    func alerts(_ attempt: Int, _ isTold: Bool) async throws {
        _ = try await send(attempt: attempt) { throw error(.unavailable, 503, means: .sendAgain) }
        #expect(harness.log.lines.contains { $0.contains("has used up") } == isTold)
    }

    @Test(
        "A lost answer leaves the order to a person where the provider cannot be searched",
        arguments: [
            (ProviderError.Code.unavailable, 500), (.noAnswer, nil), (.unavailable, 504),
        ] as [(ProviderError.Code, Int?)]
    )
    func lostAnswer(_ code: ProviderError.Code, _ status: Int?) async throws {
        let harness = StageHarness(.init(packages: true, report: true, webhooks: true))
        let (before, verdict) = try await send(on: harness) { throw error(code, status, means: .uncertain) }
        #expect(verdict.settled(on: before)?.decision.order?.state == .uncertain)
    }

    @Test("A lost answer has the order searched for soon where the provider can be")
    func lostAnswerIsSearched() async throws {
        let (_, verdict) = try await send { throw error(.noAnswer, means: .uncertain) }
        let decision = try #require(verdict.decision)
        #expect(decision.again == harness.now + .seconds(5) && decision.spent == false && decision.effects.isEmpty)
    }

    @Test("A submission that breaks off without a word counts as one whose answer was lost")
    func brokenOff() async throws {
        let (before, verdict) = try await send { throw CancellationError() }
        #expect(verdict.settled(on: before)?.decision.order?.state == .uncertain)
    }

    // MARK: Beside others

    @Test("An order that a webhook has settled meanwhile shows a second reference, and keeps the first")
    func secondReference() async throws {
        let (before, verdict) = try await send { Submission(reference: "ref_2") }
        var settled = before
        settled.providerRef = "ref_1"
        settled.status.state = .inProgress
        let (decision, _) = try #require(verdict.settled(on: settled))
        #expect(decision.order?.providerRef == "ref_1" && decision.order?.status.problem?.code == "second_reference")
        settled.providerRef = "ref_2"
        #expect(verdict.settled(on: settled)?.decision.effects.isEmpty == true)
    }

    @Test(
        "A lost answer takes nothing from an order that is to be sent again, or has moved on",
        arguments: [
            (OrderState.accepted, true), (.requested, false), (.cancelled, false),
        ]
    )
    func movedOn(_ state: OrderState, _ isQueued: Bool) async throws {
        let harness = StageHarness(.init(packages: true, report: true, webhooks: true))
        let (before, verdict) = try await send(on: harness) { throw error(.noAnswer, means: .uncertain) }
        var present = before
        present.status.state = state
        let (decision, notified) = try #require(verdict.settled(on: present))
        #expect(decision.effects.isEmpty && notified.isEmpty && (decision.again != nil) == isQueued)
    }

    @Test(
        "Where nobody knows whether the intent was written, nothing was sent: the order is sent still, whoever called it uncertain meanwhile",
        arguments: [
            OrderState.submitting, .uncertain,
        ]
    )
    func inDoubt(_ state: OrderState) async throws {
        let order = harness.order()
        let verdict = try await decide(order)
        var present = try #require(verdict.first?.order)
        present.status.state = state
        let (decision, _) = try #require(verdict.inDoubt?.settled(on: present))
        #expect(decision.order?.state == .accepted && decision.queued.map(\.work) == [.submit(order: order.id)])
        #expect(harness.provider.calls.isEmpty)
    }

    @Test("Where the intent in doubt was not written, or is another attempt's, the order is looked at again")
    func inDoubtUnwritten() async throws {
        let order = harness.order()
        let doubt = try #require(try await decide(order).inDoubt)
        let unwritten = try #require(doubt.settled(on: order)?.decision)
        #expect(unwritten.again == harness.now && unwritten.spent == false && unwritten.effects.isEmpty)
        var others = order
        others.status.state = .requested
        others.providerRef = "ref_1"
        #expect(doubt.settled(on: others)?.decision.disposition == .done)
    }
}
