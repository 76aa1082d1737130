import Screening

/// Makes what a row holds about people unreadable outside this installation, and readable again inside it.
///
/// Every store seals the one opaque column of a row through this seam, and nothing else.
protocol Sealer: Sendable {
    /// The bytes as they are stored.
    func seal(_ bytes: [UInt8], at place: SealedPlace) throws(StoreError) -> [UInt8]

    /// The bytes that were sealed at the same place. Throws ``StoreError/corrupt(_:)`` for anything else.
    func open(_ bytes: [UInt8], at place: SealedPlace) throws(StoreError) -> [UInt8]
}

/// Where sealed bytes stand: part of the seal, so that bytes moved to another row do not open.
struct SealedPlace: Sendable {
    /// The tables that have an opaque column.
    enum Table: String, Sendable {
        case events, orders, runs, steps, timeline, kv
        case keyedAnswers = "keyed_answers"
        case accessTokens = "access_tokens"
        case keyring
    }

    let table: Table
    /// What names the row in its table.
    let row: String

    init(_ table: Table, _ row: String) {
        self.table = table
        self.row = row
    }
}

/// Seals nothing.
struct PlainSealer: Sealer {
    func seal(_ bytes: [UInt8], at place: SealedPlace) -> [UInt8] { bytes }
    func open(_ bytes: [UInt8], at place: SealedPlace) -> [UInt8] { bytes }
}
