import Plugins
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What `map_request` makes of an order that is to be sent.
@Suite("Sending an order through map_request")
struct SubmitMappingTests {
    private let harness = StageHarness(hooks: ["on_event", "on_update", "map_request"])
    private let shape = RequestShape(method: "POST", path: "/checks", headers: [:], body: ["packageId": "pkg_1"])

    private func decide(_ end: HookEnd, logs: [JSON] = []) async throws -> (order: Order, verdict: StageResult) {
        harness.provider.answer { $0.shape = shape }
        harness.hooks.end(end, logs: logs)
        let order = harness.order()
        return (order, try await harness.submit.decide(harness.claim(.submit(order: order.id)), order))
    }

    private func changed(_ body: JSON) -> HookEnd {
        .done(["method": "POST", "path": "/checks", "headers": [:], "json": body])
    }

    @Test("What the script returns is sent, and what it logged stands with the intent")
    func shaped() async throws {
        let (_, verdict) = try await decide(changed(["packageId": "pkg_1", "site": "Leeds"]), logs: [["level": "info", "message": "mapped"]])
        #expect(verdict.first?.order?.state == .submitting)
        #expect(harness.hooks.calls.map(\.hook) == ["map_request"])
        let entry = verdict.first?.compactMap { if case .timeline(let entry) = $0 { entry } else { nil } }.first
        #expect(entry?.details.at("logs.0.message") == "mapped")
    }

    @Test("A rejection refuses the order with the script's words")
    func rejected() async throws {
        let (order, verdict) = try await decide(.rejected("no order without a site"))
        let (decision, notified) = try #require(verdict.settled(on: order))
        #expect(decision.order?.state == .refused && decision.order?.status.problem?.message == "no order without a site")
        #expect(notified.count == 1 && harness.provider.calls.isEmpty)
    }

    @Test(
        "Whatever else the script does, nothing is sent and the order is tried again",
        arguments: [
            HookEnd.failed(HookFailure(RunFailure("script_error", "no"), retry: .soon)), .parked("see"), .skipped("no"), .interrupted("killed"),
            .done(7), .done(["path": "//elsewhere.example.test/"]), .done(["json": ["callback": "https://elsewhere.example.test/"]]),
            .retry(after: nil, "later"),
        ]
    )
    func failed(_ end: HookEnd) async throws {
        let (order, verdict) = try await decide(end)
        let (decision, notified) = try #require(verdict.settled(on: order))
        #expect(decision.order?.state == .accepted && decision.order?.status.problem?.code == "map_request_failed")
        #expect(decision.spent == true && notified.isEmpty && harness.provider.calls.isEmpty)
    }

    @Test("A script that asks for a later time is given it")
    func later() async throws {
        let (order, verdict) = try await decide(.retry(after: .seconds(900), "not yet"))
        #expect(verdict.settled(on: order)?.decision.again == harness.now + .seconds(900))
    }

    @Test("A connection that is not configured, or a request that cannot be changed, sends nothing")
    func impossible() async throws {
        let order = harness.order()
        let unshaped = try await harness.submit.decide(harness.claim(.submit(order: order.id)), order)
        #expect(unshaped.settled(on: order)?.decision.order?.status.problem?.message.contains("cannot change") == true)
        harness.registry.replace(connections: [], accounts: harness.registry.accounts)
        let unknown = try await harness.submit.decide(harness.claim(.submit(order: order.id)), order)
        #expect(unknown.settled(on: order)?.decision.order?.status.problem?.code == "map_request_failed")
        #expect(harness.provider.calls.isEmpty && harness.hooks.calls.isEmpty)
    }

    @Test("The one order that is let through to find out is not lost where map_request keeps it back")
    func probe() async throws {
        for _ in 0..<10 {
            harness.breakers.creating.note(ProviderError(.noAnswer, "lost", creation: .uncertain), of: "stub-uk", harness.environment)
        }
        harness.clock.advance(by: .seconds(6))
        _ = try await decide(.parked("see"))
        let (_, next) = try await decide(changed(["packageId": "pkg_1"]))
        #expect(next.first?.order?.state == .submitting)
    }
}
