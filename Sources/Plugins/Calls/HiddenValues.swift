/// The texts that a ``Redactor`` hides.
///
/// They are sorted, and a place of a text is compared with all of them at once, byte by byte: what goes on alike lies next to each other. So a place costs
/// no more than the longest text, whatever else there is: senders choose both the texts and where they stand.
struct HiddenValues: Sendable {
    /// All texts, sorted, one behind the other.
    private let bytes: [UInt8]
    /// Where each begins in `bytes`, and where the last one ends.
    private let starts: [Int]
    /// Which of them begin with the same three bytes.
    private let groups: [UInt32: Range<Int>]

    /// - Parameter texts: of three bytes or more each; shorter ones are passed over.
    init(_ texts: Set<String>) {
        let sorted = texts.map { Array($0.utf8) }.filter { $0.count >= 3 }.sorted { $0.lexicographicallyPrecedes($1) }
        var bytes: [UInt8] = []
        var starts = [0]
        var groups: [UInt32: Range<Int>] = [:]
        for (number, text) in sorted.enumerated() {
            bytes += text
            starts.append(bytes.count)
            let key = HiddenValues.key(text, 0)
            groups[key] = (groups[key]?.lowerBound ?? number)..<number + 1
        }
        (self.bytes, self.starts, self.groups) = (bytes, starts, groups)
    }

    var isEmpty: Bool { groups.isEmpty }

    /// The length of the longest one that stands at a place of a text; nil where none does.
    func longest(in text: [UInt8], at start: Int) -> Int? {
        guard start + 3 <= text.count, let group = groups[HiddenValues.key(text, start)] else { return nil }
        var (lower, upper) = (group.lowerBound, group.upperBound)
        var found: Int?
        var length = 3
        while true {
            // Of those that go on alike, the one that ends here sorts before all others.
            if starts[lower + 1] - starts[lower] == length {
                found = length
                lower += 1
            }
            guard lower < upper, start + length < text.count else { return found }
            let byte = text[start + length]
            if self[lower, length] != byte { lower = first(in: lower..<upper) { self[$0, length] >= byte } }
            if lower < upper, self[upper - 1, length] != byte { upper = first(in: lower..<upper) { self[$0, length] > byte } }
            guard lower < upper else { return found }
            length += 1
        }
    }

    private subscript(number: Int, place: Int) -> UInt8 { bytes[starts[number] + place] }

    /// The first number that is so, where all behind it are as well; the range's end where none is.
    private func first(in range: Range<Int>, where isSo: (Int) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if isSo(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private static func key(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        UInt32(bytes[at]) << 16 | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2])
    }
}
