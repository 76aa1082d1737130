import Pipeline
import Screening
import Simulators
import Testing

/// One order per request, ever: what becomes of an order when creating it goes wrong.
@Suite struct SubmissionTests {
    @Test(arguments: [(400, OrderState.refused), (422, .refused), (500, .uncertain), (502, .uncertain), (504, .uncertain)])
    func anAnswerDecides(_ status: Int, _ state: OrderState) async throws {
        let bed = try await Bed()
        bed.site.faults.set(.zinc, "create", .status(status))
        let order = try await bed.place("application-\(status)")
        let stands = try #require(try await bed.order(order.id, in: state))
        #expect(stands.status.problem != nil)
        #expect(stands.state.waitingOn == (state == .uncertain ? .operator : nil))
        let notified = try await eventually {
            bed.notifiedStates(of: "application-\(status)").isEmpty ? nil : bed.notifiedStates(of: "application-\(status)")
        }
        #expect(notified == [state.rawValue])
        await bed.stop()
    }

    @Test func aSuccessWithoutAnIdLeavesTheOrderToAPerson() async throws {
        let bed = try await Bed()
        bed.site.faults.set(.zinc, "create", .withoutID)
        bed.site.faults.set(.zinc, "webhook", .loseWebhook, times: nil)
        let order = try await bed.place("application-nameless")
        #expect(try await bed.order(order.id, in: .uncertain) != nil)
        #expect(bed.site.zinc.requests.count == 1)
        await bed.stop()
    }

    @Test func aProviderThatSurelyDidNotActIsAskedAgain() async throws {
        let bed = try await Bed()
        bed.site.faults.set(.zinc, "create", .status(503, retryAfter: 1))
        let order = try await bed.place("application-503")
        let waiting = try await eventually { try await bed.context.store.order(order.id)?.status.problem }
        #expect(waiting?.code == "unavailable")
        #expect(try await bed.context.store.due(.submit(order: order.id)) != nil)
        #expect(bed.site.zinc.requests.isEmpty)
        await bed.stop()
    }

    @Test func anAnswerThatIsLostIsNeverAskedForAgain() async throws {
        let bed = try await Bed()
        bed.site.faults.set(.zinc, "create", .dropAfter)
        bed.site.faults.set(.zinc, "webhook", .loseWebhook, times: nil)
        let order = try await bed.place("application-lost")
        let stands = try #require(try await bed.order(order.id, in: .uncertain))
        #expect(bed.site.zinc.requests.count == 1)
        await #expect(throws: CommandError.self) { try await bed.commands.cancel(order: stands.id) }
        let reference = try #require(bed.site.zinc.requests.first?.id)
        let adopted = try await bed.commands.resolve(order: order.id, .adopt(providerRef: reference))
        #expect(adopted.state == .requested)
        #expect(adopted.providerRef == reference)
        #expect(bed.site.zinc.requests.count == 1)
        await bed.stop()
    }

    @Test func theProvidersOwnWebhookSettlesAnUncertainOrder() async throws {
        let bed = try await Bed()
        bed.site.faults.set(.zinc, "create", .dropAfter)
        bed.site.faults.set(.zinc, "webhook", .loseWebhook)
        let order = try await bed.place("application-settled")
        let request = try #require(try await eventually { bed.site.zinc.requests.first })
        _ = try await bed.order(order.id, in: .uncertain)
        bed.site.zinc.advance(request.id)
        let settled = try await eventually {
            let present = try await bed.context.store.order(order.id)
            return present?.providerRef == nil ? nil : present
        }
        #expect(settled?.providerRef == request.id)
        #expect(settled?.state != .uncertain)
        #expect(settled?.status.problem == nil)
        #expect(bed.site.zinc.requests.count == 1)
        await bed.stop()
    }

    @Test func aWebhookThatComesBeforeTheAnswerIsNotLost() async throws {
        let bed = try await Bed()
        bed.site.faults.set(.zinc, "create", .webhookFirst)
        let order = try await bed.place("application-early")
        let request = try #require(try await eventually { bed.site.zinc.requests.first })
        let known = try await eventually {
            let present = try await bed.context.store.order(order.id)
            return present?.providerRef == nil ? nil : present
        }
        #expect(known?.providerRef == request.id)
        #expect(known?.state == .requested)
        await bed.stop()
    }

    @Test func anOrderIsNotSettledByAnotherOrdersRequest() async throws {
        let bed = try await Bed()
        let first = try await bed.place("application-first")
        let reference = try #require(try await bed.order(first.id, in: .requested)?.providerRef)
        bed.site.faults.set(.zinc, "create", .dropAfter)
        bed.site.faults.set(.zinc, "webhook", .loseWebhook, times: nil)
        let second = try await bed.place("application-second")
        #expect(try await bed.order(second.id, in: .uncertain) != nil)
        do {
            _ = try await bed.commands.resolve(order: second.id, .adopt(providerRef: reference))
            Issue.record("the request of another candidate was adopted")
        } catch let error as CommandError {
            #expect(error.status == 409)
            #expect(error.detail.contains(first.id))
        }
        #expect(try await bed.webhook(second, naming: reference).state == .dead)
        #expect(try await bed.context.store.order(second.id)?.state == .uncertain)
        await bed.stop()
    }

    @Test func aSecondRequestThatAWebhookNamesIsShownOnItsOrder() async throws {
        let bed = try await Bed()
        let order = try await bed.place("application-twice")
        let reference = try #require(try await bed.order(order.id, in: .requested)?.providerRef)
        #expect(try await bed.webhook(order, naming: "another-request").state == .dead)
        let shown = try #require(try await bed.context.store.order(order.id))
        #expect(shown.providerRef == reference)
        #expect(shown.status.problem?.code == "second_reference")
        #expect(shown.status.problem?.message.contains("another-request") == true)
        bed.site.zinc.set(reference, ZincChange(statusV2: "in-progress"))
        #expect(try await bed.order(order.id, in: .inProgress)?.status.problem?.code == "second_reference")
        await bed.stop()
    }

    @Test func aCrashBetweenIntentAndAnswerLeavesTheOrderToAPerson() async throws {
        let bed = try await Bed(works: false)
        let placed = try await bed.place("application-crash")
        // What a killed process leaves behind: the intent is on disk, the answer is not.
        var sending = placed
        sending.status.state = .submitting
        sending.version += 1
        try await bed.context.store.perform([.order(sending)])
        await bed.stop()

        let next = try await Bed(folder: bed.folder)
        #expect(try await next.order(placed.id, in: .uncertain) != nil)
        #expect(next.site.zinc.requests.isEmpty)
        await next.stop()
    }

    @Test func anOrderThatWasNotSentIsCancelledWithoutTheProvider() async throws {
        let bed = try await Bed(works: false)
        let placed = try await bed.place("application-cancelled")
        let cancelled = try await bed.commands.cancel(order: placed.id)
        #expect(cancelled.state == .cancelled)
        #expect(try await bed.context.store.due(.submit(order: placed.id)) == nil)
        await bed.stop()
    }

    @Test func cancellingAtWorkerChecksIsTooLateOnceTheWorkerHasSubmitted() async throws {
        let bed = try await Bed(poll: .seconds(600))
        let first = try await bed.place("application-5", account: "workerchecks")
        #expect(try await bed.order(first.id, in: .awaitingCandidate) != nil)
        #expect(try await bed.commands.cancel(order: first.id).state == .cancelled)
        let second = try await bed.place("application-6", account: "workerchecks")
        let sent = try #require(try await bed.order(second.id, in: .awaitingCandidate))
        bed.site.workerChecks.set(try #require(sent.providerRef), status: "In Progress")
        do {
            _ = try await bed.commands.cancel(order: second.id)
            Issue.record("a submitted check was cancelled")
        } catch let error as CommandError {
            #expect(error.code == "too_late")
            #expect(error.status == 409)
        }
        await bed.stop()
    }
}

extension Bed {
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
