import Screening

extension Duration {
    /// A time as settings and manifests write it: a whole number of seconds, or one with `s`, `m`, `h` or `d` after it. Nil for anything else, and
    /// for more than 3650 days.
    package init?(short text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = text.last else { return nil }
        let digits = units[last] == nil ? text[...] : text.dropLast()
        guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isASCIIDigit), let number = Int64(digits) else {
            return nil
        }
        let seconds = number * (units[last] ?? 1)
        guard seconds <= 3650 * 86_400 else { return nil }
        self = .seconds(seconds)
    }
}
