import Screening

extension String {
    /// How many columns of a terminal the text takes: letters of East Asia and most pictures take two.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// The text in at most so many columns, with `…` where something was cut off.
    func cut(to width: Int) -> String {
        guard columns > width else { return self }
        guard width > 0 else { return "" }
        var out = ""
        var taken = 1
        for character in self {
            taken += character.columns
            if taken > width { break }
            out.append(character)
        }
        return out + "…"
    }

    /// The text and as many spaces behind it as make it so wide.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - columns)) }

    /// What somebody wrote, in one line: it must not look like further rows, and a terminal must not act on it.
    var cellText: String { String(map { $0.isNewline || $0 == "\t" ? " " : $0 }).printable }
}

extension Character {
    fileprivate var columns: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        if scalar.isASCII { return 1 }
        if unicodeScalars.contains(where: { $0.value == 0xFE0F }) || scalar.properties.isEmojiPresentation { return 2 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x20000...0x3FFFD:
            return 2
        default: return scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
        }
    }
}
