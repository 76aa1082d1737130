import CrashTesting
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A PostgreSQL store behind a pooler that gives each transaction another session")
struct PostgresPoolerTests {
    @Test("It passes each conformance check", arguments: StoreConformance.checks)
    func keeps(_ check: StoreConformance.Check) async throws {
        let database = try await PostgresDatabase(by: .pooled)
        let suite = StoreConformance { _, clock in try await database.open(keys: [SealTests.key(1)], clock: clock) }
        if let failure = await suite.run(check) { Issue.record("\(failure)") }
    }

    @Test("Nothing is left behind in the sessions that it shares with others: no setting, no statement, no lock, no channel")
    func leavesNothingBehind() async throws {
        let database = try await PostgresDatabase(by: .pooled)
        let store = try await database.open()
        for number in 0..<20 {
            _ = try await store.accept(sampleEvent("evt_\(number)"), dedupe: DedupeKey("key \(number)"))
            _ = try await store.place(sampleOrder("ord_\(number)", "application-\(number)"))
            _ = try await store.claim(ClaimRequest(owner: "a", limit: 1, kinds: [.event]))
        }
        // Another client of the same pool: in some session after the other.
        let other = try PostgresConnection(PostgresOptions(database.url))
        #expect(other.isPooled)
        for _ in 0..<8 {
            let found = try other.exchange([
                PostgresStatement("COMMIT", isKept: false),
                PostgresStatement(
                    """
                    SELECT current_setting('lock_timeout'), current_setting('enable_seqscan'), current_setting('jit'),
                        (SELECT count(*) FROM pg_prepared_statements WHERE name <> ''), (SELECT count(*) FROM pg_listening_channels())
                    """,
                    isKept: false
                ),
            ])[1].rows[0]
            #expect(found.text(0) == "0" && found.text(1) == "on" && found.text(2) == "on")
            #expect(found.int(3) == 0 && found.int(4) == 0)
        }
        #expect(try database.run("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'").isEmpty)
        await store.close()
    }

    @Test("What it sets holds in every transaction, also in one without BEGIN")
    func settingsHold() async throws {
        let database = try await PostgresDatabase(by: .pooled)
        try database.run(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database()); END $$"
        )
        let connection = try PostgresConnection(PostgresOptions(database.url))
        let show = PostgresStatement(
            "SELECT current_setting('synchronous_commit'), current_setting('transaction_isolation'), current_setting('lock_timeout')",
            isKept: false
        )
        func isRight(_ row: PostgresRow) -> Bool { row.text(0) == "on" && row.text(1) == "read committed" && row.text(2) == "5s" }
        for _ in 0..<8 {
            #expect(isRight(try connection.exchange([show])[0].rows[0]))
            #expect(isRight(try connection.exchange([PostgresStatement("BEGIN"), show])[1].rows[0]))
            #expect(isRight(try connection.exchange([show, PostgresStatement("COMMIT")])[0].rows[0]))
            #expect(throws: PostgresFailure.self) { try connection.exchange([PostgresStatement("BEGIN"), PostgresStatement("SELECT 1/0")]) }
            try connection.exchange([PostgresStatement("ROLLBACK")])
        }
    }

    @Test("Without a pooler a session keeps its statements")
    func knowsWhenThereIsNone() async throws {
        let connection = try PostgresConnection(PostgresOptions(try await PostgresDatabase().url))
        #expect(!connection.isPooled)
        try connection.exchange([PostgresStatement("SELECT 1")])
        #expect(try connection.exchange([PostgresStatement("SELECT count(*) FROM pg_prepared_statements", isKept: false)])[0].rows[0].int(0) == 1)
    }

    @Test("Nothing that was accepted is lost when the server behind it is stopped and started again")
    func losesNothing() async throws {
        let server = try await PostgresServer()
        let pooler = try PgBouncer(before: server)
        let database = PostgresDatabase(url: pooler.url(of: try server.newDatabase()))
        let store = try await database.open()
        try await AcceptanceTrial().run(on: store) { _ in try server.crash() }
        await store.close()
    }
}
