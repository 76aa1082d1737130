import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("The partitions of a PostgreSQL database")
struct PostgresPartitionTests {
    private static let november = Timestamp(iso8601: "2026-11-29T12:00:00Z")!
    private let clock = ManualClock(at: PostgresPartitionTests.november)

    private func event(_ at: Timestamp) -> Event {
        let request = ReceivedRequest(method: "POST", path: "/webhook", body: Array("{}".utf8))
        return Event(id: IdentifierKind.event.make(at: at, from: SystemRandom()), kind: .ats, connection: "acme", request: request, receivedAt: at)
    }

    private func partitions(_ database: PostgresDatabase) throws -> [String] {
        let sql = "SELECT c.relname::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relkind = 'r' ORDER BY 1"
        return try database.run(sql).map { $0.text(0) }
    }

    private func place(_ event: Event, _ database: PostgresDatabase) throws -> String? {
        try database.run("SELECT tableoid::regclass::text FROM events WHERE id = '\(event.id)'").first?.text(0)
    }

    @Test("Months follow one another over the turn of a year")
    func monthsFollowOneAnother() {
        let months = PostgresPartitions.months(from: Self.november, count: 3)
        #expect(months.map(\.name) == ["2026_11", "2026_12", "2027_01"])
        #expect(months.map(\.begins.iso8601) == ["2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"])
        #expect(months.map(\.ends).dropLast() == months.map(\.begins).dropFirst())
    }

    @Test("An identifier sorts between the lowest of its month and that of the next")
    func identifiersSortIntoTheirMonth() {
        let month = PostgresPartitions.months(from: Self.november, count: 1)[0]
        for at in [month.begins, Self.november, Timestamp(milliseconds: month.ends.milliseconds - 1)] {
            let id = IdentifierKind.event.make(at: at, from: SystemRandom())
            #expect(IdentifierKind.event.lowest(at: month.begins) <= id)
            #expect(id < IdentifierKind.event.lowest(at: month.ends))
        }
    }

    @Test("There are partitions for this month and the next two, and events go to theirs", arguments: PostgresDatabase.Way.allCases)
    func areMadeAhead(_ way: PostgresDatabase.Way) async throws {
        let database = try await PostgresDatabase(by: way)
        for _ in 0..<2 { await (try await database.open(clock: clock)).close() }
        let months = ["2026_11", "2026_12", "2027_01", "rest"]
        #expect(try partitions(database) == ["events", "runs", "steps"].flatMap { table in months.map { "\(table)_\($0)" } })
        let store = try await database.open(clock: clock)
        let (present, old) = (event(Self.november), event(Timestamp(iso8601: "2024-02-01T00:00:00Z")!))
        for event in [present, old] { _ = try await store.accept(event, dedupe: nil) }
        #expect(try place(present, database) == "events_2026_11")
        #expect(try place(old, database) == "events_rest")
        #expect(try await store.event(present.id)?.id == present.id)
        #expect(try await store.event(old.id)?.id == old.id)
        await store.close()
    }

    @Test("A store that stays open makes the partitions of later months")
    func areMadeWhileOpen() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open(clock: clock)
        clock.advance(by: .seconds(60 * 86_400))
        _ = try await store.claim(ClaimRequest(owner: "rep_1", limit: 1, kinds: [.event]))
        let event = event(clock.now())
        _ = try await store.accept(event, dedupe: nil)
        // What was begun is finished first.
        await store.close()
        #expect(try place(event, database) == "events_2027_01")
        let months = ["2026_11", "2026_12", "2027_01", "2027_02", "2027_03", "rest"]
        #expect(try partitions(database).filter { $0.hasPrefix("steps") } == months.map { "steps_\($0)" })
    }

    @Test("What is delivered again after its month was dropped is a duplicate still")
    func aDroppedMonthStillMakesDuplicates() async throws {
        let database = try await PostgresDatabase()
        let store = try await database.open(clock: clock)
        let first = event(clock.now())
        _ = try await store.accept(first, dedupe: "delivery-1")
        try database.run("DROP TABLE events_2026_11")
        let again = try await store.accept(event(clock.now()), dedupe: "delivery-1")
        #expect(again == Acceptance(event: first.id, duplicate: true))
        await store.close()
    }

    @Test("A month that cannot have its partition is kept in the rest")
    func withoutAPartitionTheRestKeepsThem() async throws {
        let database = try await PostgresDatabase()
        await (try await database.open(clock: clock)).close()
        try database.run("DROP TABLE events_2026_11", "CREATE VIEW events_2026_11 AS SELECT 1 AS nothing")
        let store = try await database.open(clock: clock)
        let event = event(clock.now())
        _ = try await store.accept(event, dedupe: nil)
        #expect(try place(event, database) == "events_rest")
        await store.close()
    }
}
