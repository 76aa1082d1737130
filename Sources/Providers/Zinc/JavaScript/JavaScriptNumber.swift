/// How JavaScript writes numbers.
enum JavaScriptNumber {
    /// The shortest text that reads back as the same double, in ECMAScript's layout; `null` for what is not finite, `0` for either zero.
    static func text(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        guard number != 0 else { return "0" }
        let sign = number < 0 ? "-" : ""
        let (digits, point) = shortest(number.magnitude)
        let count = digits.count
        if count <= point, point <= 21 { return sign + digits + String(repeating: "0", count: point - count) }
        if 0 < point, point <= 21 { return sign + digits.prefix(point) + "." + digits.dropFirst(point) }
        if -6 < point, point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        let exponent = point - 1
        let tail = count == 1 ? "" : "." + digits.dropFirst()
        return sign + digits.prefix(1) + tail + "e" + (exponent < 0 ? "-" : "+") + String(abs(exponent))
    }

    /// The shortest digits and where the point stands: the number is `0.digits × 10^point`.
    private static func shortest(_ number: Double) -> (digits: String, point: Int) {
        // Swift's own text has the same shortest digits in another layout: `1.5e-07`, `0.001`, `100.0`.
        let parts = number.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.hasSuffix("0") { digits.removeLast() }
        return (digits, whole.count + exponent - leading)
    }
}
