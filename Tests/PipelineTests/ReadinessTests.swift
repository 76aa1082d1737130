import LuaRuntime
import Pipeline
import Screening
import ScreeningTesting
import Testing

@Suite("Whether a host is able to work")
struct ReadinessTests {
    private func context(_ bed: Bed, clock: any WallClock, failing fault: @escaping @Sendable () throws -> Void = {}) -> PipelineContext {
        PipelineContext(
            store: FaultyStore(bed.context.store) { try fault() },
            registry: bed.context.registry,
            scripts: bed.context.hookRunner,
            transport: bed.transport,
            clock: clock,
            random: bed.context.random,
            logger: bed.context.logger,
            publicURL: nil
        )
    }

    @Test("It is ready until accepted work has been due for too long")
    func waiting() async throws {
        let clock = ManualClock()
        let bed = try await Bed(works: false, clock: clock)
        #expect(await Readiness(of: context(bed, clock: clock), patience: .seconds(60)) == .ready)
        try await bed.context.store.perform([.queue(QueuedWork(.run("run_1"), due: clock.now()))])
        clock.advance(by: .seconds(60))
        #expect(await Readiness(of: context(bed, clock: clock), patience: .seconds(60)) == .ready)
        clock.advance(by: .seconds(1))
        guard case .failing(let reasons) = await Readiness(of: context(bed, clock: clock), patience: .seconds(60)) else {
            Issue.record("it is ready")
            return
        }
        #expect(reasons.count == 1 && reasons[0].contains("nobody attempts it"))
        await bed.stop()
    }

    @Test(
        "A store that does not answer is said without saying where it is",
        arguments: [(StoreError.unavailable("/srv/secret.db"), "does not answer"), (.corrupt("/srv/secret.db"), "restore a backup")]
    )
    func store(_ error: StoreError, _ reason: String) async throws {
        let bed = try await Bed(works: false)
        let readiness = await Readiness(of: context(bed, clock: bed.context.clock) { throw error }, patience: .seconds(60))
        guard case .failing(let reasons) = readiness else {
            Issue.record("it is ready")
            return
        }
        #expect(reasons.count == 1 && reasons[0].contains(reason) && !reasons[0].contains("secret"))
        await bed.stop()
    }

    @Test("Workers that cannot run a script are said")
    func workers() async throws {
        let bed = try await Bed(works: false)
        await bed.pool.shutdown()
        guard case .failing(let reasons) = await Readiness(of: bed.context, patience: .seconds(60)) else {
            Issue.record("it is ready")
            return
        }
        #expect(reasons.count == 1)
        await bed.stop()
    }
}
