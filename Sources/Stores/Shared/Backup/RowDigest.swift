import Crypto
import Screening

/// A value as any of the databases has it: a yes or no is 1 or 0.
enum PortableValue: Sendable, Equatable {
    case null
    case int(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
}

/// A digest over rows in any order: two tables with the same rows have the same one, whichever database they are in.
struct RowDigest: Equatable {
    private var lanes: [UInt64] = [0, 0, 0, 0]
    private(set) var rows = 0

    /// Adds a row, its columns in the order of their names.
    mutating func add(_ values: [PortableValue]) {
        SHA256.hash(data: PortableValue.bytes(of: values)).withUnsafeBytes { digest in
            for lane in 0..<4 { lanes[lane] &+= digest.loadUnaligned(fromByteOffset: lane * 8, as: UInt64.self).bigEndian }
        }
        rows += 1
    }

    /// In hexadecimal.
    var hex: String { lanes.flatMap { lane in (0..<8).map { UInt8(truncatingIfNeeded: lane >> UInt64(56 - $0 * 8)) } }.hex }
}

/// A digest over rows in their order. Unlike ``RowDigest`` nobody can find other rows that have the same.
struct OrderedDigest {
    private var hash = SHA256()
    private(set) var rows = 0

    /// Adds a row, its columns in the order of their names.
    mutating func add(_ values: [PortableValue]) {
        hash.update(data: PortableValue.bytes(of: values))
        rows += 1
    }

    /// In hexadecimal.
    var hex: String { Array(hash.finalize()).hex }
}

extension PortableValue {
    /// A row as it is digested: no two rows have the same bytes, nor one behind another.
    fileprivate static func bytes(of row: [PortableValue]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(truncatingIfNeeded: row.count >> 8), UInt8(truncatingIfNeeded: row.count)]
        for value in row { append(value, to: &bytes) }
        return bytes
    }

    private static func append(_ value: PortableValue, to bytes: inout [UInt8]) {
        func number(_ value: UInt64) {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
        }
        switch value {
        case .null: bytes.append(0)
        case .int(let value):
            bytes.append(1)
            number(UInt64(bitPattern: value))
        case .real(let value):
            bytes.append(2)
            number(value.bitPattern)
        case .text(let text):
            bytes.append(3)
            number(UInt64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        case .bytes(let blob):
            bytes.append(4)
            number(UInt64(blob.count))
            bytes.append(contentsOf: blob)
        }
    }
}
