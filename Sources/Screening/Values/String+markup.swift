extension String {
    /// The text in HTML, in which nothing is markup. It goes by scalars: to a browser `<` is one also where it makes one character with what stands before or
    /// after it.
    package var htmlEscaped: String {
        var out = ""
        out.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// The text as a cell of CSV (RFC 4180), in quotes where it needs them, that no spreadsheet takes for a formula: not where it begins, not where a
    /// spreadsheet that separates cells by `;` or tabs begins another, and not in the wide letters of East Asia. A telephone number stays what it is.
    package var csvCell: String {
        let begins = "=+-@\t\r\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars
        var text = String.UnicodeScalarView()
        if let first = unicodeScalars.first, begins.contains(first) {
            let rest = unicodeScalars.dropFirst()
            let isNumber = !rest.isEmpty && rest.allSatisfy { ("0"..."9").contains($0) }
            if !isNumber { text.append("'") }
        }
        var before: Unicode.Scalar?
        for scalar in unicodeScalars {
            if let before, ";\t\n\r".unicodeScalars.contains(before), begins.contains(scalar) { text.append("'") }
            if scalar == "\"" { text.append(scalar) }
            text.append(scalar)
            // Quotes and blanks do not end what separates cells: a spreadsheet leaves them out.
            if scalar != "\"", scalar != " ", scalar != "\u{A0}" { before = scalar }
        }
        let isPlain = !text.contains { ",;\"\t\r\n\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) }
        return isPlain ? String(text) : "\"" + String(text) + "\""
    }
}
