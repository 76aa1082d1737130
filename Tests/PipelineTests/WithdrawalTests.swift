import Crypto
import Pipeline
import Screening
import Testing

/// Deliveries that come in another order than things happened.
@Suite("Late and older deliveries")
struct WithdrawalTests {
    private static let script = """
        return function(base)
          local screening = require "screening"
          base.on_event = function(event, ctx)
            local body = event.body
            if body.rejected then return screening.cancel(ctx, body.external_id) end
            local order, problem = screening.place(ctx, { external_id = body.external_id, package = "pkg_1", present = body.present,
              candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test", phone = "+441632960000" } })
            if not order then ctx.reject(problem) end
          end
          return base
        end
        """

    private func orders(_ harness: PipelineHarness) async throws -> Int {
        try await harness.context.store.orders(OrderQuery(), PageRequest()).items.count
    }

    @Test("A stage change that happened before a withdrawal orders nothing, and its run says why; a later one orders")
    func olderStageChange() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        let rejected = try await harness.send(["external_id": "a", "rejected": true, "occurred_at": "2026-05-01T10:00:00Z"])
        #expect(rejected.state == .skipped && rejected.reason == "there is no order to cancel")
        // Older, in seconds; older, in another zone; at the same time.
        for time: JSON in [1_777_629_500, "2026-05-01 11:59:59 +0200", "2026-05-01T10:00:00.000Z"] {
            let run = try await harness.send(["external_id": "a", "occurred_at": time])
            #expect(run.state == .skipped && run.reason?.hasPrefix("withdrawn in the ATS at 2026-05-01T10:00:00.000Z") == true, "\(time)")
        }
        #expect(try await orders(harness) == 0)
        let moved = try await harness.send(["external_id": "a", "occurred_at": "2026-05-01T10:00:01Z"])
        #expect(moved.state == .done)
        #expect(try await orders(harness) == 1)
        await harness.stop()
    }

    @Test("Where nobody can say which was first, the run waits for a person, whose retry orders; retrying many does not")
    func unclear() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        _ = try await harness.send(["external_id": "a", "rejected": true])
        let run = try await harness.send(["external_id": "a"])
        #expect(run.state == .parked && run.reason?.contains("nothing says which happened first") == true)
        var query = RunQuery()
        query.states = [.parked]
        let preview = try await harness.commands.previewRetry(runs: query)
        #expect(preview.possible == 0 && preview.refused == 1)
        let batch = try await harness.commands.retry(runs: query, PageRequest())
        #expect(batch.done == 0 && batch.refused == 1)
        #expect(try await orders(harness) == 0)
        _ = try await harness.commands.retry(run: run.id)
        #expect(try await eventually { try await harness.context.store.run(run.id)?.state == .done ? true : nil } == true)
        #expect(try await orders(harness) == 1)
        await harness.stop()
    }

    @Test("What the ATS says at present is ordered whatever was withdrawn before")
    func present() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        _ = try await harness.send(["external_id": "a", "rejected": true])
        #expect(try await harness.send(["external_id": "a", "present": true]).state == .done)
        #expect(try await orders(harness) == 1)
        await harness.stop()
    }

    @Test("A withdrawal from before an order was asked for does not cancel it")
    func olderWithdrawal() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        _ = try await harness.send(["external_id": "a", "occurred_at": "2026-05-01T10:00:01Z"])
        let rejected = try await harness.send(["external_id": "a", "rejected": true, "occurred_at": "2026-05-01T10:00:00Z"])
        #expect(rejected.state == .skipped && rejected.reason?.contains("after this withdrawal") == true)
        let order = try #require(try await harness.context.store.order(connection: "acme", externalID: "a"))
        #expect(order.state != .cancelled)
        await harness.stop()
    }

    @Test("Deliveries of one candidate are worked on in the order in which they came")
    func groups() async throws {
        let script = """
            return function(base)
              base.on_event = function(event, ctx)
                local seen = ctx.kv.get("seen") or ""
                if event.body.waits and ctx.run.attempt == 1 then ctx.retry { after = 1, reason = "not yet" } end
                ctx.kv.set("seen", seen .. event.body.n)
              end
              return base
            end
            """
        let harness = try await PipelineHarness(script: script)
        async let first = harness.send(["external_id": 7, "n": "1", "waits": true])
        #expect(try await eventually { try await harness.context.store.events(EventQuery(), PageRequest()).items.isEmpty ? nil : true } == true)
        async let second = harness.send(["external_id": "7", "n": "2"])
        #expect(try await first.attempt == 2)
        #expect(try await second.state == .done)
        #expect(try await harness.context.store.value(connection: "acme", key: "seen") == "12")
        await harness.stop()
    }
}

extension PipelineHarness {
    /// Delivers a body, rightly signed; returns its event.
    func deliver(_ body: JSON) async throws -> String {
        let bytes = body.bytes()
        let key = SymmetricKey(data: Array("whsec_c2ltdWxhdGVkLWV2ZW50LXNlY3JldC0wMDE=".utf8))
        let signature = Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)).hex
        let request = ReceivedRequest(method: "POST", path: "/hmac", headers: ["x-signature": signature], body: bytes)
        return try #require(try await intake.deliver(to: "acme", request).json?["event"]?.text)
    }

    /// The last run of an event, once it is as asked for.
    func run(of event: String, once isMet: (Run) -> Bool = { $0.state.isEnded }) async throws -> Run {
        try #require(
            try await eventually { () -> Run? in
                guard let id = try await context.store.event(event)?.runs.last, let run = try await context.store.run(id) else { return nil }
                return isMet(run) ? run : nil
            }
        )
    }

    /// Delivers a body, and waits for the end of its run.
    func send(_ body: JSON) async throws -> Run { try await run(of: try await deliver(body)) }
}
