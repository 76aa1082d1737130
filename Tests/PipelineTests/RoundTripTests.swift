import Pipeline
import Screening
import Simulators
import Testing

/// Orders from end to end through the real scripts, store and providers.
@Suite("Orders from an ATS to a provider and back") struct RoundTripTests {
    @Test("A Greenhouse assessment goes to Zinc and its result comes back by webhook")
    func anOrderGoesToZincByWebhookAndBack() async throws {
        let harness = try await PipelineHarness(pace: .milliseconds(60))
        let candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        let assessment = try await harness.site.ats.orderAssessment(
            at: "https://host.example.test/ats/greenhouse/assessments",
            test: "pkg_1",
            candidate: candidate
        )
        let id = try #require(assessment.interviewID)
        let order = try #require(try await harness.order(id, in: .completed))
        #expect(order.outcome == .clear)
        #expect(order.status.reportURL != nil)
        let notified = try await eventually { harness.site.ats.assessment(assessment.number)?.status == "complete" ? true : nil }
        #expect(notified == true)
        #expect(harness.site.zinc.requests.count == 1)
        let steps = try await harness.context.store.timeline(of: id).map(\.kind)
        #expect(steps.first == "accepted")
        #expect(steps.contains("submitted"))
        await harness.stop()
    }

    @Test("An order goes to WorkerChecks and its result comes back by polling")
    func anOrderGoesToWorkerChecksByPollingAndBack() async throws {
        let harness = try await PipelineHarness(pace: .milliseconds(300))
        let candidate = Candidate(firstName: "Ben", lastName: "Lee", email: "ben@example.test", phone: "0491 570 006")
        let response = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-1",
            package: "pkg_1",
            candidate: candidate
        )
        #expect(response.status == 200)
        let order = try #require(try await eventually { try await harness.context.store.order(connection: "acme", externalID: "application-1") })
        #expect(order.account == "zinc")
        let other = try await harness.place("application-2", account: "workerchecks")
        let done = try #require(try await harness.order(other.id, in: .completed))
        #expect(done.outcome == .clear)
        #expect(done.status.reportURL?.value.contains("certificate") == true)
        let notified = try await eventually { harness.notifiedStates(of: "application-2").last == "completed" ? true : nil }
        #expect(notified == true)
        #expect(
            harness.notifiedStates(of: "application-2").first == "requested"
                || harness.notifiedStates(of: "application-2").first == "awaiting_candidate"
        )
        await harness.stop()
    }

    @Test("The ATS is notified of every change once and in order")
    func everyChangeIsToldOnceAndInOrder() async throws {
        let harness = try await PipelineHarness()
        let order = try await harness.place("application-3")
        #expect(try await harness.order(order.id, in: .requested) != nil)
        let request = try #require(harness.site.zinc.requests.first)
        for _ in 0..<3 {
            let before = try await harness.context.store.order(order.id)?.state
            harness.site.zinc.advance(request.id)
            _ = try await eventually { try await harness.context.store.order(order.id)?.state == before ? nil : true }
        }
        #expect(try await harness.order(order.id, in: .completed) != nil)
        let all = try await eventually { harness.notifiedStates(of: "application-3").count == 4 ? harness.notifiedStates(of: "application-3") : nil }
        #expect(all == ["requested", "awaiting_candidate", "in_progress", "completed"])
        await harness.stop()
    }

    @Test("An event that is delivered many times makes one order")
    func anEventThatComesTwiceIsOneOrder() async throws {
        let harness = try await PipelineHarness()
        let candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+61491570006")
        let answers = try await withThrowingTaskGroup(of: WireResponse.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await harness.site.ats.orderScreening(
                        at: "https://host.example.test/ats/acme/standard",
                        application: "application-4",
                        package: "pkg_1",
                        candidate: candidate,
                        id: "msg_same"
                    )
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 200 })
        #expect(Set(answers.compactMap { $0.json?["event"]?.text }).count == 1)
        #expect(answers.count { $0.json?["duplicate"] == true } == 49)
        _ = try await eventually { harness.site.zinc.requests.isEmpty ? nil : true }
        let again = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-4",
            package: "pkg_1",
            candidate: candidate
        )
        #expect(again.json?["duplicate"] == nil)
        let event = try #require(again.json?["event"]?.text)
        _ = try await eventually { try await harness.context.store.event(event)?.state == .done ? true : nil }
        #expect(harness.site.zinc.requests.count == 1)
        await harness.stop()
    }
}
