import Crypto
import Foundation
import Screening

/// The installation's keys, `encryption.keys`: the first wraps the keys that seal rows, every one opens what it once wrapped.
///
/// A wrapped key: four bytes that name the wrapping key, then nonce, ciphertext and tag. Without `encryption.keys` the name is zero and the key follows as
/// it is: rows are sealed all the same, so that destroying a key erases what it sealed, and whoever has both files can read them.
struct MasterKeys: Sendable {
    private static let nameLength = 4
    private static let unwrapped = [UInt8](repeating: 0, count: nameLength)

    private struct Key {
        let name: [UInt8]
        let key: SymmetricKey
    }

    private let keys: [Key]

    /// - Parameter keys: base64 of 32 bytes each; the first wraps.
    /// - Throws: ``StoreError/unavailable(_:)`` where one is not.
    init(_ keys: [Secret]) throws(StoreError) {
        var all: [Key] = []
        for secret in keys {
            guard let bytes = [UInt8](base64: secret.value), bytes.count == 32 else {
                throw .unavailable("an encryption key is not base64 of 32 bytes")
            }
            let name = Array(SHA256.hash(data: Array("fairlead:key".utf8) + bytes).prefix(Self.nameLength))
            all.append(Key(name: name, key: SymmetricKey(data: bytes)))
        }
        self.keys = all
    }

    /// The name of each key, in hexadecimal: it reveals nothing of the key.
    var names: [String] { keys.map(\.name.hex) }

    /// The name of the wrapping key; zeros where there is none.
    var first: String { (keys.first?.name ?? Self.unwrapped).hex }

    /// The row of the keyring that says that the wrapping key is needed; nil where there is none.
    var note: String? { keys.isEmpty ? nil : Keyring.keyPrefix + first }

    /// The name of the wrapping key as the first bytes of what it wraps.
    var firstBytes: [UInt8] { keys.first?.name ?? Self.unwrapped }

    /// A wrapped key, wrapped anew by the first. One that nothing wraps is of a time when the store had no keys yet.
    /// - Throws: ``StoreError/keyMissing(_:)`` or ``StoreError/corrupt(_:)`` where none of the keys opens it.
    func rewrap(_ bytes: [UInt8], at place: AssociatedData, _ random: BufferedRandom) throws(StoreError) -> [UInt8] {
        let isWrapped = Array(bytes.prefix(Self.nameLength)) != Self.unwrapped
        return try wrap(isWrapped ? try unwrap(bytes, at: place) : Array(bytes.dropFirst(Self.nameLength)), at: place, random)
    }

    /// The name of the key that wrapped these bytes.
    static func name(of bytes: [UInt8]) -> String { Array(bytes.prefix(nameLength)).hex }

    /// A key as it is stored.
    func wrap(_ key: [UInt8], at place: AssociatedData, _ random: BufferedRandom) throws(StoreError) -> [UInt8] {
        guard let first = keys.first else { return Self.unwrapped + key }
        return first.name + (try SealedBytes.seal(key, under: first.key, place.bytes, random))
    }

    /// The key that ``wrap(_:at:_:)`` was given at the same place.
    /// - Throws: ``StoreError/keyMissing(_:)`` where none of the keys is the one that wrapped it; ``StoreError/corrupt(_:)`` for anything else. Where there are keys, a key that none of them wrapped is refused:
    ///   anybody could have made it.
    func unwrap(_ bytes: [UInt8], at place: AssociatedData) throws(StoreError) -> [UInt8] {
        guard bytes.count > Self.nameLength else { throw .corrupt("\(place.description) is not a wrapped key") }
        let name = Array(bytes.prefix(Self.nameLength))
        if name == Self.unwrapped {
            guard keys.isEmpty else { throw .corrupt("\(place.description) is not wrapped, and there are encryption.keys") }
            return Array(bytes.dropFirst(Self.nameLength))
        }
        guard let key = keys.first(where: { $0.name == name }) else {
            throw .keyMissing(name.hex)
        }
        return try SealedBytes.open(Array(bytes.dropFirst(Self.nameLength)), under: key.key, place)
    }
}

/// AES-256-GCM over bytes whose place is authenticated with them: nonce, ciphertext, tag.
enum SealedBytes {
    /// How much longer bytes become.
    static let overhead = 12 + 16

    static func seal(_ bytes: [UInt8], under key: SymmetricKey, _ place: [UInt8], _ random: BufferedRandom) throws(StoreError) -> [UInt8] {
        do {
            let nonce = try AES.GCM.Nonce(data: random.bytes(12))
            let box = try AES.GCM.seal(bytes, using: key, nonce: nonce, authenticating: place)
            guard let combined = box.combined else { throw StoreError.unavailable("a row could not be sealed") }
            return Array(combined)
        } catch {
            throw .unavailable("a row could not be sealed")
        }
    }

    static func open(_ bytes: [UInt8], under key: SymmetricKey, _ place: AssociatedData) throws(StoreError) -> [UInt8] {
        do {
            return Array(try AES.GCM.open(try AES.GCM.SealedBox(combined: bytes), using: key, authenticating: place.bytes))
        } catch {
            throw .corrupt("\(place.description) does not open: it was changed, or moved from another row")
        }
    }
}
