import Foundation

extension Collection<UInt8> {
    /// The bytes as lower-case hexadecimal.
    @inlinable public var hex: String {
        let length = count * 2
        return String(unsafeUninitializedCapacity: length) { text in
            var at = 0
            for byte in self {
                text[at] = byte >> 4 < 10 ? 0x30 + (byte >> 4) : 0x57 + (byte >> 4)
                text[at + 1] = byte & 15 < 10 ? 0x30 + (byte & 15) : 0x57 + (byte & 15)
                at += 2
            }
            return at
        }
    }

    /// The bytes as standard base64, padded.
    public var base64: String { Data(self).base64EncodedString() }

    /// The bytes as URL-safe base64 without padding.
    public var base64URL: String {
        base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension [UInt8] {
    /// The bytes that hexadecimal text of either case stands for; nil when it is not hexadecimal.
    public init?(hex text: some StringProtocol) {
        var text = String(text)
        guard text.utf8.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        let isHexadecimal = text.withUTF8 { digits in
            for index in stride(from: 0, to: digits.count, by: 2) {
                guard let high = Self.value(of: digits[index]), let low = Self.value(of: digits[index + 1]) else { return false }
                bytes.append(high << 4 | low)
            }
            return true
        }
        guard isHexadecimal else { return nil }
        self = bytes
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The bytes that base64 text stands for, standard or URL-safe, padded or not; nil when it is neither.
    public init?(base64 text: some StringProtocol) {
        var standard = String(text).replacing("-", with: "+").replacing("_", with: "/")
        while standard.utf8.count % 4 != 0 { standard += "=" }
        guard let data = Data(base64Encoded: standard) else { return nil }
        self = Array(data)
    }
}
