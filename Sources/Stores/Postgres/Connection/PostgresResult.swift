/// What a statement gave.
struct PostgresResult: Sendable {
    var rows: [PostgresRow] = []
    /// How many rows it changed.
    var changes = 0
}

/// One row, in the server's binary form. The schema says which columns may be null; a null in any other column reads as zero or empty.
struct PostgresRow: Sendable {
    let columns: [[UInt8]?]

    func bytes(_ index: Int) -> [UInt8] { columns[index] ?? [] }
    func optionalBytes(_ index: Int) -> [UInt8]? { columns[index] }
    func text(_ index: Int) -> String { optionalText(index) ?? "" }
    func optionalText(_ index: Int) -> String? { columns[index].map { String(decoding: $0, as: UTF8.self) } }
    func int(_ index: Int) -> Int64 { optionalInt(index) ?? 0 }
    func optionalInt(_ index: Int) -> Int64? { columns[index].map { $0.reduce(0) { $0 << 8 | Int64($1) } } }
    func count(_ index: Int) -> Int { Int(int(index)) }
    func bool(_ index: Int) -> Bool { columns[index] == [1] }
}
