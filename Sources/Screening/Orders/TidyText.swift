import Foundation

extension String {
    /// The text as a name is kept, whoever typed it and wherever it was copied from: in Unicode's normalization form C, with one space for each run of
    /// white space, none at the ends, and without what nobody sees. Joiners stay where they change how letters are written.
    ///
    /// Scripts have the same as `text.tidy`.
    public var tidied: String {
        let scalars = Array(unicodeScalars)
        var kept = String.UnicodeScalarView()
        var isSpaceDue = false
        for (index, scalar) in scalars.enumerated() {
            if scalar.properties.isWhitespace {
                isSpaceDue = !kept.isEmpty
            } else if !scalar.properties.isDefaultIgnorableCodePoint || String.joins(scalars, at: index) {
                if isSpaceDue { kept.append(" ") }
                isSpaceDue = false
                kept.append(scalar)
            }
        }
        return String(kept).precomposedStringWithCanonicalMapping
    }

    /// An e-mail address as people paste it: tidied, without anything unseen, with the signs of East Asian keyboards as plain ones.
    ///
    /// Scripts have the same as `text.email`.
    public var tidiedAddress: String {
        let plain = tidied.unicodeScalars.compactMap { scalar -> Unicode.Scalar? in
            if scalar == "\u{3002}" { return "." }
            if ("\u{FF01}"..."\u{FF5E}").contains(scalar) { return Unicode.Scalar(scalar.value - 0xFEE0) }
            return scalar.properties.isDefaultIgnorableCodePoint ? nil : scalar
        }
        return String(String.UnicodeScalarView(plain))
    }

    /// Whether the scalar is a joiner or non-joiner between two of a script in which it means something, or of one picture.
    private static func joins(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        func isJoined(_ scalar: Unicode.Scalar) -> Bool { (0x590...0x10FF).contains(scalar.value) || (0x1F000...0x1FAFF).contains(scalar.value) }
        guard scalars[index] == "\u{200C}" || scalars[index] == "\u{200D}", index > 0, index + 1 < scalars.count else { return false }
        return isJoined(scalars[index - 1]) && isJoined(scalars[index + 1])
    }
}
