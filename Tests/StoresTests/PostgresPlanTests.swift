import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// What the server reads for a question about a few rows in tables of which it has no statistics: after a restore, a copy, and in the first minutes of a month.
@Suite("Questions to a PostgreSQL database without statistics") struct PostgresPlanTests {
    private static let copies = 6000

    /// A store with an order, its event, and an update that was told of it, among the runs and events of thousands of others.
    private func filled() async throws -> PostgresDatabase {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        for table in ["orders", "lookups", "events_rest", "runs_rest", "run_lookups", "order_sources"] {
            try database.run("ALTER TABLE \(table) SET (autovacuum_enabled = false)")
        }
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        _ = try await store.place(sampleOrder("ord_1", "application-1"))
        var update = Run(
            id: "run_1",
            connection: "acme",
            plugin: "webhook",
            pluginVersion: "1.0.0",
            script: "hash",
            hook: "on_update",
            event: nil,
            order: "ord_1",
            input: .update(Personal(["state": "completed"])),
            createdAt: Timestamp(milliseconds: 0)
        )
        update.state = .done
        try await store.perform([.run(sampleRun("run_0", event: "evt_1")), .run(update)])
        await store.close()
        try database.run(
            """
            INSERT INTO events (id, kind, connection, received_at, state, key_id, head, body)
            SELECT 'evt_x' || n, kind, connection, received_at, 'done', key_id, head, body FROM events, generate_series(1, \(Self.copies)) AS n
            """
        )
        for (run, event, order) in [("run_0", "'evt_x' || n", "NULL"), ("run_1", "NULL", "'ord_x' || n")] {
            try database.run(
                """
                INSERT INTO runs (id, connection, plugin, plugin_version, script, hook, event_id, order_id, state, attempt, created_at, body)
                SELECT id || 'x' || n, connection, plugin, plugin_version, script, hook, \(event), \(order), 'done', 1, created_at, body
                FROM runs, generate_series(1, \(Self.copies)) AS n WHERE id = '\(run)'
                """
            )
        }
        return database
    }

    /// How many entries of a table's indexes, and rows beside them, were read by what a body asks.
    private func read(_ table: String, _ database: PostgresDatabase, _ body: (PostgresStore) async throws -> Void) async throws -> Int64 {
        let sum = """
            SELECT (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes WHERE relname LIKE '\(table)%')::bigint
            + (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables WHERE relname LIKE '\(table)%')::bigint
            """
        let store = try await database.open()
        let before = try database.run(sum)[0].int(0)
        try await body(store)
        // The server publishes what a session has read when the session ends.
        await store.close()
        for _ in 0..<200
        where try database.run("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").count > 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        return try database.run(sum)[0].int(0) - before
    }

    @Test("The updates of an order are found among its own runs")
    func updatesOfAnOrder() async throws {
        let database = try await filled()
        let count = try await read("runs", database) { (store) async throws in
            #expect(try await store.updates(of: ["ord_1"])["ord_1"]?.told?.id == "run_1")
            #expect(try await store.laterUpdateTold(than: "run_1") == nil)
            #expect(try await store.load(.run("run_1")).run?.id == "run_1")
            var query = RunQuery()
            (query.order, query.hook, query.states) = ("ord_1", "on_update", [.done, .dead])
            #expect(try await store.runs(query, PageRequest()).items.map(\.id) == ["run_1"])
        }
        #expect(count < 100)
    }

    @Test("What nobody has is looked for without going through runs or events")
    func whatNobodyHas() async throws {
        let database = try await filled()
        for table in ["runs", "events"] {
            let count = try await read(table, database) { (store) async throws in
                var (events, runs) = (EventQuery(), RunQuery())
                (events.text, runs.text) = (Personal("nobody at all"), Personal("nobody at all"))
                #expect(try await store.events(events, PageRequest()).items.isEmpty)
                #expect(try await store.runs(runs, PageRequest()).items.isEmpty)
            }
            // As a store is opened, some of the newest rows are looked at.
            let opening = try await read(table, database) { (_) async throws in }
            #expect(count - opening < 100, "\(table)")
        }
    }
}
