import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("Reading an order at its provider")
struct ReadStageTests {
    private let harness = StageHarness()

    private func open(_ state: OrderState = .requested, _ change: (inout Order) -> Void = { _ in }) -> Order {
        harness.order(state) { order in
            order.providerRef = "ref_1"
            change(&order)
        }
    }

    private func decide(_ order: Order, attempt: Int = 1) async throws -> StageResult {
        try await harness.read.decide(harness.claim(.read(order: order.id), attempt: attempt), order)
    }

    private func report(_ state: OrderState, _ words: [String: String] = [:]) {
        harness.provider.answer { $0.report = { Report(status: .recognised(state), providerStatus: words) } }
    }

    @Test("An order that the provider has no name for is not read")
    func withoutReference() async throws {
        let decision = try #require(try await decide(harness.order(.uncertain)).decision)
        #expect(decision.disposition == .done && harness.provider.calls.isEmpty)
    }

    @Test("An order that has ended is read once where somebody asked, and not again", arguments: [(1, 1), (2, 0)])
    func ended(_ attempt: Int, _ reads: Int) async throws {
        _ = try await decide(open(.cancelled), attempt: attempt)
        #expect(harness.provider.calls.count == reads)
    }

    @Test("An account that is gone keeps the reads of its open orders, and drops those of others")
    func accountMissing() async throws {
        harness.registry.replace(connections: harness.registry.connections, accounts: [])
        let kept = try #require(try await decide(open()).decision)
        #expect(kept.again == harness.now + .seconds(3600) && kept.spent == false)
        #expect(try await decide(open(.cancelled)).decision?.disposition == .done)
    }

    @Test("A changed report is written with its event, an update and the next read")
    func changed() async throws {
        report(.inProgress, ["status": "running"])
        let order = open()
        let (decision, notified) = try #require(try await decide(order).settled(on: order))
        #expect(decision.order?.state == .inProgress && decision.disposition == .done)
        #expect(decision.effects.recorded.map(\.kind) == [.poll] && decision.kinds == ["report", "update"])
        #expect(notified.map(\.order.state) == [.inProgress] && decision.run?.hook == "on_update")
        #expect(decision.queued.first { $0.work == .read(order: order.id) }?.due == harness.now + .seconds(900))
    }

    @Test("A report that says nothing new, or none, only queues the next read")
    func unchanged() async throws {
        report(.requested)
        let order = open()
        let same = try #require(try await decide(order).settled(on: order))
        #expect(same.decision.effects.count == 1 && same.decision.queued.count == 1 && same.updates.isEmpty)
        harness.provider.answer { $0.report = { nil } }
        let none = try #require(try await decide(order).settled(on: order))
        #expect(none.decision.queued.count == 1 && none.updates.isEmpty && none.decision.order?.status == order.status)
    }

    @Test("A reference that the provider does not know three reads running waits on an operator, until a read knows it again")
    func unknown() async throws {
        harness.provider.answer { $0.report = { nil } }
        var order = open()
        func read() async throws -> Decision { try #require(try await decide(order).settled(on: order)).decision }
        func remember(_ decision: Decision) { if let next = decision.order { order = next } }
        remember(try await read())
        // Read again at once, as by somebody who asks impatiently: that says nothing more.
        #expect(try await read().order == nil)
        for _ in 0..<2 {
            #expect(order.status.problem == nil && order.waitingOn == .candidate)
            harness.clock.advance(by: .seconds(900))
            remember(try await read())
        }
        #expect(order.status.problem?.code == "unknown_at_provider" && order.waitingOn == .operator && order.state == .requested)
        harness.clock.advance(by: .seconds(900))
        #expect(try await read().order == nil)
        report(.requested)
        harness.clock.advance(by: .seconds(900))
        remember(try await read())
        #expect(order.status.problem == nil && order.waitingOn == .candidate && order.record.unknownReads == 0)
    }

    @Test("An answer that leaves out the finer word takes nothing back")
    func coarser() async throws {
        report(.requested, ["status": "pending"])
        let order = open(.awaitingCandidate) { $0.status.providerStatus = ["status": "pending", "statusV2": "awaiting-candidate"] }
        #expect(try await decide(order).settled(on: order)?.decision.order == nil)
    }

    @Test("An answer that is older than what was written meanwhile is asked for again")
    func movedOn() async throws {
        report(.inProgress)
        let order = open()
        var present = order
        present.version += 1
        let decision = try #require(try await decide(order).settled(on: present)?.decision)
        #expect(decision.again == harness.now && decision.spent == false && decision.effects.isEmpty)
    }

    @Test("429 rests the account; the read is made then, unspent")
    func tooMany() async throws {
        harness.provider.answer { $0.report = { throw ProviderError(.rateLimited, "slower", status: 429, retryAfter: .seconds(30)) } }
        let decision = try #require(try await decide(open()).decision)
        #expect(decision.again == harness.now + .seconds(30) && decision.spent == false)
        #expect(decision.restsUntil == harness.now + .seconds(30))
    }

    @Test("Rejected credentials pause the account; the read waits, unspent")
    func unauthorised() async throws {
        harness.provider.answer { $0.report = { throw ProviderError(.unauthorised, "no", status: 401) } }
        let decision = try #require(try await decide(open()).decision)
        #expect(decision.again == harness.now + .seconds(30) && decision.spent == false)
        #expect(try await harness.accounts.pause(of: harness.account) != nil)
    }

    @Test("A read that fails is made again at growing distance", arguments: [(1, 60), (2, 120), (3, 240), (6, 900), (9, 900)])
    func backOff(_ attempt: Int, _ seconds: Int64) async throws {
        harness.provider.answer { $0.report = { throw ProviderError(.unavailable, "away", status: 503) } }
        let order = open { $0.status.problem = Problem(code: "read_failed", message: "before", at: $0.createdAt) }
        let decision = try #require(try await decide(order, attempt: attempt).decision)
        #expect(decision.again == harness.now + .seconds(seconds) && decision.spent == true && decision.effects.isEmpty)
    }

    @Test("From the third failure on the order says so, once, and what it says already stays")
    func problem() async throws {
        harness.provider.answer { $0.report = { throw ProviderError(.unavailable, "away", status: 503) } }
        let order = open()
        #expect(try await decide(order, attempt: 2).decision != nil)
        let verdict = try await decide(order, attempt: 3)
        #expect(verdict.settled(on: order)?.decision.order?.status.problem?.code == "read_failed")
        var other = order
        other.status.problem = Problem(code: "unrecognised_status", message: "odd", at: harness.now)
        #expect(verdict.settled(on: other)?.decision.effects.isEmpty == true)
    }

    @Test("A provider that does not answer ten times in a row is left alone, until it answers")
    func breaker() async throws {
        harness.provider.answer { $0.report = { throw ProviderError(.noAnswer, "silence") } }
        for _ in 0..<10 { _ = try await decide(open()) }
        #expect(harness.breakers.unanswered.isOpen("stub-uk"))
        report(.requested)
        _ = try await decide(open())
        #expect(!harness.breakers.unanswered.isOpen("stub-uk"))
    }
}
