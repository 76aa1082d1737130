import Pipeline
import Screening
import Testing

/// What comes of somebody after they were erased.
@Suite("An application whose person was erased")
struct ErasedApplicationTests {
    /// The external id is made by the script: before it ran, nobody knows which application a delivery is of.
    private static let script = """
        return function(base)
          base.on_event = function(event, ctx)
            ctx.orders.place{ external_id = "app-" .. event.body.number, package = "pkg_1", reorder = event.body.reorder,
              candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test", phone = "+441632960000" } }
          end
          return base
        end
        """

    @Test("It is ordered by no script, not even anew, and what was received of it goes once its run has ended")
    func isNotOrdered() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        let store = harness.context.store
        #expect(try await harness.send(["number": 7]).state == .done)
        let order = try #require(try await store.order(connection: "acme", externalID: "app-7"))
        let erasure = try await Erasures(harness.context).erase(.order(order.id), force: true, by: .system, note: nil)
        #expect(erasure.isSigned && erasure.counts["orders"] == 1)
        for body: JSON in [["number": 7, "stage": "offer"], ["number": 7, "reorder": true]] { _ = try await harness.deliver(body) }
        let isGone = try await eventually(within: 90) { try await store.events(EventQuery(), PageRequest()).items.isEmpty ? true : nil }
        #expect(isGone == true)
        #expect(try await store.orders(OrderQuery(), PageRequest()).items.isEmpty)
        #expect(try await harness.send(["number": 8]).state == .done)
        await harness.stop()
    }
}
