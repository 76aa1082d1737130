import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What a person says of an uncertain order is looked at first, and can be taken back.
@Suite("Resolving and cancelling in doubt")
struct ResolveTests {
    private let harness = StageHarness()

    private func refusal(_ body: () async throws -> Void) async -> CommandError? {
        do {
            try await body()
            return nil
        } catch { return error as? CommandError }
    }

    private func report(_ state: OrderState, email: String? = nil, reference: String? = nil) {
        harness.provider.answer {
            $0.report = {
                let subject = Report.Subject(firstName: nil, lastName: nil, email: email, reference: reference)
                return Report(status: .recognised(state), subject: subject.isEmpty ? nil : subject)
            }
        }
    }

    @Test("A reference that the provider does not know is not adopted, unless that is forced")
    func unknown() async throws {
        let order = harness.order(.uncertain)
        let refused = await refusal { _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "nonsense")) }
        #expect(refused?.status == 422 && refused?.code == "unknown_reference")
        #expect(harness.store.with { $0.orders[order.id]?.state } == .uncertain)
        let forced = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "nonsense", force: true))
        #expect(forced.providerRef == "nonsense" && forced.state == .requested)
    }

    @Test("That an order was given up can be taken back: it is uncertain again, and nothing was sent")
    func givenUpByMistake() async throws {
        let order = harness.order(.uncertain)
        #expect(try await harness.commands.resolve(order: order.id, .abandon).state == .failed)
        #expect(await refusal { _ = try await harness.commands.retry(order: order.id) }?.code == "not_retryable")
        let released = try await harness.commands.resolve(order: order.id, .release)
        #expect(released.state == .uncertain && released.status.problem?.code == "uncertain" && released.providerRef == nil)
    }

    @Test("Another candidate's request is not adopted, and whose it is stands apart from the message", arguments: [true, false])
    func somebodyElse(_ byReference: Bool) async throws {
        let order = harness.order(.uncertain)
        let another = harness.order(.requested)
        report(.inProgress, email: byReference ? nil : "eve@example.test", reference: byReference ? another.id : nil)
        let refused = await refusal { _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7")) }
        #expect(refused?.code == "other_candidate" && refused?.found != nil && refused?.detail.contains("eve") == false)
        report(.inProgress, email: "ANA@example.test")
        #expect(try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7")).providerRef == "ref_7")
    }

    @Test("A request of somebody who was erased is neither shown nor adopted for another, by nobody's look-up, unless a person insists")
    func erased() async throws {
        harness.store.with { $0.erasedReferences = ["ref_7"] }
        let order = harness.order(.uncertain)
        report(.inProgress)
        #expect(await refusal { _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7")) }?.code == "other_candidate")
        harness.provider.answer { $0.find = { Submission(reference: "ref_7") } }
        #expect(try await harness.commands.candidates(order: order.id).requests.isEmpty)
        let lost = harness.order(.submitting) { $0.candidate = Candidate(firstName: "Bo", lastName: "Oak", email: "bo@example.test") }
        let next = try await harness.submit.decide(harness.claim(.submit(order: lost.id)), lost).settled(on: lost)?.decision.order
        #expect(next?.state == .uncertain && next?.providerRef == nil)
        let forced = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7", force: true))
        #expect(forced.providerRef == "ref_7")
    }

    @Test("A reference of an order that a restore has lost says nothing: whose the request is decides")
    func lostOrder() async throws {
        let order = harness.order(.uncertain)
        report(.inProgress, email: "eve@example.test", reference: "ord_lost")
        #expect(await refusal { _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7")) }?.code == "other_candidate")
        report(.inProgress, email: "ana@example.test", reference: "ord_lost")
        #expect(try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7")).providerRef == "ref_7")
    }

    @Test("A request of which nothing says whose it is is not adopted while another order is being sent, unless that is forced")
    func beingSent() async throws {
        let order = harness.order(.uncertain)
        _ = harness.order(.submitting)
        report(.inProgress)
        #expect(await refusal { _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7")) }?.code == "being_sent")
        // One that lost its answer holds nobody up: it is looked for by itself.
        harness.clock.advance(by: .seconds(121))
        #expect(try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7")).providerRef == "ref_7")
    }

    @Test("Where the provider cannot be read, a person's word is taken; where it does not answer, they are asked to come again")
    func unreadable() async throws {
        let order = harness.order(.uncertain)
        harness.provider.answer { $0.report = { throw ProviderError(.unavailable, "away", status: 503) } }
        #expect(await refusal { _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7")) }?.status == 503)
        let silent = StageHarness(.init())
        let other = silent.order(.uncertain)
        #expect(try await silent.commands.resolve(order: other.id, .adopt(providerRef: "ref_7")).state == .requested)
    }

    @Test("An adoption is taken back with everything that was read of the other request")
    func release() async throws {
        let order = harness.order(.uncertain)
        report(.completed)
        _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "ref_7"))
        harness.store.with {
            $0.orders[order.id]?.status = Order.Status(.completed, outcome: .consider, reportURL: Personal("https://reports.example.test/1"))
        }
        let released = try await harness.commands.resolve(order: order.id, .release, note: "the wrong one")
        #expect(released.state == .uncertain && released.providerRef == nil && released.outcome == nil && released.status.reportURL == nil)
        #expect(released.status.problem?.code == "uncertain")
        #expect(await refusal { _ = try await harness.commands.resolve(order: order.id, .release) }?.code == "not_adopted")
    }

    @Test("Abandoning takes the order out of the dead letters as well")
    func abandon() async throws {
        let order = harness.order(.uncertain)
        let abandoned = try await harness.commands.resolve(order: order.id, .abandon)
        #expect(abandoned.state == .failed && abandoned.status.problem?.code == "abandoned")
        #expect(harness.store.with { $0.timeline.contains { $0.kind == "discarded" } })
    }

    @Test("A refusal to cancel is not taken at its word: an order that is cancelled already counts as cancelled")
    func refusedCancellation() async throws {
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        harness.provider.answer { $0.cancel = { .tooLate("it is over") } }
        report(.inProgress)
        #expect(await refusal { _ = try await harness.commands.cancel(order: order.id) }?.code == "too_late")
        harness.provider.answer { $0.report = { throw ProviderError(.unavailable, "away") } }
        #expect(await refusal { _ = try await harness.commands.cancel(order: order.id) }?.status == 503)
        harness.provider.answer { $0.report = { nil } }
        #expect(await refusal { _ = try await harness.commands.cancel(order: order.id) }?.status == 503)
        report(.cancelled)
        #expect(try await harness.commands.cancel(order: order.id).state == .cancelled)
    }

    @Test("A cancellation that was not answered is looked for at once")
    func lostCancellation() async throws {
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        harness.provider.answer { $0.cancel = { throw ProviderError(.unavailable, "late", status: 504) } }
        report(.inProgress)
        #expect(await refusal { _ = try await harness.commands.cancel(order: order.id) }?.status == 503)
        report(.cancelled)
        #expect(try await harness.commands.cancel(order: order.id).state == .cancelled)
    }

    @Test("Where an order cannot be looked at, a refusal after a lost answer is no proof that it goes on")
    func blindCancellation() async throws {
        let harness = StageHarness(.init(cancel: "until it is done"))
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        harness.provider.answer { $0.cancel = { throw ProviderError(.unavailable, "late", status: 504) } }
        #expect(await refusal { _ = try await harness.commands.cancel(order: order.id) }?.status == 503)
        harness.provider.answer { $0.cancel = { .tooLate(nil) } }
        #expect(await refusal { _ = try await harness.commands.cancel(order: order.id) }?.code == "uncertain")
        let other = harness.order(.requested) { $0.providerRef = "ref_2" }
        #expect(await refusal { _ = try await harness.commands.cancel(order: other.id) }?.code == "too_late")
        #expect(await refusal { _ = try await harness.commands.cancel(order: other.id) }?.code == "too_late")
    }

    @Test("A check ends a pause that came from credentials, and no other")
    func pauses() async throws {
        let problem = Problem(code: "paused", message: "by a person", at: harness.now)
        let subject = OperatingState.Subject.account("stub-uk")
        harness.store.with { $0.states[subject] = OperatingState(subject, pause: OperatingState.Pause(problem: problem, actor: .system)) }
        #expect(await refusal { _ = try await harness.commands.check(account: "stub-uk") }?.code == "paused")
        try await AccountProbes(environment: harness.environment, accounts: harness.accounts).tryAgain(harness.account)
        #expect(harness.store.with { $0.states[subject]?.pause } != nil)
        let error = ProviderError(.unauthorised, "no", status: 401)
        #expect(try await harness.accounts.rejected(error, by: harness.account).isEmpty)

        harness.store.with { $0.states[subject]?.pause = nil }
        harness.clock.advance(by: .seconds(5))
        try await harness.store.perform(try await harness.accounts.rejected(error, by: harness.account))
        #expect(harness.store.with { $0.states[subject]?.pause?.credentials } != nil)
        #expect(try await harness.commands.check(account: "stub-uk") == nil)
    }
}
