/// A value on its way into a statement, in the server's binary form: nothing is quoted, nothing is parsed.
enum PostgresValue: Sendable {
    case int(Int64?)
    case text(String?)
    case bytes([UInt8]?)
    case bool(Bool)
    case ints([Int64?])
    case texts([String?])
    case blobs([[UInt8]?])

    /// The number by which the server knows the type.
    var type: UInt32 {
        switch self {
        case .int: 20
        case .text: 25
        case .bytes: 17
        case .bool: 16
        case .ints: 1016
        case .texts: 1009
        case .blobs: 1001
        }
    }

    /// Appends the value's bytes; says whether there is a value.
    func encode(into buffer: inout [UInt8]) -> Bool {
        switch self {
        case .int(let value):
            guard let value else { return false }
            buffer.append(bigEndian: value)
        case .text(let value):
            guard let value else { return false }
            buffer.append(contentsOf: value.utf8)
        case .bytes(let value):
            guard let value else { return false }
            buffer.append(contentsOf: value)
        case .bool(let value): buffer.append(value ? 1 : 0)
        case .ints(let values):
            Self.array(of: 20, values, into: &buffer) { value, buffer in
                buffer.append(bigEndian: Int32(8))
                buffer.append(bigEndian: value)
            }
        case .texts(let values):
            Self.array(of: 25, values, into: &buffer) { value, buffer in
                buffer.append(bigEndian: Int32(value.utf8.count))
                buffer.append(contentsOf: value.utf8)
            }
        case .blobs(let values):
            Self.array(of: 17, values, into: &buffer) { value, buffer in
                buffer.append(bigEndian: Int32(value.count))
                buffer.append(contentsOf: value)
            }
        }
        return true
    }

    /// One dimension, counted from 1; an element without a value has the length -1.
    private static func array<Element>(
        of type: Int32,
        _ values: [Element?],
        into buffer: inout [UInt8],
        _ append: (Element, inout [UInt8]) -> Void
    ) {
        buffer.append(bigEndian: Int32(values.isEmpty ? 0 : 1))
        buffer.append(bigEndian: Int32(values.contains { $0 == nil } ? 1 : 0))
        buffer.append(bigEndian: type)
        guard !values.isEmpty else { return }
        buffer.append(bigEndian: Int32(values.count))
        buffer.append(bigEndian: Int32(1))
        for value in values {
            if let value { append(value, &buffer) } else { buffer.append(bigEndian: Int32(-1)) }
        }
    }
}

extension PostgresValue {
    /// A number of the size that Swift counts with.
    static func count(_ value: Int?) -> PostgresValue { .int(value.map { Int64($0) }) }

    /// A list with another's elements after its own; anything else stays as it is.
    func adding(_ other: PostgresValue) -> PostgresValue {
        switch (self, other) {
        case (.ints(let values), .ints(let more)): .ints(values + more)
        case (.texts(let values), .texts(let more)): .texts(values + more)
        case (.blobs(let values), .blobs(let more)): .blobs(values + more)
        default: self
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

/// A statement with its values.
struct PostgresStatement: Sendable {
    let sql: String
    var values: [PostgresValue]
    /// Whether the connection keeps it prepared. Only for fixed texts: each stays in memory.
    let isKept: Bool

    init(_ sql: String, _ values: [PostgresValue] = [], isKept: Bool = true) {
        self.sql = sql
        self.values = values
        self.isKept = isKept
    }
}
