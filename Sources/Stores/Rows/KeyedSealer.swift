import Crypto
import Foundation
import Screening

/// Seals with AES-256-GCM under a data key of the row's own, which the first of the installation's keys wraps. Every key opens what it once wrapped.
///
/// A sealed row: its form (2), four bytes that name the wrapping key, the wrapped data key (60 bytes), then the content (28 bytes longer than it was). The
/// place is authenticated with both, so that bytes moved to another row do not open.
struct KeyedSealer: Sealer {
    /// The form's number. Rows that are not sealed begin with another.
    private static let form: UInt8 = 2
    private static let nameLength = 4
    /// Nonce, data key, tag.
    private static let wrappedLength = 12 + 32 + 16

    private struct Key {
        let name: [UInt8]
        let key: SymmetricKey
    }

    private let keys: [Key]

    /// - Parameter keys: base64 of 32 bytes each; the first seals.
    /// - Throws: ``StoreError/unavailable(_:)`` where one is not, or there is none.
    init(_ keys: [Secret]) throws(StoreError) {
        var all: [Key] = []
        for secret in keys {
            guard let bytes = [UInt8](base64: secret.value), bytes.count == 32 else {
                throw .unavailable("an encryption key is not base64 of 32 bytes")
            }
            let name = Array(SHA256.hash(data: Array("fairlead:key".utf8) + bytes).prefix(Self.nameLength))
            all.append(Key(name: name, key: SymmetricKey(data: bytes)))
        }
        guard !all.isEmpty else { throw .unavailable("there is no encryption key") }
        self.keys = all
    }

    func seal(_ bytes: [UInt8], at place: SealedPlace) throws(StoreError) -> [UInt8] {
        let data = SymmetricKey(size: .bits256)
        let place = place.bytes
        do {
            let wrapped = try data.withUnsafeBytes { try AES.GCM.seal($0, using: keys[0].key, authenticating: place).combined }
            let content = try AES.GCM.seal(bytes, using: data, authenticating: place).combined
            guard let wrapped, let content else { throw StoreError.unavailable("a row could not be sealed") }
            var sealed: [UInt8] = []
            sealed.reserveCapacity(1 + Self.nameLength + wrapped.count + content.count)
            sealed.append(Self.form)
            sealed += keys[0].name
            sealed += wrapped
            sealed += content
            return sealed
        } catch {
            throw .unavailable("a row could not be sealed")
        }
    }

    func open(_ bytes: [UInt8], at place: SealedPlace) throws(StoreError) -> [UInt8] {
        let start = 1 + Self.nameLength
        guard bytes.first == Self.form, bytes.count > start + Self.wrappedLength else { throw .corrupt("\(place.description) is not sealed") }
        let name = Array(bytes[1..<start])
        guard let key = keys.first(where: { $0.name == name }) else {
            throw .corrupt("\(place.description) is sealed with the key \(name.hex), which is not among encryption.keys")
        }
        do {
            let wrapped = try AES.GCM.SealedBox(combined: bytes[start..<(start + Self.wrappedLength)])
            let data = SymmetricKey(data: try AES.GCM.open(wrapped, using: key.key, authenticating: place.bytes))
            let content = try AES.GCM.SealedBox(combined: bytes[(start + Self.wrappedLength)...])
            return Array(try AES.GCM.open(content, using: data, authenticating: place.bytes))
        } catch {
            throw .corrupt("\(place.description) does not open: it was changed, or moved from another row")
        }
    }

    /// What each key is called, in hexadecimal: nothing of the key can be told from it.
    var names: [String] { keys.map(\.name.hex) }

    /// What the key is called that seals.
    var first: String { keys[0].name.hex }

    /// What the key is called that sealed these bytes.
    static func key(of bytes: [UInt8]) -> String { Array(bytes.dropFirst().prefix(nameLength)).hex }
}

extension SealedPlace {
    /// The place as it is authenticated.
    fileprivate var bytes: [UInt8] { Array("fairlead:\(table.rawValue):\(row)".utf8) }

    /// The place as errors name it.
    fileprivate var description: String { "\(table.rawValue) \(row)" }
}
