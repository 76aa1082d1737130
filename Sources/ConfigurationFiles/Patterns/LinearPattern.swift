/// A regular expression as JSON Schema uses it, matched in time that grows with pattern and text and never faster: no pattern can make a check hang.
///
/// Known are literals, `.`, classes with ranges, `\\d \\w \\s \\b` and their opposites, `\\n \\r \\t \\f \\v \\0 \\xHH \\uHHHH`, groups, `|`, `^`, `$` and the
/// repetitions `* + ? {n} {n,} {n,m}`. What cannot be matched so (references, looking ahead and behind, possessive repetition) is refused.
struct LinearPattern: Sendable {
    /// Why a pattern cannot be used.
    struct Problem: Error, Equatable {
        let message: String
    }

    /// How much may be compared in one check: characters times instructions, a class of characters counted as often as it has ranges.
    final class Budget {
        private var left = 20_000_000

        /// Takes from what is left; false where that is not enough.
        func take(_ cost: Int) -> Bool {
            left -= cost
            return left >= 0
        }
    }

    /// Texts with more characters are not compared: the time would still be noticed.
    static let longestText = 4096
    /// The most instructions, repetitions written out.
    static let instructionLimit = 1000
    /// The most ranges of characters in one class.
    static let rangeLimit = 256

    /// One step of the program.
    enum Instruction: Sendable {
        case character(CharacterMatch)
        /// Go on at both.
        case split(Int, Int)
        case jump(Int)
        case start
        case end
        case boundary(Bool)
        case match
    }

    private let program: [Instruction]
    /// What the program takes for each character at most.
    let cost: Int

    /// Compiles a pattern.
    init(_ pattern: String) throws(Problem) {
        var parser = PatternParser(pattern)
        let tree = try parser.whole()
        var builder = PatternProgram()
        try builder.add(tree)
        program = builder.instructions + [.match]
        cost = program.reduce(0) { if case .character(let match) = $1 { $0 + max(1, match.ranges.count) } else { $0 + 1 } }
    }

    /// Whether the pattern is found anywhere in a text; nil where that takes more than may be compared.
    func isFound(in text: String, _ budget: Budget = Budget()) -> Bool? {
        let scalars = Array(text.unicodeScalars.prefix(LinearPattern.longestText + 1))
        guard scalars.count <= LinearPattern.longestText, budget.take((scalars.count + 1) * cost) else { return nil }
        var threads = Threads(program.count)
        var next = Threads(program.count)
        for position in 0...scalars.count {
            // A match may begin at every position.
            if follow(0, scalars, position, &threads) { return true }
            guard position < scalars.count else { break }
            next.clear()
            for thread in threads.list {
                guard case .character(let character) = program[thread], character.matches(scalars[position]) else { continue }
                if follow(thread + 1, scalars, position + 1, &next) { return true }
            }
            swap(&threads, &next)
        }
        return false
    }

    /// The instructions that are reached at one position, each once.
    private struct Threads {
        private(set) var list: [Int] = []
        private var isThere: [Bool]

        init(_ count: Int) { isThere = Array(repeating: false, count: count) }

        mutating func add(_ index: Int) -> Bool {
            guard !isThere[index] else { return false }
            isThere[index] = true
            list.append(index)
            return true
        }

        mutating func clear() {
            for index in list { isThere[index] = false }
            list.removeAll(keepingCapacity: true)
        }
    }

    /// Adds what can be reached without taking a character; true where the pattern has matched.
    private func follow(_ start: Int, _ text: [Unicode.Scalar], _ position: Int, _ threads: inout Threads) -> Bool {
        var pending = [start]
        while let index = pending.popLast() {
            guard threads.add(index) else { continue }
            switch program[index] {
            case .character: break
            case .split(let first, let second): pending += [second, first]
            case .jump(let target): pending.append(target)
            case .start: if position == 0 { pending.append(index + 1) }
            case .end: if position == text.count { pending.append(index + 1) }
            case .boundary(let isWanted):
                let before = position > 0 && CharacterMatch.isWord(text[position - 1])
                let after = position < text.count && CharacterMatch.isWord(text[position])
                if (before != after) == isWanted { pending.append(index + 1) }
            case .match: return true
            }
        }
        return false
    }
}

/// Which characters one place of a pattern takes.
struct CharacterMatch: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    func matches(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } != isNegated }

    static func isWord(_ scalar: Unicode.Scalar) -> Bool { word.matches(scalar) }

    static func one(_ scalar: Unicode.Scalar) -> CharacterMatch { CharacterMatch(ranges: [scalar.value...scalar.value]) }

    /// Anything but the end of a line.
    static let any = CharacterMatch(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isNegated: true)
    static let digit = CharacterMatch(ranges: [0x30...0x39])
    static let word = CharacterMatch(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = CharacterMatch(
        ranges: [
            0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F,
            0x3000...0x3000, 0xFEFF...0xFEFF,
        ]
    )

    /// The same with every other character.
    var opposite: CharacterMatch { CharacterMatch(ranges: ranges, isNegated: !isNegated) }

    /// The same with as few ranges as say it, in order.
    var merged: CharacterMatch {
        var merged = CharacterMatch(isNegated: isNegated)
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.ranges.last, range.lowerBound <= last.upperBound + 1 {
                merged.ranges[merged.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.ranges.append(range)
            }
        }
        return merged
    }

    /// The ranges of what it takes, spelt out.
    var spelledOut: [ClosedRange<UInt32>] {
        guard isNegated else { return ranges }
        var found: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { found.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { found.append(next...0x10FFFF) }
        return found
    }
}
