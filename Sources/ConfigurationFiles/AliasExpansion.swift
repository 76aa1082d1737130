/// How large a document may become once its aliases are replaced, worked out from the text alone: the parser compares keys by all that they stand for, so
/// that aliases of aliases must be refused before it begins.
enum AliasExpansion {
    /// The words that a document may come to.
    static let limit = 1_000_000

    /// Whether the aliases of a text may make it larger than the limit. What an anchor stands for lies between it and its first use, so all of that counts.
    static func isTooLarge(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return false }
        var anchors: [Substring: Int] = [:]
        var sizes: [Substring: Int] = [:]
        var total = 0
        for word in text.split(whereSeparator: { " \t\r\n,[]{}".contains($0) }) {
            var size = 1
            if word.hasPrefix("&") {
                anchors[word.dropFirst()] = total
                sizes[word.dropFirst()] = nil
            } else if word.hasPrefix("*") {
                // An alias may be a key: *name:
                let name = word.dropFirst().hasSuffix(":") ? word.dropFirst().dropLast() : word.dropFirst()
                if let start = anchors[name] {
                    size = sizes[name] ?? total - start + 1
                    sizes[name] = size
                }
            }
            total += size
            if total > limit { return true }
        }
        return false
    }
}
