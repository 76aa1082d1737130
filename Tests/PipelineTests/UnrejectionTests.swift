import Pipeline
import Screening
import ScreeningTesting
import Simulators
import Synchronization
import Testing

/// A candidate who was withdrawn is asked for anew: from the delivery to what the provider was asked for.
@Suite("Asked for anew after a withdrawal")
struct UnrejectionTests {
    private static let script = """
        return function(base)
          local screening = require "screening"
          base.on_event = function(event, ctx)
            local body = event.body
            local id = body.external_id or body.id
            if body.rejected then return screening.cancel(ctx, id) end
            local place = body.plain and ctx.orders.place or function(options) return screening.order(ctx, options) end
            local order, problem = place({ external_id = id, package = "prod_1", account = "workerchecks", present = body.present,
              candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test", phone = "+61491570006" } })
            if not order then ctx.reject(problem) end
          end
          return base
        end
        """

    private func harness(clock: any WallClock = SystemClock()) async throws -> PipelineHarness {
        try await PipelineHarness(script: Self.script, poll: .seconds(600), clock: clock)
    }

    /// What the provider was asked for, and what stands there.
    private func there(_ harness: PipelineHarness) -> [String] { harness.site.workerChecks.invitations.map(\.status) }

    private func newest(_ harness: PipelineHarness, _ externalID: String = "a", in state: OrderState = .awaitingCandidate) async throws -> Order? {
        try await eventually {
            let order = try await harness.context.store.order(connection: "acme", externalID: externalID)
            return order?.state == state ? order : nil
        }
    }

    private func at(_ seconds: Int, _ more: JSON = [:]) -> JSON {
        var body: JSON = ["external_id": "a", "occurred_at": .string("2026-05-01T10:00:\(seconds)Z")]
        for (name, value) in more.members?.pairs ?? [] { body[name] = value }
        return body
    }

    @Test(
        "A request that is newer than the withdrawal orders, although cancelling ended later; older and repeated ones do not",
        arguments: [false, true]
    )
    func newerThanTheWithdrawal(_ isPresent: Bool) async throws {
        let harness = try await harness()
        let present: JSON = isPresent ? ["present": true] : [:]
        #expect(try await harness.send(at(10, present)).state == .done)
        let first = try #require(try await newest(harness))
        #expect(try await harness.send(at(20, ["rejected": true])).state == .done)
        #expect(try await harness.context.store.order(first.id)?.state == .cancelled)
        // Of the time before the withdrawal: the first one again, and another.
        for (number, seconds) in [10, 15, 20].enumerated() {
            let run = try await harness.send(at(seconds, ["n": .int(Int64(number)), "present": .bool(isPresent)]))
            #expect(run.state == (isPresent ? .rejected : .skipped), "\(seconds)")
        }
        #expect(there(harness) == ["Cancelled"])
        #expect(try await harness.send(at(30, present)).state == .done)
        let second = try #require(try await newest(harness))
        #expect(second.previous == first.id)
        let again = try await harness.send(at(30, ["n": 7, "present": .bool(isPresent)]))
        #expect(again.state == .done)
        #expect(there(harness) == ["Cancelled", "Pending"])
        await harness.stop()
    }

    @Test("A request that comes while the order is being cancelled waits for that, and orders then")
    func whileCancelling() async throws {
        let harness = try await harness()
        let gate = Gate()
        let site = harness.site
        harness.transport.set(
            ClosureHandler { request in
                if request.path.hasSuffix("/cancel") { try await gate.pass() }
                return try await site.respond(to: request)
            },
            for: "simulators.example.test"
        )
        func body(_ seconds: Int, _ isRejected: Bool = false) -> JSON {
            ["id": "a", "occurred_at": .string("2026-05-01T10:00:\(seconds)Z"), "rejected": .bool(isRejected)]
        }
        _ = try await harness.send(body(10))
        let first = try #require(try await newest(harness))
        let withdrawal = try await harness.deliver(body(20, true))
        await gate.waiting(1)
        let anew = try await harness.deliver(body(30))
        let waiting = try await harness.run(of: anew) { $0.state == .waiting }
        #expect(waiting.failure?.code == "being_cancelled")
        // One from before the withdrawal is answered by it.
        #expect(try await harness.send(body(15)).state == .done)
        gate.open()
        #expect(try await harness.run(of: withdrawal).state == .done)
        _ = try? await harness.commands.retry(run: waiting.id)
        #expect(try await harness.run(of: anew).state == .done)
        #expect(try await newest(harness)?.previous == first.id)
        #expect(there(harness) == ["Cancelled", "Pending"])
        await harness.stop()
    }

    @Test("A withdrawal that is tried again after a later request found the order cancels nothing, and says so")
    func askedMeanwhile() async throws {
        let harness = try await harness()
        let site = harness.site
        let isDown = Mutex(true)
        harness.transport.set(
            ClosureHandler { request in
                if request.path.hasSuffix("/cancel"), isDown.withLock({ $0 }) { return WireResponse(503) }
                return try await site.respond(to: request)
            },
            for: "simulators.example.test"
        )
        func body(_ seconds: Int, _ more: JSON = [:]) -> JSON {
            var body = at(seconds, more)
            (body["id"], body["external_id"]) = ("a", nil)
            return body
        }
        _ = try await harness.send(body(10))
        let order = try #require(try await newest(harness))
        let withdrawal = try await harness.deliver(body(20, ["rejected": true]))
        let waiting = try await harness.run(of: withdrawal) { $0.state == .waiting }
        #expect(try await harness.send(body(30, ["plain": true])).state == .done)
        isDown.withLock { $0 = false }
        _ = try? await harness.commands.retry(run: waiting.id)
        let run = try await harness.run(of: withdrawal) { $0.state == .skipped }
        #expect(run.reason?.contains("after this withdrawal") == true)
        let kept = try #require(try await harness.context.store.order(order.id))
        #expect(kept.state.isOpen && kept.record.withdrawnAt == nil)
        #expect(there(harness) == ["Pending"])
        await harness.stop()
    }

    @Test("Where the provider does not cancel, the order goes on, and is the answer to a newer request")
    func tooLate() async throws {
        let harness = try await harness()
        _ = try await harness.send(at(10))
        let order = try #require(try await newest(harness))
        harness.site.workerChecks.set(try #require(order.providerRef), status: "In Progress")
        #expect(try await harness.send(at(20, ["rejected": true])).state == .done)
        let kept = try #require(try await harness.context.store.order(order.id))
        #expect(kept.record.withdrawnAt == nil && kept.state.isOpen)
        #expect(try await harness.send(at(30)).state == .done)
        #expect(there(harness) == ["In Progress"])
        await harness.stop()
    }

    @Test("A withdrawal that comes again after a newer request cancels nothing, replayed or delivered", arguments: [true, false])
    func repeatedWithdrawal(_ saysWhen: Bool) async throws {
        let clock = JumpingClock()
        let harness = try await harness(clock: clock)
        func body(_ number: Int, _ isRejected: Bool = false) -> JSON {
            let plain: JSON = ["external_id": "a", "n": .int(Int64(number)), "rejected": .bool(isRejected)]
            return saysWhen ? at(10 * number, ["rejected": .bool(isRejected)]) : plain
        }
        _ = try await harness.send(body(1))
        _ = try #require(try await newest(harness))
        let withdrawal = try await harness.deliver(body(2, true))
        #expect(try await harness.run(of: withdrawal).state == .done)
        clock.jump(by: .seconds(5))
        #expect(try await harness.send(body(3)).state == .done)
        let second = try #require(try await newest(harness))
        clock.jump(by: .seconds(900))
        let again = try await harness.deliver(body(2, true))
        #expect(again != withdrawal)
        #expect(try await harness.run(of: again).reason?.contains("after this withdrawal") == true)
        _ = try await harness.commands.replay(event: withdrawal)
        let replayed = try await harness.run(of: withdrawal) { $0.state == .skipped }
        #expect(replayed.reason?.contains("after this withdrawal") == true)
        #expect(try await harness.context.store.event(again)?.orders == [second.id])
        #expect(try await harness.context.store.order(second.id)?.state == .awaitingCandidate)
        #expect(there(harness) == ["Cancelled", "Pending"])
        await harness.stop()
    }

    @Test("A delivery that is repeated after its duplicates' time orders nothing twice, whatever became of the order")
    func lateRepetition() async throws {
        let clock = JumpingClock()
        let harness = try await harness(clock: clock)
        let body: JSON = ["external_id": "a"]
        let first = try await harness.deliver(body)
        #expect(try await harness.deliver(body) == first)
        let order = try #require(try await newest(harness))
        clock.jump(by: .seconds(900))
        let second = try await harness.deliver(body)
        #expect(second != first)
        #expect(try await harness.run(of: second).state == .done)
        _ = try await harness.commands.cancel(order: order.id)
        clock.jump(by: .seconds(900))
        let third = try await harness.send(body)
        #expect(third.state == .rejected && third.reason?.contains("no new one was ordered") == true)
        #expect(there(harness) == ["Cancelled"])
        #expect(try await harness.context.store.orders(OrderQuery(), PageRequest()).items.count == 1)
        await harness.stop()
    }

    @Test("A withdrawal whose run is tried late cancels, although the older request was received again meanwhile")
    func repeatedRequestBeforeTheWithdrawal() async throws {
        let clock = JumpingClock()
        let harness = try await harness(clock: clock)
        let body: JSON = ["external_id": "a"]
        _ = try await harness.send(body)
        let order = try #require(try await newest(harness))
        clock.jump(by: .seconds(5))
        harness.site.workerChecks.set(try #require(order.providerRef), status: "In Progress")
        let withdrawal = try await harness.deliver(["external_id": "a", "rejected": true])
        #expect(try await harness.run(of: withdrawal).state == .done)
        harness.site.workerChecks.set(try #require(order.providerRef), status: "Pending")
        clock.jump(by: .seconds(900))
        #expect(try await harness.send(body).state == .done)
        _ = try await harness.commands.replay(event: withdrawal)
        #expect(try await newest(harness, in: .cancelled)?.id == order.id)
        #expect(there(harness) == ["Cancelled"])
        await harness.stop()
    }
}
