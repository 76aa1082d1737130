import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A PostgreSQL database's schema")
struct PostgresSchemaTests {
    @Test("Replicas that start together create the schema once", arguments: PostgresDatabase.Way.allCases)
    func isMadeOnceByReplicasThatStartTogether(_ way: PostgresDatabase.Way) async throws {
        let database = try await PostgresDatabase(by: way)
        let stores = try await withThrowingTaskGroup(of: PostgresStore.self) { group in
            for _ in 0..<4 { group.addTask { try await database.open() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let numbers = try database.run("SELECT number::bigint FROM schema_migrations").map { $0.int(0) }
        #expect(numbers == SchemaMigration.all.map { Int64($0.number) })
        for (index, store) in stores.enumerated() {
            #expect(try await !store.accept(sampleEvent("evt_\(index)"), dedupe: nil).duplicate)
            await store.close()
        }
    }

    @Test("A schema of a newer version is refused")
    func ofANewerVersionIsRefused() async throws {
        let database = try await PostgresDatabase()
        await (try await database.open()).close()
        try database.run("INSERT INTO schema_migrations VALUES (9000, 'from the future', 0)")
        await #expect {
            _ = try await database.open()
        } throws: { error in
            guard case StoreError.newer(let what)? = error as? StoreError else { return false }
            return what.contains("9000")
        }
    }

    @Test("A database is refused when an encryption key that it was used with is missing")
    func isRefusedWithoutAKeyThatOnceSealed() async throws {
        let database = try await PostgresDatabase()
        for keys in [[SealTests.key(1)], [SealTests.key(2), SealTests.key(1)]] { await (try await database.open(keys: keys)).close() }
        await #expect {
            _ = try await database.open(keys: [SealTests.key(2)])
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return why.contains("put it back")
        }
        await (try await database.open(keys: [SealTests.key(2), SealTests.key(1)])).close()
    }

    @Test("No personal text is stored outside the opaque columns")
    func holdsNoPersonalTextOutsideTheOpaqueColumns() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        _ = try await store.place(sampleOrder("ord_1", "application-101"))
        await store.close()
        let rows = try database.run("SELECT (to_jsonb(o) - 'body')::text FROM orders AS o").map { $0.text(0) }
        #expect(rows.count == 1)
        for text in ["Roe", "ana@", "960000", "token of", "application-101"] { #expect(!rows[0].contains(text), "\(text)") }
    }
}

@Suite("What goes to and comes from PostgreSQL")
struct PostgresExchangeTests {
    @Test("Values of every type come back from the server unchanged")
    func valuesComeBackAsTheyWere() async throws {
        let database = try await PostgresDatabase()
        let connection = try PostgresConnection(PostgresOptions(database.url))
        let text = "ü\u{1F600}'\"\\{},NULL"
        let values: [PostgresValue] = [
            .int(.min), .int(nil), .text(text), .text(""), .text(nil), .bytes([0, 255, 10]), .bytes([]), .bool(true), .ints([1, nil, -1]),
            .texts([text, nil]),
            .blobs([[0], nil, []]), .ints([]),
        ]
        let sql = """
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9[1] + $9[3], $9[2] IS NULL, $10[1], $10[2] IS NULL, $11[1], $11[3], cardinality($12)::bigint
            """
        for isKept in [true, true, false] {
            let row = try connection.exchange([PostgresStatement(sql, values, isKept: isKept)])[0].rows[0]
            #expect(row.int(0) == .min)
            #expect(row.optionalInt(1) == nil)
            #expect(row.text(2) == text)
            #expect(row.optionalText(3) == "")
            #expect(row.optionalText(4) == nil)
            #expect(row.bytes(5) == [0, 255, 10])
            #expect(row.optionalBytes(6) == [])
            #expect(row.bool(7))
            #expect(row.int(8) == 0)
            #expect(row.bool(9))
            #expect(row.text(10) == text)
            #expect(row.bool(11))
            #expect(row.bytes(12) == [0])
            #expect(row.optionalBytes(13) == [])
            #expect(row.int(14) == 0)
        }
    }

    @Test("A connection stays usable after a statement fails")
    func aRefusalLeavesTheConnectionUsable() async throws {
        let database = try await PostgresDatabase()
        let connection = try PostgresConnection(PostgresOptions(database.url))
        for isKept in [true, false] {
            #expect(throws: PostgresFailure.self) {
                try connection.exchange([PostgresStatement("SELECT 1/0", isKept: isKept), PostgresStatement("SELECT 2", isKept: isKept)])
            }
            #expect(try connection.exchange([PostgresStatement("SELECT 3::bigint", isKept: isKept)])[0].rows[0].int(0) == 3)
        }
    }

    @Test("Values larger than every buffer are sent and received whole")
    func whatIsLargerThanEveryBufferGoesThrough() async throws {
        let database = try await PostgresDatabase()
        let connection = try PostgresConnection(PostgresOptions(database.url))
        let large = [UInt8](repeating: 7, count: 3 << 20)
        let statements = (0..<8).map { _ in PostgresStatement("SELECT $1", [.bytes(large)]) }
        for answer in try connection.exchange(statements) { #expect(answer.rows[0].bytes(0) == large) }
    }

    @Test("Writes that arrive together are committed together")
    func commitsTogetherWhatArrivesTogether() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<500 { group.addTask { _ = try await store.accept(sampleEvent("evt_\(index)"), dedupe: "k\(index)") } }
            try await group.waitForAll()
        }
        let figures = store.intakeFigures
        #expect(figures.intents == 500)
        #expect(figures.batches < 500)
        await store.close()
    }

    @Test("An intent that the database refuses does not fail the others in its batch")
    func anIntentThatTheDatabaseRefusesTakesNobodyWithIt() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open()
        let results = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<100 {
                group.addTask {
                    do {
                        let record = Effect.record(sampleEvent("evt_\(index)"))
                        try await store.perform(index % 3 == 0 ? [record, record] : [record])
                        return true
                    } catch {
                        return (error as? StoreError) != .conflict
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results.count { $0 } == 66)
        let events = try await store.events(EventQuery(), PageRequest(limit: 200)).items.map(\.id)
        #expect(Set(events) == Set((0..<100).filter { $0 % 3 != 0 }.map { "evt_\($0)" }))
        await store.close()
    }

    @Test(
        "No connection error shows the password of the URL",
        arguments: [
            "postgres://fairlead:hunter2@db.invalid/fairlead?connect_timeout=2", "postgres://fairlead:hunter2@127.0.0.1:1/fairlead",
            "postgres://fairlead:hun@ter2@127.0.0.1:1/fairlead", "postgres://fairlead:hunter2@127.0.0.1:port/fairlead",
            "postgresql://127.0.0.1:1/fairlead?password=hunter2", "postgres://fairlead@127.0.0.1:1/fairlead?hunter2=1",
        ]
    )
    func noErrorShowsAPassword(_ url: String) async throws {
        await #expect {
            _ = try await StoreURL.open(url, relativeTo: "/", clock: SystemClock(), random: SystemRandom())
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return !why.contains("hunter2") && !why.contains("ter2")
        }
    }
}
