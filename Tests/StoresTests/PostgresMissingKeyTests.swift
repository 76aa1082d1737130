import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// What a replica does without a key that another one seals with already.
@Suite("A PostgreSQL store without one of its keys")
struct PostgresMissingKeyTests {
    private let old = SealTests.key(1)
    private let new = SealTests.key(2)

    @Test("What decides on a page learns that some of it cannot be read here; a hold on a person is not set over half of what is theirs")
    func decisions() async throws {
        let (database, clock) = (try await PostgresDatabase(), ManualClock())
        let without = try await database.open(keys: [old], clock: clock)
        _ = try await without.place(sampleOrder("ord_1", "application-1"))
        let with = try await database.open(keys: [new, old], clock: clock)
        var other = try await with.place(sampleOrder("ord_2", "application-2")).order
        other.providerRef = "ref_2"
        other.version += 1
        try await with.perform([.reference(Effect.Reference("ref_2", of: other.id, account: other.account, isAlone: false)), .order(other)])
        let name = try MasterKeys([new]).first
        var person = OrderQuery()
        (person.account, person.text) = ("zinc-uk", Personal("ana@example.test"))
        var reference = OrderQuery()
        (reference.account, reference.providerRef) = ("zinc-uk", "ref_2")
        for query in [OrderQuery(), person, reference] {
            let page = try await without.orders(query, PageRequest(limit: 2))
            #expect(page.unread.count == 1)
            #expect(throws: StoreError.keyMissing(name)) { _ = try page.whole() }
            #expect(try await with.orders(query, PageRequest(limit: 2)).whole().contains { $0.id == "ord_2" })
        }
        let hold = LegalHold(id: "hld_1", order: nil, email: "ana@example.test", at: clock.now(), actor: .system, note: nil)
        await #expect(throws: StoreError.keyMissing(name)) { try await without.hold(hold) }
        #expect(try await without.holds().isEmpty)
        #expect(try await without.count(in: .accepted, changedSince: clock.now(), on: nil).all == 2)
        await without.close()
        await with.close()
    }

    @Test("Rows that cannot be read count among those that a search looks through: no request walks all of them")
    func lookedThrough() throws {
        var asked = 0
        let page = try PageRequest(limit: 10).lookingThrough(
            500,
            id: { (item: String) in item },
            { _ in
                asked += 1
                var unread = UnreadRows()
                for _ in 0..<200 { let _: String? = try unread.reading { throw StoreError.keyMissing("8c01ffe2") } }
                return Page(items: [], next: asked < 20 ? "\(asked)" : nil, unread: unread)
            },
            fits: { _ in true }
        )
        #expect(asked == 3 && page.next == "3" && page.unread.count == 600)
    }
}
