import Foundation
import Plugins
import Screening
import Testing

@testable import Pipeline

@Suite struct PollBackfillTests {
    @Test func anOpenOrderIsPolledAgainAfterPollingWasOff() async throws {
        let bed = try await Bed(poll: .seconds(900))
        let order = try await bed.place("application-1", account: "workerchecks")
        let open = try #require(try await bed.order(order.id, in: .awaitingCandidate))
        try await bed.context.store.perform([.unqueue(.read(order: open.id))])
        #expect(try await bed.context.store.due(.read(order: open.id)) == nil)
        await bed.context.backfillPolls()
        let due = try #require(try await bed.context.store.due(.read(order: open.id)))
        await bed.context.backfillPolls()
        #expect(try await bed.context.store.due(.read(order: open.id)) == due)
        await bed.stop()
    }

    @Test(arguments: [
        ("https://a.example", true), ("//evil.example/hook", true), ("https:\\\\evil.example", true), (" HTTPS:/evil.example", true),
        ("https%3A%2F%2Fevil.example", true), ("\\\\evil.example", true), ("pkg_1", false), ("Roe/Lee", false), ("a: b", false), ("/checks", false),
    ])
    func whatSomebodyMayTakeForAnAddressIsOne(_ text: String, _ isAddress: Bool) {
        #expect(RequestMapping.isAddress(text) == isAddress)
    }

    @Test func otherSettingsAreAnotherVersionAndAreKeptWithIt() async throws {
        let plugin = try #require(try Plugin.all(in: [Bed.repository.appending(path: "plugins").path])["webhook"])
        let before = plugin.scripts(settings: ["words": ["completed": "done"]])
        let after = plugin.scripts(settings: ["words": ["completed": "ready"]])
        #expect(before.id != after.id)
        let kept = try #require(ConnectionScripts(before.version))
        #expect(kept.id == before.id && kept.settings == ["words": ["completed": "done"]])
    }
}
