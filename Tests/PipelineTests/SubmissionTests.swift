import Pipeline
import Screening
import Simulators
import Testing

/// One order per request, ever: what becomes of an order when creating it goes wrong.
@Suite("Submitting orders through a host") struct SubmissionTests {
    @Test(
        "The provider's HTTP status decides whether an order is refused or uncertain",
        arguments: [(400, OrderState.refused), (422, .refused), (500, .uncertain), (502, .uncertain), (504, .uncertain)]
    )
    func anAnswerDecides(_ status: Int, _ state: OrderState) async throws {
        let harness = try await PipelineHarness()
        harness.site.faults.set(.zinc, "create", .status(status))
        let order = try await harness.place("application-\(status)")
        let stored = try #require(try await harness.order(order.id, in: state))
        #expect(stored.status.problem != nil)
        #expect(stored.state.waitingOn == (state == .uncertain ? .operator : nil))
        let notified = try await eventually {
            harness.notifiedStates(of: "application-\(status)").isEmpty ? nil : harness.notifiedStates(of: "application-\(status)")
        }
        #expect(notified == [state.rawValue])
        await harness.stop()
    }

    @Test("A successful response without an ID makes the order uncertain and is not retried")
    func aSuccessWithoutAnIdLeavesTheOrderToAPerson() async throws {
        let harness = try await PipelineHarness()
        harness.site.faults.set(.zinc, "create", .withoutID)
        harness.site.faults.set(.zinc, "webhook", .loseWebhook, times: nil)
        let order = try await harness.place("application-nameless")
        #expect(try await harness.order(order.id, in: .uncertain) != nil)
        #expect(harness.site.zinc.requests.count == 1)
        await harness.stop()
    }

    @Test("An order is scheduled to be sent again after a 503 response")
    func aProviderThatSurelyDidNotActIsAskedAgain() async throws {
        let harness = try await PipelineHarness()
        harness.site.faults.set(.zinc, "create", .status(503, retryAfter: 1))
        let order = try await harness.place("application-503")
        let waiting = try await eventually { try await harness.context.store.order(order.id)?.status.problem }
        #expect(waiting?.code == "unavailable")
        #expect(try await harness.context.store.due(.submit(order: order.id)) != nil)
        #expect(harness.site.zinc.requests.isEmpty)
        await harness.stop()
    }

    @Test("An order whose response was lost is not sent again and can adopt the provider's reference")
    func anAnswerThatIsLostIsNeverAskedForAgain() async throws {
        let harness = try await PipelineHarness()
        harness.site.faults.set(.zinc, "create", .dropAfter)
        harness.site.faults.set(.zinc, "webhook", .loseWebhook, times: nil)
        let order = try await harness.place("application-lost")
        let stored = try #require(try await harness.order(order.id, in: .uncertain))
        #expect(harness.site.zinc.requests.count == 1)
        await #expect(throws: CommandError.self) { try await harness.commands.cancel(order: stored.id) }
        let reference = try #require(harness.site.zinc.requests.first?.id)
        let adopted = try await harness.commands.resolve(order: order.id, .adopt(providerRef: reference))
        #expect(adopted.state == .requested)
        #expect(adopted.providerRef == reference)
        #expect(harness.site.zinc.requests.count == 1)
        await harness.stop()
    }

    @Test("A webhook from the provider resolves an uncertain order")
    func theProvidersOwnWebhookSettlesAnUncertainOrder() async throws {
        let harness = try await PipelineHarness()
        harness.site.faults.set(.zinc, "create", .dropAfter)
        harness.site.faults.set(.zinc, "webhook", .loseWebhook)
        let order = try await harness.place("application-settled")
        let request = try #require(try await eventually { harness.site.zinc.requests.first })
        _ = try await harness.order(order.id, in: .uncertain)
        harness.site.zinc.advance(request.id)
        let settled = try await eventually {
            let present = try await harness.context.store.order(order.id)
            return present?.providerRef == nil ? nil : present
        }
        #expect(settled?.providerRef == request.id)
        #expect(settled?.state != .uncertain)
        #expect(settled?.status.problem == nil)
        #expect(harness.site.zinc.requests.count == 1)
        await harness.stop()
    }

    @Test("A webhook that arrives before the response to the request is not lost")
    func aWebhookThatComesBeforeTheAnswerIsNotLost() async throws {
        let harness = try await PipelineHarness()
        harness.site.faults.set(.zinc, "create", .webhookFirst)
        let order = try await harness.place("application-early")
        let request = try #require(try await eventually { harness.site.zinc.requests.first })
        let known = try await eventually {
            let present = try await harness.context.store.order(order.id)
            return present?.providerRef == nil ? nil : present
        }
        #expect(known?.providerRef == request.id)
        #expect(known?.state == .requested)
        await harness.stop()
    }

    @Test("An uncertain order cannot adopt the reference of another order")
    func anOrderIsNotSettledByAnotherOrdersRequest() async throws {
        let harness = try await PipelineHarness()
        let first = try await harness.place("application-first")
        let reference = try #require(try await harness.order(first.id, in: .requested)?.providerRef)
        harness.site.faults.set(.zinc, "create", .dropAfter)
        harness.site.faults.set(.zinc, "webhook", .loseWebhook, times: nil)
        let second = try await harness.place("application-second")
        #expect(try await harness.order(second.id, in: .uncertain) != nil)
        do {
            _ = try await harness.commands.resolve(order: second.id, .adopt(providerRef: reference))
            Issue.record("the request of another candidate was adopted")
        } catch let error as CommandError {
            #expect(error.status == 422 && error.code == "other_candidate")
            #expect(error.detail.contains(first.id))
        }
        #expect(try await harness.webhook(second, naming: reference).state == .dead)
        #expect(try await harness.context.store.order(second.id)?.state == .uncertain)
        await harness.stop()
    }

    @Test("A webhook that names a second provider reference is shown as a problem on its order")
    func aSecondRequestThatAWebhookNamesIsShownOnItsOrder() async throws {
        let harness = try await PipelineHarness()
        let order = try await harness.place("application-twice")
        let reference = try #require(try await harness.order(order.id, in: .requested)?.providerRef)
        #expect(try await harness.webhook(order, naming: "another-request").state == .dead)
        let shown = try #require(try await harness.context.store.order(order.id))
        #expect(shown.providerRef == reference)
        #expect(shown.status.problem?.code == "second_reference")
        #expect(shown.status.problem?.message.contains("another-request") == true)
        harness.site.zinc.set(reference, ZincChange(statusV2: "in-progress"))
        #expect(try await harness.order(order.id, in: .inProgress)?.status.problem?.code == "second_reference")
        await harness.stop()
    }

    @Test("An order that was being sent when the host crashed becomes uncertain and is not sent again")
    func aCrashBetweenIntentAndAnswerLeavesTheOrderToAPerson() async throws {
        let harness = try await PipelineHarness(works: false)
        let placed = try await harness.place("application-crash")
        // What a killed process leaves behind: the intent is on disk, the answer is not.
        var sending = placed
        sending.status.state = .submitting
        sending.version += 1
        try await harness.context.store.perform([.order(sending)])
        await harness.stop()

        let next = try await PipelineHarness(folder: harness.folder)
        #expect(try await next.order(placed.id, in: .uncertain) != nil)
        #expect(next.site.zinc.requests.isEmpty)
        await next.stop()
    }

    @Test("An order that was not sent is cancelled without the provider")
    func anOrderThatWasNotSentIsCancelledWithoutTheProvider() async throws {
        let harness = try await PipelineHarness(works: false)
        let placed = try await harness.place("application-cancelled")
        let cancelled = try await harness.commands.cancel(order: placed.id)
        #expect(cancelled.state == .cancelled)
        #expect(try await harness.context.store.due(.submit(order: placed.id)) == nil)
        await harness.stop()
    }

    @Test("WorkerChecks refuses to cancel a check once the worker has submitted it")
    func cancellingAtWorkerChecksIsTooLateOnceTheWorkerHasSubmitted() async throws {
        let harness = try await PipelineHarness(poll: .seconds(600))
        let first = try await harness.place("application-5", account: "workerchecks")
        #expect(try await harness.order(first.id, in: .awaitingCandidate) != nil)
        #expect(try await harness.commands.cancel(order: first.id).state == .cancelled)
        let second = try await harness.place("application-6", account: "workerchecks")
        let sent = try #require(try await harness.order(second.id, in: .awaitingCandidate))
        harness.site.workerChecks.set(try #require(sent.providerRef), status: "In Progress")
        do {
            _ = try await harness.commands.cancel(order: second.id)
            Issue.record("a submitted check was cancelled")
        } catch let error as CommandError {
            #expect(error.code == "too_late")
            #expect(error.status == 409)
        }
        await harness.stop()
    }
}

extension PipelineHarness {
    /// What becomes of a webhook, rightly signed, on an order's own address.
    fileprivate func webhook(_ order: Order, naming reference: String) async throws -> Event {
        let body = Array(#"{"id":"\#(reference)","status":"pending","statusV2":"requested"}"#.utf8)
        let signature = ZincSimulator.signature(over: body, token: Secret("simulated-zinc-signing-token"))
        let signed = Webhook(headers: ["x-zinc-webhook-signature": signature], body: body)
        let response = try await intake.webhook(account: order.account, token: order.callbackToken.value, signed)
        let id = try #require(response.json?["event"]?.text)
        let ended = try await eventually {
            let event = try await context.store.event(id)
            return event?.state == .done || event?.state == .dead ? event : nil
        }
        return try #require(ended)
    }
}
