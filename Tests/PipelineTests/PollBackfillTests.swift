import Foundation
import Plugins
import Screening
import Testing

@testable import Pipeline

@Suite("Scheduling polls for open orders") struct PollBackfillTests {
    @Test("An open order is polled again after polling was off")
    func anOpenOrderIsPolledAgainAfterPollingWasOff() async throws {
        let harness = try await PipelineHarness(poll: .seconds(900))
        let order = try await harness.place("application-1", account: "workerchecks")
        let open = try #require(try await harness.order(order.id, in: .awaitingCandidate))
        try await harness.context.store.perform([.unqueue(.read(order: open.id))])
        #expect(try await harness.context.store.due(.read(order: open.id)) == nil)
        await harness.context.backfillPolls()
        let due = try #require(try await harness.context.store.due(.read(order: open.id)))
        await harness.context.backfillPolls()
        #expect(try await harness.context.store.due(.read(order: open.id)) == due)
        await harness.stop()
    }

    @Test(
        "Text that a receiver could read as an absolute URL counts as an address",
        arguments: [
            ("https://a.example", true), ("//evil.example/hook", true), ("https:\\\\evil.example", true), (" HTTPS:/evil.example", true),
            ("https%3A%2F%2Fevil.example", true), ("\\\\evil.example", true), ("pkg_1", false), ("Roe/Lee", false), ("a: b", false),
            ("/checks", false),
        ]
    )
    func whatSomebodyMayTakeForAnAddressIsOne(_ text: String, _ isAddress: Bool) {
        #expect(RequestMapping.isAddress(text) == isAddress)
    }

    @Test("Changed settings make a new script version, which keeps its settings")
    func otherSettingsAreAnotherVersionAndAreKeptWithIt() async throws {
        let plugin = try #require(try Plugin.all(in: [PipelineHarness.repository.appending(path: "plugins").path])["webhook"])
        let before = plugin.scripts(settings: ["words": ["completed": "done"]])
        let after = plugin.scripts(settings: ["words": ["completed": "ready"]])
        #expect(before.id != after.id)
        let kept = try #require(ConnectionScripts(before.version))
        #expect(kept.id == before.id && kept.settings == ["words": ["completed": "done"]])
    }
}
