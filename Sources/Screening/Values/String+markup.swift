extension String {
    /// The text in HTML, in which nothing is markup. It does not go by characters: to a browser `<` is one also where it makes one character with what stands
    /// before or after it.
    package var htmlEscaped: String {
        guard let first = utf8.firstIndex(where: { "&<>\"'".utf8.contains($0) }) else { return self }
        var out = Array(utf8[..<first])
        // What is markup is ASCII, and no byte of any other scalar is.
        for byte in utf8[first...] {
            switch byte {
            case UInt8(ascii: "&"): out += "&amp;".utf8
            case UInt8(ascii: "<"): out += "&lt;".utf8
            case UInt8(ascii: ">"): out += "&gt;".utf8
            case UInt8(ascii: "\""): out += "&quot;".utf8
            case UInt8(ascii: "'"): out += "&#39;".utf8
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
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
