import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("Budgets of providers that answer many by one reading")
struct TakenReadsTests {
    private let harness = StageHarness(takesReads: true)
    private var next: Timestamp { harness.now + .seconds(20) }

    private func order(_ state: OrderState = .requested) -> Order { harness.order(state) { $0.providerRef = "ref_1" } }

    private func refuse() { harness.store.with { [next] in $0.grants["account:stub-uk"] = Grant(count: 0, next: next) } }

    @Test("A read is put off, unspent, where the reading is refused")
    func read() async throws {
        refuse()
        let order = order()
        let decision = try #require(try await harness.read.decide(harness.claim(.read(order: order.id)), order).decision)
        #expect(decision.again == next && decision.spent == false && decision.effects.isEmpty)
        #expect(harness.provider.calls.isEmpty)
    }

    @Test("A webhook waits, unspent, where the reading is refused, and is not believed unread")
    func webhook() async throws {
        refuse()
        harness.provider.answer { $0.interpret = { [WebhookReport(reference: "ref_1", report: Report(status: .recognised(.completed)))] } }
        let order = order()
        let request = ReceivedRequest(method: "POST", path: "", body: Array("{}".utf8))
        let event = Event(
            id: "evt_1",
            kind: .webhook,
            connection: "acme",
            account: "stub-uk",
            order: order.id,
            request: request,
            receivedAt: harness.now
        )
        let decision = try #require(try await harness.webhook.decide(harness.claim(.event("evt_1")), event, order).decision)
        #expect(decision.again == next && decision.spent == false && decision.effects.isEmpty)
        #expect(harness.provider.calls == ["interpret"])
    }

    @Test("A search for a lost order is put off while there is time, and made in the end")
    func find() async throws {
        refuse()
        let order = harness.order(.submitting)
        let claim = harness.claim(.submit(order: order.id))
        let decision = try #require(try await harness.submit.decide(claim, order).decision)
        #expect(decision.again == next && decision.spent == false && harness.provider.calls.isEmpty)
        harness.clock.advance(by: .seconds(3601))
        _ = try await harness.submit.decide(claim, order)
        #expect(harness.provider.calls == ["find"])
    }

    @Test("Nothing is taken beforehand; once a reading was refused nobody is let through until there is more")
    func admitted() async throws {
        let poller = Poller(
            environment: harness.environment,
            store: harness.store,
            executor: harness.executor,
            accounts: harness.accounts,
            options: harness.options,
            owner: "poller"
        )
        let claims = (1...4).map { Claim(id: Int64($0), work: .read(order: "ord_\($0)"), owner: "poller", attempt: 1) }
        refuse()
        let before = try await poller.admitted(claims, "stub-uk")
        #expect(before.admitted == claims && before.notBefore == nil)
        let until = next
        let order = order()
        _ = try await harness.read.decide(harness.claim(.read(order: order.id)), order)
        let after = try await poller.admitted(claims, "stub-uk")
        #expect(after.admitted.isEmpty && after.notBefore == until)
        harness.clock.advance(by: .seconds(20))
        #expect(try await poller.admitted(claims, "stub-uk").admitted == claims)
    }

    @Test("A cancellation is looked at whatever the budget says; a check of the account is not")
    func urgent() async throws {
        refuse()
        let order = order()
        harness.provider.answer {
            $0.cancel = { .tooLate(nil) }
            $0.report = { Report(status: .recognised(.cancelled)) }
        }
        _ = try? await harness.commands.cancel(order: order.id)
        #expect(harness.provider.calls.contains("report"))
        let silent = StageHarness(.init(report: true), takesReads: true)
        silent.store.with { [next] in $0.grants["account:stub-uk"] = Grant(count: 0, next: next) }
        _ = silent.order(.requested) { $0.providerRef = "ref_1" }
        let error = await #expect(throws: CommandError.self) { try await silent.accounts.check(account: "stub-uk") }
        #expect(error?.code == "rate_limited" && silent.provider.calls.isEmpty)
    }

    @Test("A failure that many were told of counts as one towards leaving the account alone")
    func countedOnce() async throws {
        var error = ProviderError(.noAnswer, "silence")
        _ = try await harness.accounts.failed(error, at: harness.account)
        error.isShared = true
        for _ in 0..<20 { _ = try await harness.accounts.failed(error, at: harness.account) }
        #expect(!harness.breakers.unanswered.isOpen("stub-uk"))
    }
}
