import Pipeline
import Screening
import ScreeningTesting
import Simulators
import Testing

/// What providers say, late, twice, in words nobody knows, and too often.
@Suite("Reports from a provider") struct ReportTests {
    @Test("Fifty identical webhooks change an order once")
    func fiftyEqualWebhooksChangeAnOrderOnce() async throws {
        let harness = try await PipelineHarness()
        let order = try await harness.place("application-7")
        #expect(try await harness.order(order.id, in: .requested) != nil)
        let id = try #require(harness.site.zinc.requests.first?.id)
        harness.site.faults.set(.zinc, "webhook", .duplicateWebhook(50))
        harness.site.zinc.set(id, ZincChange(statusV2: "in-progress"))
        #expect(try await harness.order(order.id, in: .inProgress) != nil)
        let events = try await eventually {
            var query = EventQuery()
            query.kind = .webhook
            let events = try await harness.context.store.events(query, PageRequest(limit: 200)).items
            return events.count > 40 && events.allSatisfy { $0.state == .done } ? events : nil
        }
        #expect(events != nil)
        let notified = try await eventually {
            harness.notifiedStates(of: "application-7").count >= 2 ? harness.notifiedStates(of: "application-7") : nil
        }
        #expect(notified == ["requested", "in_progress"])
        await harness.stop()
    }

    @Test("An unrecognised status is shown as a problem and leaves the order's state unchanged")
    func anUnknownWordIsShownAndMovesNothing() async throws {
        let harness = try await PipelineHarness()
        let order = try await harness.place("application-8")
        #expect(try await harness.order(order.id, in: .requested) != nil)
        let id = try #require(harness.site.zinc.requests.first?.id)
        harness.site.zinc.set(id, ZincChange(statusV2: "levitating"))
        let odd = try await eventually { try await harness.context.store.order(order.id)?.status.problem }
        #expect(odd?.code == "unrecognised_status")
        #expect(try await harness.context.store.order(order.id)?.state == .requested)
        harness.site.zinc.set(id, ZincChange(statusV2: "all-clear", result: "clear"))
        let done = try await harness.order(order.id, in: .completed)
        #expect(done?.status.problem == nil)
        await harness.stop()
    }

    @Test("A completed order becomes reviewed with the outcome of the review")
    func aReviewFollowsACompletedOrder() async throws {
        let harness = try await PipelineHarness()
        let order = try await harness.place("application-9")
        #expect(try await harness.order(order.id, in: .requested) != nil)
        let id = try #require(harness.site.zinc.requests.first?.id)
        harness.site.zinc.set(id, ZincChange(statusV2: "all-clear", result: "clear"))
        #expect(try await harness.order(order.id, in: .completed) != nil)
        harness.site.zinc.set(id, ZincChange(statusV2: "reviewed", result: "consider"))
        #expect(try await harness.order(order.id, in: .reviewed)?.outcome == .consider)
        await harness.stop()
    }

    @Test("A webhook with a forged signature or for an unknown address is rejected")
    func aForgedWebhookIsNotTaken() async throws {
        let harness = try await PipelineHarness()
        let order = try await harness.place("application-10")
        #expect(try await harness.order(order.id, in: .requested) != nil)
        let body = Array(#"{"id":"x","status":"completed","statusV2":"all-clear","result":"clear"}"#.utf8)
        let forged = Webhook(headers: ["x-zinc-webhook-signature": String(repeating: "0", count: 64)], body: body)
        let token = order.callbackToken.value
        await #expect(throws: CommandError(401, "bad_signature", "The webhook's signature is not one of the account's.")) {
            try await harness.intake.webhook(account: "zinc", token: token, forged)
        }
        await #expect(throws: CommandError.notFound("address")) { try await harness.intake.webhook(account: "zinc", token: "nobody's", forged) }
        await #expect(throws: CommandError.notFound("address")) { try await harness.intake.webhook(account: "workerchecks", token: token, forged) }
        await harness.stop()
    }

    @Test("WorkerChecks is never read more often than it allows")
    func workerChecksBudget() async throws {
        let still = try await StillBed(poll: .milliseconds(20))
        let simulator = still.harness.site.workerChecks
        for number in 0..<20 { _ = try await still.harness.place("application-many-\(number)", account: "workerchecks") }
        try await still.work()
        #expect(simulator.invitations.count == 20)
        for _ in 0..<60 {
            still.clock.advance(by: .seconds(3))
            try await still.poll("workerchecks")
        }
        #expect(simulator.peakReads == 30)
        #expect(simulator.refusedReads == 0)
        #expect(simulator.tokensGiven == 1)
        await still.end()
    }
}
