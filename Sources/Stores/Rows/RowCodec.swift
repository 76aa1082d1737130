import Screening

/// Writes and reads the opaque column of every row: JSON, with raw bytes behind it where there are some, then sealed.
struct RowCodec: Sendable {
    let sealer: any Sealer
    let index: IndexKey

    /// What a row keeps opaque.
    struct Content {
        var json: JSON
        /// Bytes that JSON would only make longer.
        var raw: [UInt8] = []
    }

    /// The form's number, the first byte of every column: a later form can then be told apart.
    private static let form: UInt8 = 1
    /// A script's value may nest as deeply as JSON does by default; the row's own members come on top.
    private static let depth = 200

    /// What stands in an index for texts.
    func fingerprint(_ kind: Fingerprint, _ texts: String...) -> [UInt8] { kind.of(texts, by: index) }

    /// The column's bytes.
    func seal(_ content: Content, at place: SealedPlace) throws(StoreError) -> [UInt8] {
        let json = content.json.bytes()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(5 + json.count + content.raw.count)
        bytes.append(Self.form)
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: json.count >> shift)) }
        bytes.append(contentsOf: json)
        bytes.append(contentsOf: content.raw)
        return try sealer.seal(bytes, at: place)
    }

    /// What ``seal(_:at:)`` was given. Throws ``StoreError/corrupt(_:)`` where the bytes are not that.
    func open(_ sealed: [UInt8], at place: SealedPlace) throws(StoreError) -> Content {
        let bytes = try sealer.open(sealed, at: place)
        guard bytes.count >= 5, bytes[0] == Self.form else { throw Self.unreadable(place) }
        let length = bytes[1..<5].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 5 + length else { throw Self.unreadable(place) }
        do {
            let json = try JSON(parsing: Array(bytes[5..<(5 + length)]), depth: Self.depth)
            return Content(json: json, raw: Array(bytes[(5 + length)...]))
        } catch {
            throw Self.unreadable(place)
        }
    }

    /// The error for a row that cannot be read.
    static func unreadable(_ place: SealedPlace) -> StoreError { .corrupt("a row of \(place.table.rawValue): \(place.row)") }
}
