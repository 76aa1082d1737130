import LuaRuntime
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

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

    @Test("A disk that takes the small trial and refused something larger a moment ago makes it not ready")
    func nearlyFull() async throws {
        let clock = ManualClock()
        let harness = try await PipelineHarness(works: false, clock: clock)
        let context = context(harness, clock: clock)
        context.environment.storeFailed(StoreError.unavailable("the disk is full"), "writing who was heard of")
        guard case .failing(let reasons) = await Readiness(of: context, patience: .seconds(60)) else {
            Issue.record("it is ready")
            return
        }
        #expect(reasons.first?.contains("the disk is full") == true)
        clock.advance(by: .seconds(61))
        #expect(await Readiness(of: context, patience: .seconds(60)) == .ready)
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
            (.unavailable("/srv/secret.db was cut off under the running host: stop it and restore a backup"), "restore a backup"),
            (.unavailable("/srv/secret.db is in use by process 7 on secret"), "another process has its file"),
            (.unavailable("the database is read-only"), "it is read-only"),
            (.unavailable("the database at secret.internal/secret holds no store in place of sto_1, which was opened"), "another store, or none"),
            (.unavailable("rows in it are sealed with the key secret, which is not among encryption.keys"), "its keys do not fit"),
            (.unavailable("relation \"secret.data_keys\" does not exist (42P01)"), "a part of its schema does not exist"),
            (.unavailable("permission denied for schema secret (42501)"), "lacks a right"),
            (
                .unavailable("connection to server at \"secret.internal\" (192.0.2.7), port 5432 failed: FATAL: no password for user \"secret\""),
                "it refuses the login"
            ),
            (
                .unavailable("connection to server at 192.0.2.7:5432 failed: FATAL: role »secret« is not permitted to log in"),
                "it refuses the login"
            ),
            (.unavailable("connection to server at 192.0.2.7:5432 failed: FATAL: no such database: secret"), "there is no such database"),
            (.unavailable("database 'secret' does not exist (3D000)"), "there is no such database"),
            (.unavailable("connection to server failed: FATAL: database \"secret\" does not exist"), "there is no such database"),
            (.unavailable("FATAL: no pg_hba.conf entry for host \"192.0.2.7\", user \"secret\", no encryption"), "it refuses the login"),
            (.unavailable("FATAL: sorry, too many clients already (53300)"), "no further connections"),
            (.unknown("connection to server on socket \"/run/secret/.s.PGSQL.5432\" failed: is it running?"), "it cannot be reached"),
            (.unavailable("could not translate host name \"secret.internal\" to address"), "it cannot be reached"),
            (.unavailable("secret: »secret« 192.0.2.7:5432, in words of another day"), "the log says why"),
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
        #expect(!reasons[0].contains("secret") && !reasons[0].contains("192.0.2.7") && !reasons[0].contains("5432"))
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
