import Pipeline
import Screening
import ScreeningTesting
import Simulators
import Testing

/// What providers say, late, twice, in words nobody knows, and too often.
@Suite struct ReportTests {
    @Test func fiftyEqualWebhooksChangeAnOrderOnce() async throws {
        let bed = try await Bed()
        let order = try await bed.place("application-7")
        #expect(try await bed.order(order.id, in: .requested) != nil)
        let id = try #require(bed.site.zinc.requests.first?.id)
        bed.site.faults.set(.zinc, "webhook", .duplicateWebhook(50))
        bed.site.zinc.set(id, ZincChange(statusV2: "in-progress"))
        #expect(try await bed.order(order.id, in: .inProgress) != nil)
        let events = try await eventually {
            var query = EventQuery()
            query.kind = .webhook
            let events = try await bed.context.store.events(query, PageRequest(limit: 200)).items
            return events.count > 40 && events.allSatisfy { $0.state == .done } ? events : nil
        }
        #expect(events != nil)
        let notified = try await eventually { bed.notifiedStates(of: "application-7").count >= 2 ? bed.notifiedStates(of: "application-7") : nil }
        #expect(notified == ["requested", "in_progress"])
        await bed.stop()
    }

    @Test func anUnknownWordIsShownAndMovesNothing() async throws {
        let bed = try await Bed()
        let order = try await bed.place("application-8")
        #expect(try await bed.order(order.id, in: .requested) != nil)
        let id = try #require(bed.site.zinc.requests.first?.id)
        bed.site.zinc.set(id, ZincChange(statusV2: "levitating"))
        let odd = try await eventually { try await bed.context.store.order(order.id)?.status.problem }
        #expect(odd?.code == "unrecognised_status")
        #expect(try await bed.context.store.order(order.id)?.state == .requested)
        bed.site.zinc.set(id, ZincChange(statusV2: "all-clear", result: "clear"))
        let done = try await bed.order(order.id, in: .completed)
        #expect(done?.status.problem == nil)
        await bed.stop()
    }

    @Test func aReviewFollowsACompletedOrder() async throws {
        let bed = try await Bed()
        let order = try await bed.place("application-9")
        #expect(try await bed.order(order.id, in: .requested) != nil)
        let id = try #require(bed.site.zinc.requests.first?.id)
        bed.site.zinc.set(id, ZincChange(statusV2: "all-clear", result: "clear"))
        #expect(try await bed.order(order.id, in: .completed) != nil)
        bed.site.zinc.set(id, ZincChange(statusV2: "reviewed", result: "consider"))
        #expect(try await bed.order(order.id, in: .reviewed)?.outcome == .consider)
        await bed.stop()
    }

    @Test func aForgedWebhookIsNotTaken() async throws {
        let bed = try await Bed()
        let order = try await bed.place("application-10")
        #expect(try await bed.order(order.id, in: .requested) != nil)
        let body = Array(#"{"id":"x","status":"completed","statusV2":"all-clear","result":"clear"}"#.utf8)
        let forged = Webhook(headers: ["x-zinc-webhook-signature": String(repeating: "0", count: 64)], body: body)
        let token = order.callbackToken.value
        await #expect(throws: CommandError(401, "bad_signature", "The webhook's signature is not one of the account's.")) {
            try await bed.intake.webhook(account: "zinc", token: token, forged)
        }
        await #expect(throws: CommandError.notFound("address")) { try await bed.intake.webhook(account: "zinc", token: "nobody's", forged) }
        await #expect(throws: CommandError.notFound("address")) { try await bed.intake.webhook(account: "workerchecks", token: token, forged) }
        await bed.stop()
    }

    @Test("WorkerChecks is never read more often than it allows")
    func workerChecksBudget() async throws {
        let still = try await StillBed(poll: .milliseconds(20))
        let simulator = still.bed.site.workerChecks
        for number in 0..<20 { _ = try await still.bed.place("application-many-\(number)", account: "workerchecks") }
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
