import Screening

/// Writes and reads the opaque column of every row: JSON, with raw bytes behind it where there are some, sealed under a data key.
///
/// A sealed column: its form, eight bytes that name the data key, then nonce, ciphertext and tag.
struct RowCodec: Sendable {
    let keys: DataKeys
    /// Hashes what must be told from anything else for as long as the store is: external ids, dedupe keys, names of values, tokens. It never changes.
    let index: BlindIndexKey
    /// Hash what people are looked up by.
    let lookUps: LookUpKeys

    /// What a row keeps opaque.
    struct Content {
        var json: JSON
        /// Bytes that JSON would only make longer.
        var raw: [UInt8] = []
    }

    /// The form's number, the first byte of every column: a later form can then be told apart.
    private static let form: UInt8 = 3
    fileprivate static let header = 9
    /// A script's value may nest as deeply as JSON does by default; the row's own members come on top.
    fileprivate static let depth = 200

    /// The column's bytes.
    func seal(_ content: Content, at place: AssociatedData, under key: DataKey) throws(StoreError) -> [UInt8] {
        let json = content.json.bytes()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + json.count + content.raw.count)
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: json.count >> shift)) }
        bytes.append(contentsOf: json)
        bytes.append(contentsOf: content.raw)
        let sealed = try SealedBytes.seal(bytes, under: key.key, place.bytes, keys.random)
        var column: [UInt8] = []
        column.reserveCapacity(Self.header + sealed.count)
        column.append(Self.form)
        for shift in stride(from: 56, through: 0, by: -8) { column.append(UInt8(truncatingIfNeeded: key.id >> Int64(shift))) }
        column.append(contentsOf: sealed)
        return column
    }

    /// The data key that a column is sealed under; nil where the bytes are not such a column.
    static func keyID(of column: [UInt8]) -> Int64? {
        guard column.count >= header, column[0] == form else { return nil }
        return column[1..<header].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    /// The error for a row that cannot be read.
    static func unreadable(_ place: AssociatedData) -> StoreError { .corrupt("a row of \(place.table.rawValue): \(place.row)") }
}

/// Opens sealed columns, reading the keys that are not at hand where the rows were read.
struct RowOpener {
    let codec: RowCodec
    let wrappedKey: (_ id: Int64) throws -> [UInt8]?

    /// What ``RowCodec/seal(_:at:under:)`` was given.
    /// - Throws: ``StoreError/corrupt(_:)`` where the bytes are not that, or their key is gone.
    func open(_ column: [UInt8], at place: AssociatedData) throws -> RowCodec.Content {
        guard let id = RowCodec.keyID(of: column) else { throw RowCodec.unreadable(place) }
        let key = try codec.keys.key(id, wrapped: wrappedKey)
        let sealed = Array(column.dropFirst(RowCodec.header))
        let bytes: [UInt8]
        do { bytes = try SealedBytes.open(sealed, under: key.key, place) } catch {
            // Where the key table was set back, another replica's new key may have the number of one that is at hand here.
            guard let present = try codec.keys.replacement(of: key, wrapped: wrappedKey) else { throw error }
            bytes = try SealedBytes.open(sealed, under: present.key, place)
        }
        guard bytes.count >= 4 else { throw RowCodec.unreadable(place) }
        let length = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 4 + length else { throw RowCodec.unreadable(place) }
        do {
            let json = try JSON(parsing: Array(bytes[4..<(4 + length)]), depth: RowCodec.depth)
            return RowCodec.Content(json: json, raw: Array(bytes[(4 + length)...]))
        } catch {
            throw RowCodec.unreadable(place)
        }
    }

    /// Opens nothing but what is sealed under keys at hand.
    static func atHand(_ codec: RowCodec) -> RowOpener { RowOpener(codec: codec) { _ in nil } }
}
