/// Whole numbers however they are written: `4101`, `4101.0` and `4.101e3` are one number, and have one text.
enum WholeNumber {
    /// How many digits are written out; a number with more stays as it was written.
    static let longest = 64

    /// The digits of a number as JSON writes it, without fraction and exponent, exactly; nil where the number is not whole, or has too many digits.
    static func digits(of number: some Collection<UInt8>) -> String? {
        let isNegative = number.first == UInt8(ascii: "-")
        var digits: [UInt8] = []
        var fraction = 0
        var isFraction = false
        var exponent = 0
        var rest = number.dropFirst(isNegative ? 1 : 0)
        while let byte = rest.first, byte | 0x20 != UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else {
                digits.append(byte)
                if isFraction { fraction += 1 }
            }
        }
        if !rest.isEmpty {
            // An exponent that is no machine integer makes the number larger or smaller than anything that is written out.
            guard let written = Int(String(decoding: rest.dropFirst(), as: UTF8.self)) else { return digits.allSatisfy(isZero) ? "0" : nil }
            exponent = written
        }
        guard !digits.allSatisfy(isZero) else { return "0" }
        let (whole, overflow) = (digits.count - fraction).addingReportingOverflow(exponent)
        guard !overflow, (1...longest).contains(whole) else { return nil }
        if whole < digits.count {
            guard digits[whole...].allSatisfy(isZero) else { return nil }
            digits.removeSubrange(whole...)
        } else {
            digits += [UInt8](repeating: UInt8(ascii: "0"), count: whole - digits.count)
        }
        return (isNegative ? "-" : "") + String(decoding: digits.drop(while: isZero), as: UTF8.self)
    }

    /// The digits of a double that is whole and so small that no other whole number has the same double; nil for every other.
    static func digits(of number: Double) -> String? {
        guard number.isFinite, number == number.rounded(), abs(number) <= 9_007_199_254_740_992 else { return nil }
        return String(Int64(number))
    }

    private static func isZero(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "0") }
}
