import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("What is sealed")
struct SealTests {
    static func key(_ number: UInt8) -> Secret { Secret([UInt8](repeating: number, count: 32).base64) }

    private let place = AssociatedData(.orders, "ord_1")
    private let content = RowCodec.Content(json: ["name": "Ana Roe"], raw: [7])

    @Test("It opens where it was sealed and nowhere else")
    func opensWhereItWasSealed() async throws {
        let codec = try sampleCodec()
        let key = try await codec.keys.new(for: "ord_1")
        let sealed = try codec.seal(content, at: place, under: key)
        #expect(try RowOpener.atHand(codec).open(sealed, at: place).json == content.json)
        for other in [AssociatedData(.orders, "ord_2"), AssociatedData(.events, "ord_1")] {
            #expect(throws: StoreError.self) { try RowOpener.atHand(codec).open(sealed, at: other) }
        }
        #expect(try codec.seal(content, at: place, under: key) != sealed)
    }

    @Test("It does not open once a bit is changed or a byte is gone")
    func doesNotOpenOnceItIsChanged() async throws {
        let codec = try sampleCodec()
        let sealed = try codec.seal(content, at: place, under: try await codec.keys.new(for: "ord_1"))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: StoreError.self) { try RowOpener.atHand(codec).open(changed, at: place) }
            #expect(throws: StoreError.self) { try RowOpener.atHand(codec).open(Array(sealed.prefix(index)), at: place) }
        }
    }

    @Test("A wrapped key opens with any of the keys, and the one that is missing is named")
    func opensWithAnyOfTheKeys() throws {
        let random = BufferedRandom(SeededRandom())
        let old = try MasterKeys([Self.key(1)])
        let wrapped = try old.wrap([7], at: place, random)
        #expect(try MasterKeys([Self.key(2), Self.key(1)]).unwrap(wrapped, at: place) == [7])
        #expect {
            try MasterKeys([Self.key(2)]).unwrap(wrapped, at: place)
        } throws: { error in
            error as? StoreError == .keyMissing(old.first) && "\(error)".contains(old.first) && "\(error)".contains("encryption.keys")
        }
    }

    @Test("A key that nothing wraps opens only where there are no keys, and is wrapped by a rotation")
    func opensUnwrappedWithoutKeys() throws {
        let random = BufferedRandom(SeededRandom())
        let (none, some) = (try MasterKeys([]), try MasterKeys([Self.key(1)]))
        let plain = try none.wrap([7], at: place, random)
        #expect(try none.unwrap(plain, at: place) == [7])
        #expect(throws: StoreError.self) { try some.unwrap(plain, at: place) }
        #expect(try some.unwrap(try some.rewrap(plain, at: place, random), at: place) == [7])
    }

    @Test("Every event and order has a data key of its own, and its run, steps and timeline have the same")
    func keysFollowTheSubject() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open(keys: [Self.key(1)])
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        _ = try await store.accept(sampleEvent("evt_2"), dedupe: nil)
        let run = Run(
            id: "run_1",
            connection: "acme",
            plugin: "webhook",
            pluginVersion: "1.0.0",
            script: "hash",
            hook: "on_event",
            event: "evt_1",
            order: nil,
            input: .event(parameters: [:]),
            createdAt: Timestamp(milliseconds: 0)
        )
        try await store.perform([.run(run)])
        let step = Step(number: 1, kind: "orders.place", requestHash: "h", request: [:], at: Timestamp(milliseconds: 0))
        let order = try #require(try await store.remember([step], of: "run_1", doing: .place(sampleOrder("ord_1", "application-1")) { _ in [:] }))
        #expect(order.causedBy == Order.Cause(event: "evt_1", run: "run_1"))
        #expect(try await store.event("evt_1")?.orders == ["ord_1"])
        let ids = try await store.read { rows in
            func key(_ sql: String) throws -> Int64? { try rows.db.first(sql).flatMap { RowCodec.keyID(of: $0.bytes(0)) } }
            return [
                try key("SELECT body FROM events WHERE id = 'evt_1'"), try key("SELECT body FROM runs"), try key("SELECT body FROM steps"),
                try key("SELECT body FROM events WHERE id = 'evt_2'"), try key("SELECT body FROM orders"), try key("SELECT body FROM timeline"),
            ]
        }
        #expect(Set(ids[0...2]).count == 1)
        #expect(Set(ids[4...5]).count == 1)
        #expect(Set(ids).count == 3)
        await store.close()
    }

    @Test("What was sealed under a data key is gone with it, in the store and in an older copy of its rows")
    func destroyingAKeyErases() async throws {
        let folder = try SQLiteFolder()
        var store = try folder.open(keys: [Self.key(1)])
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        _ = try await store.accept(sampleEvent("evt_2"), dedupe: nil)
        await store.close()
        let keys = try DatabaseQueue(path: folder.file("fairlead-keys.db"))
        let rows = try DatabaseQueue(path: folder.file())
        let id = try await rows.read { try Int64.fetchOne($0, sql: "SELECT key_id FROM events WHERE id = 'evt_1'") }
        try await keys.write { try $0.execute(sql: "DELETE FROM data_keys WHERE id = ?", arguments: [id]) }
        try keys.close()
        try rows.close()
        store = try folder.open(keys: [Self.key(1)])
        let reopened = store
        await #expect(throws: StoreError.self) { try await reopened.event("evt_1") }
        #expect(try await store.event("evt_2") != nil)
        await store.close()
    }

    @Test("What was stored is found again after the keys have been changed")
    func isFoundAgainAfterTheKeysHaveBeenChanged() async throws {
        let folder = try SQLiteFolder()
        let keys: [[Secret]] = [[Self.key(1)], [Self.key(2), Self.key(1)], [Self.key(2), Self.key(1)]]
        for (number, keys) in keys.enumerated() {
            let store = try folder.open(keys: keys)
            #expect(try await store.accept(sampleEvent("evt_\(number)"), dedupe: "same").duplicate == (number > 0))
            #expect(try await store.event("evt_0")?.request.value.body == Array("{}".utf8))
            await store.close()
        }
    }

    @Test("A store is refused without a key that once sealed")
    func isRefusedWithoutAKeyThatOnceSealed() async throws {
        let folder = try SQLiteFolder()
        for keys in [[Self.key(1)], [Self.key(2), Self.key(1)], [Self.key(1), Self.key(2)]] { await (try folder.open(keys: keys)).close() }
        for number: UInt8 in [1, 2] {
            let missing = try MasterKeys([Self.key(3 - number)]).first
            #expect {
                _ = try folder.open(keys: [Self.key(number), Self.key(7)])
            } throws: { error in
                guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
                return why.contains(number == 1 ? missing : "encryption.keys")
            }
        }
        await (try folder.open(keys: [Self.key(7), Self.key(2), Self.key(1)])).close()
    }

    @Test("A store is refused with other keys, without any, and where it was not sealed")
    func isRefusedWithOtherKeys() async throws {
        let sealed = try SQLiteFolder()
        await (try sealed.open(keys: [Self.key(1)])).close()
        let plain = try SQLiteFolder()
        let store = try plain.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        await store.close()
        for (folder, keys, word) in [
            (sealed, [Self.key(2)], "other keys"), (sealed, [], "encryption.keys"), (plain, [Self.key(1)], "without encryption"),
        ] {
            #expect {
                _ = try folder.open(keys: keys)
            } throws: { error in
                guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
                return why.contains(word)
            }
        }
    }
}

/// Keeps data keys nowhere.
private struct NoKeyTable: DataKeyTable {
    func add(_ count: Int, noting note: String?, _ wrapped: @escaping @Sendable (_ id: Int64) throws -> WrappedKey) async throws {
        for id in 1...Int64(count) { _ = try wrapped(id) }
    }

    func remove(_ keys: [DataKey]) async {}
    func rewrap(_ keys: [(id: Int64, from: [UInt8], to: [UInt8])]) async throws {}
    func destroy(_ keys: [Int64]) async throws {}
    func change(keyring changes: [KeyringChange]) async throws {}
}

/// A codec whose keys are kept nowhere.
func sampleCodec() throws -> RowCodec {
    let random = BufferedRandom(SeededRandom())
    return try Keyring.open(keys: [], stored: [:], isEmpty: true, random).codec(NoKeyTable(), random)
}
