import CrashTesting
import Screening
import ScreeningTesting

@testable import Stores

/// One test's database.
struct PostgresDatabase: Sendable {
    /// How the stores reach it.
    enum Way: CaseIterable, Sendable { case direct, pooled }

    let url: String
    /// Past a pooler, where there is one.
    private let direct: String

    init(on server: PostgresServer? = nil, by way: Way = .direct) async throws {
        if let server { direct = try server.newDatabase() } else { direct = try await PostgresServer.shared.value.newDatabase() }
        url = way == .direct ? direct : try await PgBouncer.shared.value.url(of: direct)
    }

    init(url: String) { (self.url, direct) = (url, url) }

    /// Does something with one that has every table and nothing in them. To empty one that others have used takes a tenth of what making the tables does.
    /// - Parameter body: returns whether all went well: else nobody else is given what it leaves.
    static func withTables(_ body: (PostgresDatabase) async throws -> Bool) async throws {
        let databases = try await PostgresTemplate.shared.value
        let url = try await databases.take()
        guard try await body(PostgresDatabase(url: url)) else { return }
        try PostgresTemplate.empty(url)
        await databases.giveBack(url)
    }

    /// A store whose time is the clock's.
    func open(keys: [Secret] = [], clock: any WallClock = ManualClock()) async throws -> PostgresStore {
        try await PostgresStore.open(url: url, keys: keys, clock: clock, random: SystemRandom(), time: .clock(clock))
    }

    /// A store whose time is the database's.
    func openAsInService(clock: any WallClock = SystemClock()) async throws -> any Store {
        try await StoreURL.open(url, relativeTo: "/", clock: clock, random: SystemRandom())
    }

    /// Runs statements on a connection of their own. Returns the last one's rows.
    @discardableResult
    func run(_ sql: String...) throws -> [PostgresRow] {
        try PostgresConnection(PostgresOptions(direct)).exchange(sql.map { PostgresStatement($0, isKept: false) }).last?.rows ?? []
    }
}

/// Databases with every table and nothing in them: the tables are made once for each run of the tests.
actor PostgresTemplate {
    static let shared = Task { try PostgresTemplate(on: try await PostgresServer.shared.value) }

    private let server: PostgresServer
    /// Not to the template: a database that somebody is connected to cannot be copied.
    private let connection: PostgresConnection
    private var count = 0
    private var free: [String] = []

    private init(on server: PostgresServer) throws {
        let connection = try PostgresConnection(PostgresOptions(server.url("postgres")))
        try connection.script("CREATE DATABASE tables")
        let template = try PostgresConnection(PostgresOptions(server.url("tables")))
        let clock = ManualClock()
        try SchemaMigration.run(template, newStore: false, time: .clock(clock))
        _ = try PostgresPartitions.make(template, now: clock.now())
        try template.script(Self.keeping)
        self.server = server
        self.connection = connection
    }

    /// One that nobody has; a new copy where there is none.
    func take() throws -> String {
        if let url = free.popLast() { return url }
        count += 1
        try connection.script("CREATE DATABASE tables\(count) TEMPLATE tables")
        return server.url("tables\(count)")
    }

    /// Takes back one that is empty again.
    func giveBack(_ url: String) { free.append(url) }

    /// Takes everything out that was put in since the tables were made.
    static func empty(_ url: String) throws { try PostgresConnection(PostgresOptions(url)).script(emptying) }

    private static let tables = """
        SELECT format('%I.%I', n.nspname, c.relname) AS whole FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'fairlead_keys') AND c.relkind = 'r'
        """

    /// Keeps what the tables begin with.
    private static let keeping = """
        CREATE SCHEMA kept;
        DO $$ DECLARE t record; n bigint; BEGIN
            FOR t IN \(tables) LOOP
                EXECUTE format('CREATE TABLE kept.%I AS SELECT * FROM %s', t.whole, t.whole);
                GET DIAGNOSTICS n = ROW_COUNT;
                IF n = 0 THEN EXECUTE format('DROP TABLE kept.%I', t.whole); END IF;
            END LOOP;
        END $$
        """

    /// Triggers count what is taken away, too: they stand still. A partition that was made since is empty, and stays.
    private static let emptying = """
        SET session_replication_role = replica;
        DO $$ DECLARE t record; BEGIN
            FOR t IN \(tables) LOOP
                EXECUTE 'DELETE FROM ' || t.whole;
            END LOOP;
            FOR t IN SELECT c.relname AS whole FROM pg_class AS c WHERE c.relnamespace = 'kept'::regnamespace AND c.relkind = 'r' LOOP
                EXECUTE format('INSERT INTO %s OVERRIDING SYSTEM VALUE SELECT * FROM kept.%I', t.whole, t.whole);
            END LOOP;
            PERFORM setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences WHERE schemaname IN ('public', 'fairlead_keys');
        END $$
        """
}
