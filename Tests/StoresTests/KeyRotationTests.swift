import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Changing the keys of a SQLite store")
struct KeyRotationTests {
    @Test("A SQLite store keeps each promise of changing its keys", arguments: KeyConformance.checks)
    func keeps(_ check: KeyConformance.Check) async throws {
        let folder = try SQLiteFolder()
        let suite = KeyConformance { name, keys, clock in try folder.open(name, keys: keys, clock: clock) }
        if let failure = await suite.run(check) { Issue.record("\(failure)") }
    }

    @Test("What was hashed before a rotation began is refused and hashed anew, so that it is found by the new key")
    func nothingIsWrittenUnderAnOldLookUpKey() async throws {
        let folder = try SQLiteFolder()
        let first = try folder.open(keys: [SealTests.key(1)])
        await first.close()
        let store = try folder.open(keys: [SealTests.key(2), SealTests.key(1)])
        let old = store.codec.lookUps.terms(of: sampleOrder("ord_1", "application-1"))
        while try await store.rotateKeys().phase != .done {}
        await #expect(throws: StoreError.keysGone) { try await store.write(TouchedRows()) { try $0.require(old) } }
        #expect(store.codec.lookUps.all.count == 1)
        await store.close()
    }

    @Test("An unsealed store lacks no key") func unsealedStoreLacksNoKey() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let (use, missing) = (try await store.keyUse(), try await store.missingKeys())
        #expect(!use.keys.isEmpty && use.keys.allSatisfy(\.isPresent) && missing.isEmpty)
        await store.close()
    }

    @Test("An unsealed store has nothing to rotate")
    func unsealedStoreHasNothingToRotate() async throws {
        let store = try SQLiteFolder().open()
        #expect(try await store.rotateKeys() == KeyRotation(.done))
        await store.close()
    }
}
