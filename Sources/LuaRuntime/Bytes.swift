extension [UInt8] {
    /// Appends an integer, little endian.
    mutating func append(integer: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
    }

    /// Reads a little-endian integer; 0 where the bytes end before it does.
    func integer<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
        guard offset >= 0, offset + MemoryLayout<Value>.size <= count else { return 0 }
        return withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
    }
}
