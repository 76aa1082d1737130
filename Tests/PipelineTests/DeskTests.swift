import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("Writing what a stage decided", .timeLimit(.minutes(1)))
struct DeskTests {
    private let bench = StageBench()

    private var desk: Desk { bench.desk }

    @Test("What a provider said is written on the order as it stands then, however often it moves on meanwhile")
    func conflicts() async throws {
        let order = bench.order(.requested) { $0.providerRef = "ref_1" }
        bench.provider.answer { $0.report = { Report(status: .recognised(.inProgress)) } }
        bench.store.fail("commit", StoreError.conflict, StoreError.conflict)
        await desk.work(on: bench.claim(.read(order: order.id)))
        #expect(bench.store.with { $0.orders[order.id]?.state } == .inProgress)
    }

    @Test("A store that is away is waited for, by the clock, until what a provider said is written")
    func away() async throws {
        let order = bench.order(.requested) { $0.providerRef = "ref_1" }
        bench.provider.answer { $0.report = { Report(status: .recognised(.inProgress)) } }
        bench.store.fail("commit", StoreError.unavailable("away"), StoreError.unavailable("away"))
        let (desk, claim) = (desk, bench.claim(.read(order: order.id)))
        let working = Task { await desk.work(on: claim) }
        for _ in 0..<2 {
            await bench.clock.waitForSleepers()
            bench.clock.advance(by: .seconds(10))
        }
        await working.value
        #expect(bench.store.with { $0.orders[order.id]?.state } == .inProgress)
        #expect(bench.provider.calls == ["report"])
    }

    @Test(
        "Where the store holds something unreadable, or is a newer version's, work ends instead of trying for ever",
        arguments: [
            StoreError.corrupt("orders, row 7"), .newer("version 9"),
        ]
    )
    func unreadable(_ error: StoreError) async throws {
        let order = bench.order(.submitting)
        bench.provider.answer { $0.find = { Submission(reference: "ref_1") } }
        bench.store.fail("commit", error)
        await desk.work(on: bench.claim(.submit(order: order.id)))
        let last = try #require(bench.store.with { $0.committed.last })
        #expect(last.decision.again.map { $0 > bench.now } == true && last.decision.spent == false)
        #expect(bench.store.with { $0.orders[order.id]?.state } == .submitting)
    }
}
