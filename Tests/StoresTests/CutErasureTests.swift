import Foundation
import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// An erasure is written down before anything is destroyed, and is finished by whoever opens the store next: on both stores, and from a restored backup.
@Suite("An erasure that was cut short") struct CutErasureTests {
    enum Moment: CaseIterable, Sendable { case writtenDown, rowsGone, keysGone }

    private static let ana = ErasureSubject.email(Personal("ana@example.test"))

    private func received(_ store: any Store) async throws -> (event: String, order: String) {
        let event = sampleEvent(
            IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()),
            body: Array(#"{"application": "application-101", "email": "ana@example.test"}"#.utf8)
        )
        _ = try await store.accept(event, dedupe: "d-1")
        let order = try await store.place(sampleOrder(IdentifierKind.order.make(at: SystemClock().now(), from: SystemRandom()), "application-101"))
        return (event.id, order.order.id)
    }

    /// Does the first steps of an erasure.
    private func begin(_ store: some SQLStore, until moment: Moment) async throws -> ErasurePlan {
        let plan = try await store.plan(addresses: ["ana@example.test"], orders: [], isWhole: true)
        try await store.write(ledger: LedgerEntry(Erasure(id: "ers_1", subject: "sub_1", requestedAt: store.clock.now()), plan))
        guard moment != .writtenDown else { return plan }
        let now = store.clock.now().milliseconds
        var touched = TouchedRows()
        (touched.orders, touched.events) = (plan.orders.sorted(), plan.events.sorted())
        try await store.write(touched) { transaction in
            try transaction.erase(plan)
            try transaction.change("INSERT INTO erasures (id, at) VALUES ($1, $2)", [.text("ers_1"), .int(now)])
        }
        if moment == .keysGone { try await store.destroy(keys: plan.keys.sorted()) }
        return plan
    }

    @Test("It is finished when the store is opened again", arguments: BackupBed.Kind.allCases, Moment.allCases)
    func cutShort(_ kind: BackupBed.Kind, _ moment: Moment) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let (event, order) = try await received(store)
        let sqlStore = try #require(store as? any SQLStore)
        let plan = try await begin(sqlStore, until: moment)
        #expect(plan.orders == [order] && plan.events.contains(event) && plan.keys.count == 2)
        await store.close()
        let again = try await bed.open()
        let done = try #require(try await again.erasure("ers_1"))
        #expect(done.doneAt != nil && done.isSigned && done.counts["orders"] == 1)
        #expect(try await again.event(event) == nil)
        #expect(try await again.order(order) == nil)
        #expect(try await again.isErased([.externalID("application-101")], on: "acme"))
        let left = try await (again as? any SQLStore)?.keysLeft(of: plan)
        #expect(left == 0)
        #expect(try await again.replayErasures() == 0)
        await again.close()
    }

    @Test("What came meanwhile goes when it is finished, but for what is on hold by then", arguments: BackupBed.Kind.allCases)
    func held(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        _ = try await received(store)
        let sqlStore = try #require(store as? any SQLStore)
        let plan = try await begin(sqlStore, until: .keysGone)
        let bodies = [#"{"application": "application-101"}"#, #"{"application": "application-101", "email": "ana@example.test"}"#]
        var late: [String] = []
        for body in bodies {
            let event = sampleEvent(IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()), body: Array(body.utf8))
            _ = try await store.accept(event, dedupe: nil)
            late.append(event.id)
        }
        try await store.hold(LegalHold(id: "hld_1", order: nil, email: "ana@example.test", at: SystemClock().now(), actor: .system, note: nil))
        await store.close()
        let again = try await bed.open()
        let done = try #require(try await again.erasure("ers_1"))
        #expect(done.doneAt != nil && done.counts["events"] == plan.events.count + 1)
        #expect(try await again.event(late[0]) == nil)
        #expect(try await again.event(late[1]) != nil, "what is on hold is there, and opens")
        await again.close()
    }

    @Test("A backup from before that is restored holds nobody once it is opened, and nobody orders for them", arguments: BackupBed.Kind.allCases)
    func restored(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let (event, order) = try await received(store)
        _ = try await bed.backup()
        let erasure = try #require(try await store.erase(Self.ana, as: "ers_1", window: .seconds(86_400), by: .system, note: nil))
        await store.close()
        try await bed.restore(keysPath: bed.file + ".keys")
        let again = try await bed.open()
        #expect(try await again.event(event) == nil)
        #expect(try await again.order(order) == nil)
        #expect(try await again.records(of: Self.ana)?.isEmpty == true)
        #expect(try await again.erasures() == [erasure])
        await #expect(throws: StoreError.conflict) { _ = try await again.place(sampleOrder("ord_again", "application-101")) }
        #expect(try await again.isErased([.dedupe("d-1")], on: "acme"))
        #expect(try await again.verifyAudit(anchors: []).isWhole)
        await again.close()
    }
}

extension SQLStore {
    fileprivate func keysLeft(of plan: ErasurePlan) async throws -> Int {
        try await read { try $0.wrappedKeys(plan.keys.sorted()).count }
    }
}
