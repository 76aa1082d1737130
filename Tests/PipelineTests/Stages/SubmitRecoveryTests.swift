import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What becomes of an order that is found being sent: whoever sent it is gone, and the request may have left.
@Suite("Recovering an order that was being sent")
struct SubmitRecoveryTests {
    private let harness = StageHarness()

    private func recover(_ order: Order? = nil, on harness: StageHarness? = nil) async throws -> (order: Order, verdict: StageResult) {
        let harness = harness ?? self.harness
        let order = order ?? harness.order(.submitting)
        return (order, try await harness.submit.decide(harness.claim(.submit(order: order.id)), order))
    }

    @Test("Where the provider cannot be searched, it is left to a webhook or a person, and nothing is sent")
    func noFind() async throws {
        let harness = StageHarness(.init(packages: true, report: true, webhooks: true))
        let (order, verdict) = try await recover(on: harness)
        let (decision, notified) = try #require(verdict.settled(on: order))
        #expect(decision.order?.state == .uncertain && decision.disposition == .done && notified.map(\.order.state) == [.uncertain])
        #expect(harness.provider.calls.isEmpty)
    }

    @Test("What is found is the order's")
    func found() async throws {
        harness.provider.answer { $0.find = { Submission(reference: "ref_1", report: Report(status: .recognised(.inProgress))) } }
        let (order, verdict) = try await recover()
        let decision = try #require(verdict.settled(on: order)?.decision)
        #expect(decision.order?.state == .inProgress && decision.order?.providerRef == "ref_1")
    }

    @Test("What is not found is left to a person, and is not sent again")
    func notFound() async throws {
        let (order, verdict) = try await recover()
        #expect(verdict.settled(on: order)?.decision.order?.state == .uncertain)
        #expect(harness.provider.calls == ["find"])
    }

    @Test("What is found and is another order's already is not this one's")
    func foundForAnother() async throws {
        _ = harness.order(.requested) { $0.providerRef = "ref_1" }
        harness.provider.answer { $0.find = { Submission(reference: "ref_1") } }
        let (order, verdict) = try await recover()
        let decision = try #require(verdict.settled(on: order)?.decision)
        #expect(decision.order?.state == .uncertain && decision.order?.providerRef == nil)
    }

    @Test(
        "A provider that may soon be there again is asked again, for an hour",
        arguments: [
            ProviderError.Code.unavailable, .noAnswer, .rateLimited, .unauthorised,
        ]
    )
    func patience(_ code: ProviderError.Code) async throws {
        harness.provider.answer { $0.find = { throw ProviderError(code, "no", retryAfter: .seconds(40)) } }
        let (order, verdict) = try await recover()
        let decision = try #require(verdict.decision)
        #expect(decision.again == harness.now + (code == .rateLimited ? .seconds(40) : .seconds(15)) && decision.spent == false)
        harness.clock.advance(by: .seconds(3601))
        let (_, late) = try await recover(order)
        #expect(late.settled(on: order)?.decision.order?.state == .uncertain)
    }

    @Test("What the provider's answer says of the account is noted")
    func noted() async throws {
        harness.provider.answer { $0.find = { throw ProviderError(.unauthorised, "no", status: 401) } }
        _ = try await recover()
        #expect(try await harness.accounts.pause(of: harness.account) != nil)
    }

    @Test("An answer that makes no sense leaves the order to a person at once")
    func senseless() async throws {
        harness.provider.answer { $0.find = { throw ProviderError(.unreadable, "no") } }
        let (order, verdict) = try await recover()
        #expect(verdict.settled(on: order)?.decision.order?.state == .uncertain)
    }

    @Test("It waits for its account and for a read in its budget, unspent")
    func waits() async throws {
        let next = harness.now + .seconds(20)
        harness.store.with { $0.grants["account:stub-uk"] = Grant(count: 0, next: next) }
        #expect(try await recover().verdict.decision?.again == next)
        try await harness.store.perform(try await harness.accounts.rejected(ProviderError(.unauthorised, "no"), by: harness.account))
        let paused = try #require(try await recover().verdict.decision)
        #expect(paused.again != nil && paused.spent == false && harness.provider.calls.isEmpty)
    }

    @Test("An account that is not configured any more leaves it to a person")
    func accountMissing() async throws {
        harness.registry.replace(connections: harness.registry.connections, accounts: [])
        let (order, verdict) = try await recover()
        #expect(verdict.settled(on: order)?.decision.order?.state == .uncertain)
    }
}
