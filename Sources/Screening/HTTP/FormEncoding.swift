import Foundation

/// How text becomes part of a URL.
package enum PercentEncoding {
    /// Text with every byte but ASCII letters, digits and `-._~` encoded.
    package static func text(_ text: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                out.append(byte)
            default: out += Array(("%" + [byte].hex.uppercased()).utf8)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Text as one path segment; nil for text that would be no segment of its own (empty, `.`, `..`).
    package static func segment(_ text: String) -> String? { ["", ".", ".."].contains(text) ? nil : self.text(text) }
}

/// Names and values as a URL's query and a form body (`application/x-www-form-urlencoded`) write them.
package enum FormEncoding {
    /// `name=value` pairs joined with `&`, percent-encoded; a space is `%20`, which both readers take.
    package static func text(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { PercentEncoding.text($0.name) + "=" + PercentEncoding.text($0.value) }.joined(separator: "&")
    }

    /// The pairs of a query or a form, decoded, in order, repeats included; `+` is a space. What is encoded wrongly stays as it is.
    package static func pairs(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                guard part.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(part) }
                let spaced = String(part).replacing("+", with: " ")
                return spaced.removingPercentEncoding ?? spaced
            }
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }
}
