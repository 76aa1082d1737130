/// Finds e-mail addresses in whatever was received: JSON, forms, texts in texts, however they are escaped.
///
/// It looks for signs, not for structure, so that an address is found wherever it stands. Some of what it finds is none: that does no harm, for nobody asks
/// for it.
package enum AddressScan {
    /// The most addresses that are found in one delivery.
    package static let limit = 64
    /// The most bytes that are looked at.
    package static let bytes = 4 << 20

    /// The addresses in a request, folded: of its body without its coding, its path and its query.
    package static func addresses(in request: ReceivedRequest) -> Set<String> {
        var found: Set<String> = []
        for text in [request.path] + request.query.values where text.utf8.contains(where: isSign) { scan(Array(text.utf8), &found) }
        guard !request.body.isEmpty else { return found }
        let plain =
            (try? ContentCoding.decoded(request.body, request.headers["content-encoding"], limit: bytes)) ?? request.body
        let text = TextEncoding(of: plain, contentType: request.headers["content-type"]).utf8(plain) ?? plain
        scan(text, &found)
        return found
    }

    /// The addresses in a text, folded.
    package static func addresses(in text: String) -> Set<String> {
        var found: Set<String> = []
        scan(Array(text.utf8), &found)
        return found
    }

    /// An address as it is compared: however it is written, it is one person's.
    package static func folded(_ address: String) -> String { address.trimmed.lowercased() }

    private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "@") || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") }

    private static func scan(_ text: [UInt8], _ found: inout Set<String>) {
        guard text.contains(where: isSign) else { return }
        find(in: text, &found)
        // What is written otherwise is written out, and looked at once more: nested as deeply as it is sensible to nest.
        var text = text
        for _ in 0..<3 {
            guard let plain = unescaped(text) else { return }
            text = plain
            find(in: text, &found)
        }
    }

    private static func find(in text: [UInt8], _ found: inout Set<String>) {
        var from = text.startIndex
        while found.count < limit, let at = text[from...].firstIndex(of: UInt8(ascii: "@")) {
            from = at + 1
            var start = at
            while start > text.startIndex, at - start < 128, isLocal(text[start - 1]) { start -= 1 }
            var end = at + 1
            while end < text.endIndex, end - at < 254, isDomain(text[end]) { end += 1 }
            while start < at, isEdge(text[start]) { start += 1 }
            while end > at + 1, isEdge(text[end - 1]) { end -= 1 }
            guard start < at, text[(at + 1)..<end].contains(UInt8(ascii: ".")) else { continue }
            found.insert(folded(String(decoding: text[start..<end], as: UTF8.self)))
        }
    }

    /// Percent-encoding and the escapes of JSON written out; nil where there are none.
    private static func unescaped(_ text: [UInt8]) -> [UInt8]? {
        var plain: [UInt8] = []
        var (at, changed) = (0, false)
        while at < text.count {
            let byte = text[at]
            if byte == UInt8(ascii: "%"), at + 2 < text.count, let code = hex(text[(at + 1)...(at + 2)]) {
                plain.append(UInt8(truncatingIfNeeded: code))
                (at, changed) = (at + 3, true)
            } else if byte == UInt8(ascii: "\\"), at + 5 < text.count, text[at + 1] == UInt8(ascii: "u"), let code = hex(text[(at + 2)...(at + 5)]),
                let scalar = Unicode.Scalar(code)
            {
                plain.append(contentsOf: Array(String(Character(scalar)).utf8))
                (at, changed) = (at + 6, true)
            } else if byte == UInt8(ascii: "\\"), at + 1 < text.count {
                // What is escaped by one sign is no part of an address; a backslash itself may begin the next layer's escape.
                let next = text[at + 1]
                guard next != UInt8(ascii: "u") else {
                    plain.append(byte)
                    at += 1
                    continue
                }
                plain.append(next == UInt8(ascii: "\\") ? next : UInt8(ascii: " "))
                (at, changed) = (at + 2, true)
            } else {
                plain.append(byte)
                at += 1
            }
        }
        return changed ? plain : nil
    }

    private static func hex(_ digits: ArraySlice<UInt8>) -> UInt32? { UInt32(String(decoding: digits, as: UTF8.self), radix: 16) }

    private static func isLocal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "'"): true
        default: false
        }
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        isLocal(byte) && ![UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "'")].contains(byte)
    }

    private static func isEdge(_ byte: UInt8) -> Bool { [UInt8(ascii: "."), UInt8(ascii: "'"), UInt8(ascii: "-")].contains(byte) }
}
