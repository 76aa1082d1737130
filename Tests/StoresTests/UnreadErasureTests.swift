import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// What cannot be read is not taken for nothing.
@Suite("Erasing where something cannot be read") struct UnreadErasureTests {
    private static let ana = ErasureSubject.email(Personal("ana@example.test"))

    @Test("What is damaged is named by whoever finds, and counted in the certificate; all else goes", arguments: BackupBed.Kind.allCases)
    func damaged(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        var events: [String] = []
        for number in 0..<2 {
            let body = Array(#"{"application": "application-\#(number)", "email": "ana@example.test"}"#.utf8)
            let event = sampleEvent(IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()), body: body)
            _ = try await store.accept(event, dedupe: nil)
            events.append(event.id)
        }
        let order = sampleOrder(IdentifierKind.order.make(at: SystemClock().now(), from: SystemRandom()), "application-101")
        _ = try await store.place(order)
        let bytes = Self.damage(kind)
        try await bed.run("UPDATE events SET body = \(bytes) WHERE id = '\(events[1])'")
        try await bed.run("INSERT INTO kv (connection, key, body) VALUES ('acme', \(bytes), \(bytes))")
        let found = try #require(try await store.records(of: Self.ana))
        #expect(found.orders == [order.id] && found.events == [events[0]])
        #expect(found.unread.corrupt == [events[1]] && found.unread.keyMissing.isEmpty)
        let erasure = try #require(try await store.erase(Self.ana, as: "ers_1", window: .seconds(60), by: .system, note: nil))
        #expect(erasure.unread == ["corrupt": 2], "the event, and a value that scripts keep")
        #expect(erasure.isSigned && Erasure(json: erasure.json) == erasure && erasure.isAllThatIsSaid(in: erasure.json))
        #expect(try await store.order(order.id) == nil)
        #expect(try await store.erasure("ers_1") == erasure)
        await store.close()
    }

    @Test("A damaged order goes with all that is of it where it is named; found by an address it stays", arguments: BackupBed.Kind.allCases)
    func damagedOrder(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let order = sampleOrder(IdentifierKind.order.make(at: SystemClock().now(), from: SystemRandom()), "application-101")
        _ = try await store.place(order)
        let event = sampleEvent(IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()), order: order.id)
        _ = try await store.accept(event, dedupe: nil)
        try await bed.run("UPDATE orders SET body = \(Self.damage(kind)) WHERE id = '\(order.id)'")
        let found = try #require(try await store.records(of: Self.ana))
        #expect(found.orders.isEmpty && found.unread.corrupt == [order.id])
        let first = try #require(try await store.erase(Self.ana, as: "ers_1", window: .seconds(60), by: .system, note: nil))
        #expect(first.unread == ["corrupt": 1] && first.counts["orders"] == 0)
        let named = try #require(try await store.records(of: .order(order.id)))
        #expect(named.orders == [order.id] && named.events == [event.id] && named.unread.corrupt == [order.id])
        let would = try #require(try await store.erasable(.order(order.id)))
        let second = try #require(try await store.erase(.order(order.id), as: "ers_2", window: .seconds(60), by: .system, note: nil))
        #expect(second.counts == would && would["orders"] == 1 && would["events"] == 1 && second.unread == ["corrupt": 1])
        #expect(try await store.order(order.id) == nil)
        #expect(try await store.event(event.id) == nil)
        #expect(try await store.isErased([.externalID("application-101")], on: "acme"))
        #expect(try await store.isErased(callbackToken: order.callbackToken.value))
        #expect(try await store.records(of: .order(order.id)) == nil)
        await store.close()
    }

    @Test("What comes meanwhile and cannot be read is counted, though nothing else came", arguments: BackupBed.Kind.allCases)
    func damagedMeanwhile(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        _ = try await store.place(sampleOrder(IdentifierKind.order.make(at: SystemClock().now(), from: SystemRandom()), "application-101"))
        let event = sampleEvent(IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()))
        let erasure = try await store.erase(Self.ana, as: "ers_1", window: .seconds(60), by: .system, note: nil) { _ in
            _ = try? await store.accept(event, dedupe: nil)
            try? await bed.run("UPDATE events SET body = \(Self.damage(kind)) WHERE id = '\(event.id)'")
            return ErasureTelling()
        }
        #expect(erasure?.unread == ["corrupt": 1] && erasure?.counts["orders"] == 1)
        await store.close()
    }

    /// A body that does not open.
    private static func damage(_ kind: BackupBed.Kind) -> String { kind == .sqlite ? "x'0102030405060708'" : "'\\x0102030405060708'" }

    @Test("Where all can be read the certificate says nothing of it", arguments: BackupBed.Kind.allCases)
    func whole(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<2)
        let erasure = try #require(try await store.erase(Self.ana, as: "ers_1", window: .seconds(60), by: .system, note: nil))
        #expect(erasure.unread.isEmpty && erasure.json["unread"] == nil && erasure.counts["orders"] == 2)
        await store.close()
    }
}
