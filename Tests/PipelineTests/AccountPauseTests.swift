import Foundation
import Pipeline
import Screening
import Simulators
import Testing

/// A key that the provider rejects stops the account's work, not order after order.
@Suite("Pausing an account") struct AccountPauseTests {
    private static var rejected: Account {
        Account(
            id: PipelineHarness.zinc.id,
            provider: PipelineHarness.zinc.provider,
            environment: PipelineHarness.zinc.environment,
            baseURL: PipelineHarness.zinc.baseURL,
            secrets: ["api_key": [Secret("a-key-that-was-revoked")], "webhook_tokens": PipelineHarness.zinc.secrets["webhook_tokens"] ?? []]
        )
    }

    @Test("After a rejected API key the account's orders wait until the key is corrected")
    func ordersWaitUntilTheKeyIsPutRight() async throws {
        let harness = try await PipelineHarness(zinc: Self.rejected)
        let account = try #require(harness.context.registry.account("zinc"))
        #expect(try await harness.commands.problem(of: account) == nil)
        let first = try await harness.place("application-1")
        #expect(try await eventually { try await harness.commands.problem(of: account) } != nil)
        #expect(try await harness.commands.problem(of: account)?["code"] == "account_paused")

        let others = [try await harness.place("application-2"), try await harness.place("application-3")]
        let elsewhere = try await harness.place("application-4", account: "workerchecks")
        #expect(try await harness.order(elsewhere.id, in: .awaitingCandidate) != nil)
        for order in [first] + others { #expect(try await harness.order(order.id, in: .accepted) != nil) }
        #expect(try await harness.context.store.runs(RunQuery(), PageRequest()).items.allSatisfy { $0.order == elsewhere.id })
        #expect(try await harness.commands.check(account: "zinc")?["code"] == "account_paused")
        await harness.stop()

        // Still paused after a restart with the same key, and not with another.
        let same = try await PipelineHarness(folder: harness.folder, works: false, zinc: Self.rejected)
        #expect(try await same.commands.problem(of: try #require(same.context.registry.account("zinc"))) != nil)
        await same.stop()
        let mended = try await PipelineHarness(folder: harness.folder)
        #expect(try await mended.commands.problem(of: try #require(mended.context.registry.account("zinc"))) == nil)
        for order in [first] + others { #expect(try await mended.order(order.id, in: .requested, within: 40) != nil) }
        #expect(mended.site.zinc.requests.count == 3)
        await mended.stop()
    }

    @Test("A successful check leaves the account without a problem, and checking an unknown account fails")
    func aCheckThatGoesWellLetsTheWorkGoOn() async throws {
        let harness = try await PipelineHarness()
        let account = try #require(harness.context.registry.account("zinc"))
        #expect(try await harness.commands.check(account: "zinc") == nil)
        await #expect(throws: CommandError.self) { try await harness.commands.check(account: "nobody") }
        #expect(try await harness.commands.problem(of: account) == nil)
        await harness.stop()
    }
}
