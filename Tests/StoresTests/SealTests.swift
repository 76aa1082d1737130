import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("What is sealed")
struct SealTests {
    static func key(_ number: UInt8) -> Secret { Secret([UInt8](repeating: number, count: 32).base64) }

    private let place = SealedPlace(.orders, "ord_1")

    @Test func opensWhereItWasSealedAndNowhereElse() throws {
        let sealer = try KeyedSealer([Self.key(1)])
        let sealed = try sealer.seal(Array("Ana Roe".utf8), at: place)
        #expect(try sealer.open(sealed, at: place) == Array("Ana Roe".utf8))
        for other in [SealedPlace(.orders, "ord_2"), SealedPlace(.events, "ord_1")] {
            #expect(throws: StoreError.self) { try sealer.open(sealed, at: other) }
        }
        #expect(try sealer.seal([], at: place) != sealer.seal([], at: place))
        #expect(try sealer.open(sealer.seal([], at: place), at: place).isEmpty)
    }

    @Test func doesNotOpenOnceABitIsChangedOrAByteIsGone() throws {
        let sealer = try KeyedSealer([Self.key(1)])
        let sealed = try sealer.seal(Array("Ana Roe".utf8), at: place)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: StoreError.self) { try sealer.open(changed, at: place) }
            #expect(throws: StoreError.self) { try sealer.open(Array(sealed.prefix(index)), at: place) }
        }
    }

    @Test func opensWithAnyOfTheKeysAndNamesTheOneThatIsMissing() throws {
        let old = try KeyedSealer([Self.key(1)])
        let sealed = try old.seal([7], at: place)
        #expect(try KeyedSealer([Self.key(2), Self.key(1)]).open(sealed, at: place) == [7])
        #expect {
            try KeyedSealer([Self.key(2)]).open(sealed, at: place)
        } throws: { error in
            guard case StoreError.corrupt(let what)? = error as? StoreError else { return false }
            return what.contains(Array(sealed[1..<5]).hex) && what.contains("encryption.keys")
        }
    }

    @Test func isFoundAgainAfterTheKeysHaveBeenChanged() async throws {
        let folder = try SQLiteFolder()
        let keys: [[Secret]] = [[Self.key(1)], [Self.key(2), Self.key(1)], [Self.key(2), Self.key(1)]]
        for (number, keys) in keys.enumerated() {
            let store = try folder.open(keys: keys)
            #expect(try await store.accept(sampleEvent("evt_\(number)"), dedupe: "same").duplicate == (number > 0))
            #expect(try await store.event("evt_0")?.request.value.body == Array("{}".utf8))
            await store.close()
        }
    }

    @Test func isRefusedWithoutAKeyThatOnceSealed() async throws {
        let folder = try SQLiteFolder()
        for keys in [[Self.key(1)], [Self.key(2), Self.key(1)], [Self.key(1), Self.key(2)]] { await (try folder.open(keys: keys)).close() }
        for number: UInt8 in [1, 2] {
            let missing = try KeyedSealer([Self.key(3 - number)]).first
            #expect {
                _ = try folder.open(keys: [Self.key(number), Self.key(7)])
            } throws: { error in
                guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
                return why.contains(number == 1 ? missing : "encryption.keys")
            }
        }
        await (try folder.open(keys: [Self.key(7), Self.key(2), Self.key(1)])).close()
    }

    @Test func isRefusedWithOtherKeysWithoutAnyAndWhereTheStoreWasNotSealed() async throws {
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
