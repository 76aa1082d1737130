import Screening

extension Duration {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]

    /// A time as settings and manifests write it: a whole number of seconds, or one with `s`, `m`, `h` or `d` after it. Nil for anything else, and
    /// for more than 3650 days.
    package init?(short text: String) {
        guard let last = text.last else { return nil }
        let digits = Duration.units[last] == nil ? text[...] : text.dropLast()
        guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isASCIIDigit), let number = Int64(digits) else {
            return nil
        }
        let seconds = number * (Duration.units[last] ?? 1)
        guard seconds <= 3650 * 86_400 else { return nil }
        self = .seconds(seconds)
    }

    /// A time in the largest unit that divides its whole seconds: `90s`, `15m`, `3d`.
    package var short: String {
        let seconds = components.seconds
        let unit = Duration.units.filter { seconds.isMultiple(of: $0.value) }.max { $0.value < $1.value }
        guard seconds != 0, let unit else { return "\(seconds)s" }
        return "\(seconds / unit.value)\(unit.key)"
    }
}
