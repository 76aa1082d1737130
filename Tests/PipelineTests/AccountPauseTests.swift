import Foundation
import Pipeline
import Screening
import Simulators
import Testing

/// A key that the provider rejects stops the account's work, not order after order.
@Suite struct AccountPauseTests {
    private static var rejected: Account {
        Account(
            id: Bed.zinc.id,
            provider: Bed.zinc.provider,
            environment: Bed.zinc.environment,
            baseURL: Bed.zinc.baseURL,
            secrets: ["api_key": [Secret("a-key-that-was-revoked")], "webhook_tokens": Bed.zinc.secrets["webhook_tokens"] ?? []]
        )
    }

    @Test func ordersWaitUntilTheKeyIsPutRight() async throws {
        let bed = try await Bed(zinc: Self.rejected)
        let account = try #require(bed.context.registry.account("zinc"))
        #expect(try await bed.commands.problem(of: account) == nil)
        let first = try await bed.place("application-1")
        #expect(try await bed.order(first.id, in: .refused) != nil)
        #expect(try await bed.commands.problem(of: account)?["code"] == "account_paused")

        let others = [try await bed.place("application-2"), try await bed.place("application-3")]
        let elsewhere = try await bed.place("application-4", account: "workerchecks")
        #expect(try await bed.order(elsewhere.id, in: .awaitingCandidate) != nil)
        for order in others { #expect(try await bed.context.store.order(order.id)?.state == .accepted) }
        #expect(try await bed.commands.check(account: "zinc")?["code"] == "account_paused")
        await bed.stop()

        // Still paused after a restart with the same key, and not with another.
        let same = try await Bed(folder: bed.folder, works: false, zinc: Self.rejected)
        #expect(try await same.commands.problem(of: try #require(same.context.registry.account("zinc"))) != nil)
        await same.stop()
        let mended = try await Bed(folder: bed.folder)
        #expect(try await mended.commands.problem(of: try #require(mended.context.registry.account("zinc"))) == nil)
        for order in others { #expect(try await mended.order(order.id, in: .requested) != nil) }
        #expect(mended.site.zinc.requests.count == 2)
        await mended.stop()
    }

    @Test func aCheckThatGoesWellLetsTheWorkGoOn() async throws {
        let bed = try await Bed()
        let account = try #require(bed.context.registry.account("zinc"))
        #expect(try await bed.commands.check(account: "zinc") == nil)
        await #expect(throws: CommandError.self) { try await bed.commands.check(account: "nobody") }
        #expect(try await bed.commands.problem(of: account) == nil)
        await bed.stop()
    }
}
