extension JSON {
    /// How members are ordered in the text.
    public enum MemberOrder: Sendable {
        /// In their present order.
        case kept
        /// By name, so that equal values give equal bytes.
        case sorted
    }

    /// The value as compact JSON text in UTF-8; `/` and letters beyond ASCII are written as they are.
    public func bytes(_ order: MemberOrder = .kept) -> [UInt8] {
        var out: [UInt8] = []
        write(to: &out, order: order)
        return out
    }

    /// The value as compact JSON text.
    public func string(_ order: MemberOrder = .kept) -> String { String(decoding: bytes(order), as: UTF8.self) }

    private func write(to out: inout [UInt8], order: MemberOrder) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .int(let number): out.append(contentsOf: String(number).utf8)
        case .double(let number): out.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
        case .string(let text): JSON.write(text, to: &out)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.write(to: &out, order: order)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            let pairs = order == .kept ? members.pairs : members.pairs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            out.append(UInt8(ascii: "{"))
            for (index, pair) in pairs.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSON.write(pair.name, to: &out)
                out.append(UInt8(ascii: ":"))
                pair.value.write(to: &out, order: order)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var written = 0
            for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[written..<index]))
                out.append(UInt8(ascii: "\\"))
                switch byte {
                case 0x08: out.append(UInt8(ascii: "b"))
                case 0x09: out.append(UInt8(ascii: "t"))
                case 0x0A: out.append(UInt8(ascii: "n"))
                case 0x0C: out.append(UInt8(ascii: "f"))
                case 0x0D: out.append(UInt8(ascii: "r"))
                case 0..<0x20: out.append(contentsOf: ("u00" + [byte].hex).utf8)
                default: out.append(byte)
                }
                written = index + 1
            }
            out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[written...]))
        }
        out.append(UInt8(ascii: "\""))
    }
}
