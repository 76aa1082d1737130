import Foundation

/// Finds e-mail addresses in whatever was received: JSON, forms, texts in texts, however they are escaped.
///
/// It looks for signs, not for structure, so that an address is found wherever it stands. Some of what it finds is none: that does no harm, for nobody asks
/// for it. What it costs grows with what is looked at, and with nothing else.
package enum AddressScan {
    /// The most addresses that are found in one delivery. Where there are more, ``Found/isWhole`` says so.
    package static let limit = 1000
    /// How many of them are found by look-ups of their own. Each is a row beside what is stored, which no quota counts: a delivery that is made of addresses
    /// would take many times its size. What holds more is marked, and looked into when somebody is erased.
    package static let indexed = 100
    /// The most bytes that are looked at.
    package static let bytes = 4 << 20

    /// The addresses that were found, folded.
    package struct Found: Sendable, Equatable {
        package fileprivate(set) var addresses: Set<String> = []
        /// Whether these are all.
        package fileprivate(set) var isWhole = true
        fileprivate let limit: Int
        /// What alone is looked for; nil for whatever there is.
        fileprivate let sought: Set<String>?
        /// Whether nothing more is to be looked at.
        fileprivate var hasEnded: Bool { !isWhole || sought != nil && !addresses.isEmpty }
        /// What was found already, as it was written: the same address stands many times in one delivery.
        private var seen: Set<[UInt8]> = []

        fileprivate init(limit: Int, sought: Set<String>? = nil) { (self.limit, self.sought) = (limit, sought) }

        fileprivate mutating func insert(_ bytes: some Collection<UInt8>) {
            guard seen.insert(bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }).inserted else { return }
            let address = folded(String(decoding: bytes, as: UTF8.self))
            if let sought, !sought.contains(address) { return }
            guard addresses.count < limit || addresses.contains(address) else { return isWhole = false }
            addresses.insert(address)
        }
    }

    /// The addresses in a request: of its body without its coding, its path, its query and its header fields.
    /// - Parameter limit: how many at most.
    package static func find(in request: ReceivedRequest, limit: Int = AddressScan.limit) -> Found {
        var found = Found(limit: limit)
        scan(request, &found)
        return found
    }

    /// Whether one of some addresses, folded, is in a request, however many are. It looks no further than to the first.
    package static func contains(_ addresses: Set<String>, in request: ReceivedRequest) -> Bool {
        guard !addresses.isEmpty else { return false }
        var found = Found(limit: .max, sought: addresses)
        scan(request, &found)
        return !found.addresses.isEmpty
    }

    /// Whether one of some addresses, folded, is in the texts of a value.
    package static func contains(_ addresses: Set<String>, in json: JSON) -> Bool {
        guard !addresses.isEmpty else { return false }
        var found = Found(limit: .max, sought: addresses)
        scan(json, &found)
        return !found.addresses.isEmpty
    }

    private static func scan(_ request: ReceivedRequest, _ found: inout Found) {
        scan(request.path, &found)
        for (name, text) in request.query {
            scan(name, &found)
            scan(text, &found)
        }
        for text in request.headers.values { scan(text, &found) }
        guard !request.body.isEmpty, !found.hasEnded else { return }
        let plain =
            (try? ContentCoding.decoded(request.body, request.headers["content-encoding"], limit: bytes)) ?? request.body
        let text = TextEncoding(of: plain, contentType: request.headers["content-type"]).utf8(plain) ?? plain
        scan(text, &found)
    }

    /// The addresses in a request, folded.
    package static func addresses(in request: ReceivedRequest) -> Set<String> { find(in: request).addresses }

    /// The addresses in a text, folded.
    package static func addresses(in text: String) -> Set<String> {
        var found = Found(limit: limit)
        scan(text, &found)
        return found.addresses
    }

    /// The addresses in the texts of a value.
    /// - Parameter limit: how many at most.
    package static func find(in json: JSON, limit: Int = AddressScan.limit) -> Found {
        var found = Found(limit: limit)
        scan(json, &found)
        return found
    }

    /// The addresses in the texts of a value, folded.
    package static func addresses(in json: JSON) -> Set<String> { find(in: json).addresses }

    /// An address as it is compared: however it is written, it is one person's.
    package static func folded(_ address: String) -> String {
        let folded = address.trimmed.lowercased()
        // "é" is one sign or two: the same to whoever reads it, and not the same bytes.
        return folded.utf8.allSatisfy { $0 < 0x80 } ? folded : folded.precomposedStringWithCanonicalMapping
    }

    private static func scan(_ json: JSON, _ found: inout Found) {
        switch json {
        case .string(let text): scan(text, &found)
        case .array(let items): for item in items { scan(item, &found) }
        case .object(let members):
            for (name, value) in members.pairs {
                scan(name, &found)
                scan(value, &found)
            }
        case .null, .bool, .int, .double: break
        }
    }

    private static func scan(_ text: String, _ found: inout Found) {
        guard text.utf8.count >= shortest, !found.hasEnded else { return }
        scan(Array(text.utf8), &found)
    }

    private static func scan(_ text: [UInt8], _ found: inout Found) {
        find(in: text, &found)
        // What is written otherwise is written out, and looked at once more: nested as deeply as it is sensible to nest.
        var text = text
        for _ in 0..<3 {
            guard let plain = EscapedText.plain(text) else { break }
            text = plain
            find(in: text, &found)
        }
        for plain in EscapedText.encoded(in: text) {
            find(in: plain, &found)
            if let plain = EscapedText.plain(plain) { find(in: plain, &found) }
        }
    }

    /// `a@b.c`
    private static let shortest = 5

    private static func find(in text: [UInt8], _ found: inout Found) {
        guard text.count >= shortest else { return }
        text.withUnsafeBufferPointer { text in
            var from = 0
            while let at = text[from...].firstIndex(of: UInt8(ascii: "@")) {
                from = at + 1
                var start = at
                while start > 0, at - start < 128, isLocal(text[start - 1]) { start -= 1 }
                guard start < at else { continue }
                var (end, hasDot) = (at + 1, false)
                while end < text.count, end - at < 254, isDomain(text[end]) {
                    if text[end] == UInt8(ascii: ".") { hasDot = true }
                    end += 1
                }
                guard hasDot else { continue }
                while start < at, isEdge(text[start]) { start += 1 }
                while end > at + 1, isEdge(text[end - 1]) { end -= 1 }
                guard start < at, text[(at + 1)..<end].contains(UInt8(ascii: ".")) else { continue }
                found.insert(text[start..<end])
                guard !found.hasEnded else { return }
            }
        }
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "'"): true
        default: false
        }
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "'"): false
        default: isLocal(byte)
        }
    }

    private static func isEdge(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "-") }
}
