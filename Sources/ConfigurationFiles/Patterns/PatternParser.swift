/// What a pattern says, before it is a program.
indirect enum PatternTree: Sendable {
    case character(CharacterMatch)
    case sequence([PatternTree])
    case choice([PatternTree])
    case repetition(PatternTree, from: Int, to: Int?)
    case start
    case end
    case boundary(Bool)
}

/// Reads a pattern.
struct PatternParser {
    private let text: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ pattern: String) { text = Array(pattern.unicodeScalars) }

    mutating func whole() throws(LinearPattern.Problem) -> PatternTree {
        let tree = try choice()
        guard position == text.count else { throw problem("a ) too many") }
        return tree
    }

    private func problem(_ what: String) -> LinearPattern.Problem { LinearPattern.Problem(message: "\(what) (character \(position + 1))") }

    private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func choice() throws(LinearPattern.Problem) -> PatternTree {
        depth += 1
        guard depth <= 50 else { throw problem("groups are nested too deeply") }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        depth -= 1
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(LinearPattern.Problem) -> PatternTree {
        var parts: [PatternTree] = []
        while let scalar = next, scalar != "|", scalar != ")" { parts.append(try repeated(try atom())) }
        return .sequence(parts)
    }

    private mutating func repeated(_ tree: PatternTree) throws(LinearPattern.Problem) -> PatternTree {
        let bounds: (Int, Int?)
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else {
            guard next == "{", let counted = counted() else { return tree }
            bounds = counted
        }
        if let most = bounds.1, most < bounds.0 { throw problem("a repetition from more to fewer") }
        // Whether as few or as many as possible are taken makes no difference to whether there is a match.
        _ = take("?")
        if next == "+" { throw problem("possessive repetition is not known") }
        if next == "*" || next == "?" { throw problem("nothing to repeat") }
        return .repetition(tree, from: bounds.0, to: bounds.1)
    }

    /// `{n}`, `{n,}` or `{n,m}`; nil where the brace is a character like others.
    private mutating func counted() -> (Int, Int?)? {
        let start = position
        position += 1
        func number() -> Int? {
            var digits = ""
            while let scalar = next, CharacterMatch.digit.matches(scalar), digits.count < 5 {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            return Int(digits)
        }
        if let least = number() {
            if take("}") { return (least, least) }
            if take(",") {
                if take("}") { return (least, nil) }
                if let most = number(), take("}") { return (least, most) }
            }
        }
        position = start
        return nil
    }

    private mutating func atom() throws(LinearPattern.Problem) -> PatternTree {
        guard let scalar = next else { throw problem("something is missing") }
        position += 1
        switch scalar {
        case "^": return .start
        case "$": return .end
        case ".": return .character(.any)
        case "(":
            if take("?") {
                guard take(":") else { throw problem("looking ahead and behind, names and options are not known: only (?: is") }
            }
            let inner = try choice()
            guard take(")") else { throw problem("a ) is missing") }
            return inner
        case "[": return .character(try bracket())
        case "*", "+", "?": throw problem("nothing to repeat")
        case "\\":
            if take("b") { return .boundary(true) }
            if take("B") { return .boundary(false) }
            return .character(try escaped())
        default: return .character(.one(scalar))
        }
    }

    /// A class after its opening bracket.
    private mutating func bracket() throws(LinearPattern.Problem) -> CharacterMatch {
        var match = CharacterMatch(isNegated: take("^"))
        while true {
            guard let scalar = next else { throw problem("a ] is missing") }
            guard match.ranges.count <= LinearPattern.rangeLimit else {
                throw problem("a class has more than \(LinearPattern.rangeLimit) characters and ranges")
            }
            position += 1
            if scalar == "]" { return match.merged }
            let first = scalar == "\\" ? try escaped() : .one(scalar)
            guard next == "-", position + 1 < text.count, text[position + 1] != "]", first.ranges.count == 1, !first.isNegated,
                let low = first.ranges.first, low.count == 1
            else {
                match.ranges += first.spelledOut
                continue
            }
            position += 1
            let last = text[position]
            position += 1
            let high = last == "\\" ? try escaped() : .one(last)
            guard !high.isNegated, high.ranges.count == 1, let end = high.ranges.first, end.count == 1, end.lowerBound >= low.lowerBound else {
                throw problem("a range from later to earlier")
            }
            match.ranges.append(low.lowerBound...end.lowerBound)
        }
    }

    /// What stands after a backslash.
    private mutating func escaped() throws(LinearPattern.Problem) -> CharacterMatch {
        guard let scalar = next else { throw problem("nothing after the backslash") }
        position += 1
        switch scalar {
        case "d": return .digit
        case "D": return CharacterMatch.digit.opposite
        case "w": return .word
        case "W": return CharacterMatch.word.opposite
        case "s": return .space
        case "S": return CharacterMatch.space.opposite
        case "n": return .one("\n")
        case "r": return .one("\r")
        case "t": return .one("\t")
        case "f": return .one("\u{0C}")
        case "v": return .one("\u{0B}")
        case "b": return .one("\u{08}")
        case "0": return .one("\0")
        case "x": return .one(try hexadecimal(2))
        case "u": return .one(try hexadecimal(4))
        default:
            guard !CharacterMatch.word.matches(scalar) else { throw problem("\\\(scalar) is not known") }
            return .one(scalar)
        }
    }

    private mutating func hexadecimal(_ count: Int) throws(LinearPattern.Problem) -> Unicode.Scalar {
        let digits = String(String.UnicodeScalarView(text[position..<min(position + count, text.count)]))
        guard digits.utf8.count == count, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
            throw problem("\(count) hexadecimal digits are missing")
        }
        position += count
        return scalar
    }
}

/// Makes the program of a pattern.
struct PatternProgram {
    private(set) var instructions: [LinearPattern.Instruction] = []
    /// Counted as well: a repetition of nothing adds no instruction, but takes time.
    private var work = 0

    mutating func add(_ tree: PatternTree) throws(LinearPattern.Problem) {
        work += 1
        guard instructions.count < LinearPattern.instructionLimit, work < 10 * LinearPattern.instructionLimit else {
            throw LinearPattern.Problem(message: "the pattern is too large once its repetitions are written out")
        }
        switch tree {
        case .character(let match): instructions.append(.character(match))
        case .start: instructions.append(.start)
        case .end: instructions.append(.end)
        case .boundary(let isWanted): instructions.append(.boundary(isWanted))
        case .sequence(let parts): for part in parts { try add(part) }
        case .choice(let branches):
            var ends: [Int] = []
            for (index, branch) in branches.enumerated() {
                guard index < branches.count - 1 else {
                    try add(branch)
                    break
                }
                let split = reserve()
                try add(branch)
                ends.append(reserve())
                instructions[split] = .split(split + 1, instructions.count)
            }
            for end in ends { instructions[end] = .jump(instructions.count) }
        case .repetition(let inner, let least, let most):
            for _ in 0..<least { try add(inner) }
            guard let most else {
                let split = reserve()
                try add(inner)
                instructions.append(.jump(split))
                instructions[split] = .split(split + 1, instructions.count)
                return
            }
            var splits: [Int] = []
            for _ in least..<most {
                splits.append(reserve())
                try add(inner)
            }
            for split in splits { instructions[split] = .split(split + 1, instructions.count) }
        }
    }

    private mutating func reserve() -> Int {
        instructions.append(.match)
        return instructions.count - 1
    }
}
