import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// A withdrawal whose order is asked for again while it is being carried out.
@Suite("Asked for anew while a withdrawal is carried out")
struct AskedAnewTests {
    private let harness = StageHarness()
    private var withdrawn: Occurrence { Occurrence(occurredAt: harness.now + .seconds(-60), receivedAt: harness.now) }
    private var later: Occurrence { Occurrence(occurredAt: harness.now + .seconds(-30), receivedAt: harness.now) }

    private func cancel(_ order: Order) async -> String? {
        do {
            let withdrawal = Withdrawal(endsAt: withdrawn.happenedAt, occurrence: withdrawn)
            _ = try await harness.cancellation.cancel(order: order.id, by: .script(run: "run_1"), note: nil, for: withdrawal)
            return nil
        } catch { return (error as? CommandError)?.code }
    }

    private func present(_ order: Order) -> Order? { harness.store.with { $0.orders[order.id] } }

    @Test(
        "A request that comes before the mark is the answer: the mark is taken back, and nothing is cancelled",
        arguments: [OrderState.accepted, .inProgress]
    )
    func beforeTheMark(_ state: OrderState) async throws {
        let order = harness.order(state) { $0.providerRef = state == .accepted ? nil : "ref_1" }
        harness.store.meanwhile(before: "perform") { [later] in $0.asked[order.id] = [later] }
        #expect(await cancel(order) == "asked_anew")
        #expect(harness.provider.calls.isEmpty && present(order)?.state == state && present(order)?.record.withdrawnAt == nil)
    }

    @Test(
        "An order that was asked for later before the withdrawal looks, in doubt as well, is not touched",
        arguments: [OrderState.submitting, .uncertain]
    )
    func before(_ state: OrderState) async throws {
        let order = harness.order(state)
        harness.store.with { [later] in $0.asked[order.id] = [later] }
        #expect(await cancel(order) == "asked_anew")
        #expect(present(order) == order)
    }

    @Test("A withdrawal from before the request takes back no later one's mark")
    func laterMark() async throws {
        let mark = later.happenedAt + .seconds(10)
        let order = harness.order(.inProgress) { ($0.providerRef, $0.record.withdrawnAt) = ("ref_1", mark) }
        harness.store.with { [later] in $0.asked[order.id] = [later] }
        #expect(await cancel(order) == "asked_anew")
        #expect(present(order)?.record.withdrawnAt == mark)
    }

    @Test("One that was asked for before the withdrawal, or at the same time, is cancelled", arguments: [OrderState.accepted, .inProgress])
    func earlier(_ state: OrderState) async throws {
        let order = harness.order(state) { $0.providerRef = state == .accepted ? nil : "ref_1" }
        harness.store.with { [withdrawn] in $0.asked[order.id] = [withdrawn] }
        #expect(await cancel(order) == nil)
        #expect(present(order)?.state == .cancelled && present(order)?.record.endedAt == withdrawn.happenedAt)
    }

    @Test("A person who cancels beside a script does not undo when the candidate was withdrawn")
    func besideAScript() async throws {
        let order = harness.order(.inProgress) { [withdrawn] in ($0.providerRef, $0.record.withdrawnAt) = ("ref_1", withdrawn.happenedAt) }
        let ended = try await harness.commands.cancel(order: order.id)
        #expect(ended.state == .cancelled && ended.record.endedAt == withdrawn.happenedAt)
    }

    @Test("A request through the API that asks anew is refused while the order is being withdrawn; a plain one finds it")
    func throughTheAPI() async throws {
        let order = harness.order(.inProgress) { [withdrawn] in ($0.providerRef, $0.record.withdrawnAt) = ("ref_1", withdrawn.happenedAt) }
        var request: JSON = [
            "connection": "acme", "external_id": .string(order.externalID), "package": "pkg_1",
            "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test", "phone": "+441632960000"],
        ]
        #expect(try await harness.commands.place(request).order.id == order.id)
        request["reorder"] = true
        do {
            _ = try await harness.commands.place(request)
            Issue.record("it was taken")
        } catch let error as CommandError { #expect(error.code == "being_cancelled" && error.retryAfter != nil) }
        // Nobody has tried to cancel it for an hour.
        harness.clock.advance(by: .seconds(3600))
        #expect(try await harness.commands.place(request).order.id == order.id)
        #expect(present(order)?.record.withdrawnAt == nil && present(order)?.state == .inProgress)
    }

    @Test("An attempt at cancelling that comes late is noted anew, and a request waits again meanwhile")
    func lateAttempt() async throws {
        let asked = Occurrence(occurredAt: nil, receivedAt: harness.now)
        let order = harness.order(.inProgress) { $0.providerRef = "ref_1" }
        harness.provider.answer { $0.cancel = { throw ProviderError(.unavailable, "away") } }
        let withdrawal = Withdrawal(endsAt: withdrawn.happenedAt, occurrence: withdrawn)
        for _ in 1...2 {
            _ = try? await harness.cancellation.cancel(order: order.id, by: .script(run: "run_1"), note: nil, for: withdrawal)
            let marked = try #require(present(order))
            #expect(try await harness.cancellation.isBeingWithdrawn(marked, before: asked) && present(order)?.record.withdrawnAt != nil)
            harness.clock.advance(by: .seconds(3600))
        }
        #expect(try await !harness.cancellation.isBeingWithdrawn(try #require(present(order)), before: asked))
        #expect(present(order)?.record.withdrawnAt == nil)
    }
}
