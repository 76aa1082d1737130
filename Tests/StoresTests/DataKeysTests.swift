import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Stores

@Suite("Data keys that are made ahead")
struct DataKeysTests {
    @Test("A key that was put back is the next one that is given, and its former subject has none")
    func isPutBack() async throws {
        let keys = try sampleCodec().keys
        let key = try await keys.new(for: "evt_1")
        keys.putBack(key, of: "evt_1")
        #expect(keys.known("evt_1") == nil)
        #expect(try await keys.new(for: "evt_2").id == key.id)
    }

    @Test("A key that was put back after everything was forgotten is not given again")
    func isNotPutBackAfterAllWasForgotten() async throws {
        let table = CountingKeyTable()
        let keys = try Self.keys(table)
        let key = try await keys.new(for: "evt_1")
        keys.forget(keys.generation)
        keys.putBack(key, of: "evt_1")
        #expect(try await keys.new(for: "evt_2").id != key.id)
    }

    @Test("What was forgotten since is not forgotten again")
    func isForgottenOnce() async throws {
        let keys = try Self.keys(CountingKeyTable())
        let generation = keys.generation
        keys.forget(generation)
        let key = try await keys.new(for: "evt_1")
        keys.forget(generation)
        #expect(keys.known("evt_1")?.id == key.id)
    }

    @Test("While no key can be made and none is left, the check fails as the attempt did; it tries again itself")
    func checkFailsWhileNoneCanBeMade() async throws {
        let table = CountingKeyTable()
        let keys = try Self.keys(table)
        table.failure.withLock { $0 = .unavailable("the key table is gone") }
        await #expect(throws: StoreError.unavailable("the key table is gone")) { try await keys.check() }
        await #expect(throws: StoreError.unavailable("the key table is gone")) { try await keys.new(for: "evt_1") }
        table.failure.withLock { $0 = nil }
        try await keys.check()
        table.failure.withLock { $0 = .unavailable("the key table is gone") }
        try await keys.check()
    }

    @Test("Closing removes the keys that sealed nothing, and only those")
    func closingRemovesWhatIsUnused() async throws {
        let table = CountingKeyTable()
        let keys = try Self.keys(table)
        let used = try await keys.new(for: "evt_1")
        await keys.close()
        let removed = table.removed.withLock { $0 }
        #expect(removed.count == table.made.withLock { $0 } - 1)
        #expect(!removed.contains { $0.id == used.id })
        #expect(removed.allSatisfy { !$0.mark.isEmpty })
    }

    private static func keys(_ table: CountingKeyTable) throws -> DataKeys {
        let random = BufferedRandom(SeededRandom())
        return try Keyring.open(keys: [], stored: [:], isEmpty: true, random).codec(table, random).keys
    }
}

/// Gives numbers, keeps nothing, and fails on request.
private final class CountingKeyTable: DataKeyTable {
    let failure = Mutex<StoreError?>(nil)
    let made = Mutex(0)
    let removed = Mutex<[DataKey]>([])

    func add(_ count: Int, noting note: String?, _ wrapped: @escaping @Sendable (_ id: Int64) throws -> WrappedKey) async throws {
        if let failure = failure.withLock({ $0 }) { throw failure }
        let first = made.withLock { made in
            defer { made += count }
            return made + 1
        }
        for id in first..<first + count { _ = try wrapped(Int64(id)) }
    }

    func remove(_ keys: [DataKey]) async { removed.withLock { $0 += keys } }
    func rewrap(_ keys: [(id: Int64, from: [UInt8], to: [UInt8])]) async throws {}
    func destroy(_ keys: [Int64]) async throws {}
    func change(keyring changes: [KeyringChange]) async throws {}
}
