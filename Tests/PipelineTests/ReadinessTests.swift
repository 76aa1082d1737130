import LuaRuntime
import Pipeline
import Screening
import ScreeningTesting
import Testing

@Suite("Whether a host is able to work")
struct ReadinessTests {
    private func context(_ harness: PipelineHarness, clock: any WallClock, failing fault: @escaping @Sendable () throws -> Void = {})
        -> PipelineContext
    {
        PipelineContext(
            store: FaultyStore(harness.context.store) { try fault() },
            registry: harness.context.registry,
            hookRunner: harness.context.hookRunner,
            transport: harness.transport,
            clock: clock,
            random: harness.context.random,
            logger: harness.context.logger,
            publicURL: nil
        )
    }

    @Test("It is ready until accepted work has been due for too long")
    func waiting() async throws {
        let clock = ManualClock()
        let harness = try await PipelineHarness(works: false, clock: clock)
        #expect(await Readiness(of: context(harness, clock: clock), patience: .seconds(60)) == .ready)
        try await harness.context.store.perform([.queue(QueuedWork(.run("run_1"), due: clock.now()))])
        clock.advance(by: .seconds(60))
        #expect(await Readiness(of: context(harness, clock: clock), patience: .seconds(60)) == .ready)
        clock.advance(by: .seconds(1))
        guard case .failing(let reasons) = await Readiness(of: context(harness, clock: clock), patience: .seconds(60)) else {
            Issue.record("it is ready")
            return
        }
        #expect(reasons.count == 1 && reasons[0].contains("nobody attempts it"))
        await harness.stop()
    }

    @Test(
        "A store that does not answer is said without saying where it is",
        arguments: [
            (StoreError.unavailable("/srv/secret.db"), "does not answer"), (.corrupt("/srv/secret.db"), "restore a backup"),
            (.unavailable("the disk is full"), "takes nothing: the disk is full"),
            (
                .unavailable("/srv/a secret folder/secret.db was taken away under the running host: put it back"),
                "its file was taken away under the running host: put it back"
            ),
            (.unavailable("another file than the one that was opened is at /srv/secret.db: put that one back"), "another file than the one"),
            (.unavailable("relation \"fairlead_keys.data_keys\" does not exist (42P01)"), "relation \"fairlead_keys.data_keys\" does not exist"),
            (
                .unavailable("connection to server at \"secret.internal\" (192.0.2.7), port 5432 failed: FATAL: no password for user \"secret\""),
                "connection to server at … … port 5432 failed: FATAL: no password for user …"
            ),
            (.unknown("connection to server on socket \"/run/secret/.s.PGSQL.5432\" failed: is it running?"), "failed: is it running?"),
        ]
    )
    func store(_ error: StoreError, _ reason: String) async throws {
        let harness = try await PipelineHarness(works: false)
        let readiness = await Readiness(of: context(harness, clock: harness.context.clock) { throw error }, patience: .seconds(60))
        guard case .failing(let reasons) = readiness else {
            Issue.record("it is ready")
            return
        }
        #expect(reasons.count == 1 && reasons[0].contains(reason), "\(reasons)")
        #expect(!reasons[0].contains("secret") && !reasons[0].contains("192.0.2.7"))
        await harness.stop()
    }

    @Test("Workers that cannot run a script are said")
    func workers() async throws {
        let harness = try await PipelineHarness(works: false)
        await harness.pool.shutdown()
        guard case .failing(let reasons) = await Readiness(of: harness.context, patience: .seconds(60)) else {
            Issue.record("it is ready")
            return
        }
        #expect(reasons.count == 1)
        await harness.stop()
    }
}
