import Screening

/// Finds a connection's secrets in what others send, in each form in which the other side may give back what the host sent, and puts a marker in their
/// place.
///
/// One pass over the bytes, whatever the number of secrets and forms. A place is looked at closely only where its first two bytes begin one of
/// the forms, so the cost grows with the length of the text, and hardly with anything else.
final class SecretScrubber: Sendable {
    static let mark = Array("‹secret›".utf8)

    /// What is looked for: secrets as they are, in hexadecimal, and in base64 wherever they stand in what was encoded. Each also matches where its bytes
    /// are escaped one by one (percent-encoded, or as in JSON or HTML).
    private let needles: [[UInt8]]
    /// The needles by their first two bytes, longest first: `places[row | second]` is an index of `groups`, 0 for none. `rows[first]` is the first byte's row;
    /// all bytes that begin no needle share one, which is empty.
    private let rows: [Int]
    private let places: [UInt16]
    private let groups: [[Int]]
    /// Bytes that begin a needle or an escape.
    private let starts: [Bool]

    /// - Parameter secrets: all that the scripts may name. One of less than four bytes would be found everywhere and is passed over.
    init(_ secrets: [String: [Secret]]) {
        let all = Set(secrets.values.joined().filter { $0.value.utf8.count >= 4 }.flatMap(\.forms))
        needles = all.sorted { $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1) }
        var rows = [Int](repeating: 0, count: 256)
        var places = [UInt16](repeating: 0, count: 256)
        var groups: [[Int]] = [[]]
        var starts = [Bool](repeating: false, count: 256)
        for (number, needle) in needles.enumerated() where groups.count < Int(UInt16.max) {
            if rows[Int(needle[0])] == 0 {
                rows[Int(needle[0])] = places.count
                places += [UInt16](repeating: 0, count: 256)
            }
            let place = rows[Int(needle[0])] | Int(needle[1])
            if places[place] == 0 {
                places[place] = UInt16(groups.count)
                groups.append([])
            }
            groups[Int(places[place])].append(number)
            starts[Int(needle[0])] = true
        }
        for byte in UInt8.min...UInt8.max where Escapes.mayBegin(byte) { starts[Int(byte)] = true }
        (self.rows, self.places, self.groups, self.starts) = (rows, places, groups, starts)
    }

    /// The bytes with a marker in place of every secret.
    func scrubbed(_ bytes: [UInt8]) -> [UInt8] {
        guard !needles.isEmpty else { return bytes }
        let found = bytes.withUnsafeBufferPointer { matches(in: $0) }
        guard !found.isEmpty else { return bytes }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var rest = 0
        for match in found {
            out += bytes[rest..<match.lowerBound]
            out += Self.mark
            rest = match.upperBound
        }
        return out + bytes[rest...]
    }

    /// The text with a marker in place of every secret.
    func scrubbed(_ text: String) -> String {
        needles.isEmpty ? text : String(decoding: scrubbed(Array(text.utf8)), as: UTF8.self)
    }

    /// Whether a secret stands in the text, in any form.
    func finds(in text: String) -> Bool { !needles.isEmpty && !Array(text.utf8).withUnsafeBufferPointer { matches(in: $0) }.isEmpty }

    private func matches(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        starts.withUnsafeBufferPointer { starts in
            var at = 0
            let end = text.count - 1
            while at < end {
                guard starts[Int(text[at])], let match = match(in: text, at: at) else {
                    at += 1
                    continue
                }
                found.append(at..<match)
                at = match
            }
        }
        return found
    }

    /// Where the longest form that begins at a place ends; nil where none does.
    private func match(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
        let plain = group(text[start], text[start + 1])
        if plain == 0, !Escapes.mayBegin(text[start]), !Escapes.mayBegin(text[start + 1]) { return nil }
        for number in groups[plain] {
            if let end = plainEnd(of: needles[number], in: text, at: start) { return end }
        }
        for isNested in [false, true] {
            var escapes = Escapes(text, at: start, isNested: isNested)
            guard let first = escapes.next(), let second = escapes.next() else { return nil }
            func end(_ one: UInt8?, _ other: UInt8?) -> Int? {
                guard let one, let other else { return nil }
                for number in groups[group(one, other)] {
                    if let end = escapedEnd(of: needles[number], in: text, at: start, isNested: isNested) { return end }
                }
                return nil
            }
            let found =
                end(first.byte, second.byte) ?? end(first.byte, second.spaced) ?? end(first.spaced, second.byte)
                ?? end(first.spaced, second.spaced)
            if let found { return found }
        }
        return nil
    }

    /// Which group of needles begins with these two bytes; 0, an empty one, where none does.
    private func group(_ first: UInt8, _ second: UInt8) -> Int { Int(places[rows[Int(first)] | Int(second)]) }

    private func plainEnd(of needle: [UInt8], in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
        let end = start + needle.count
        guard end <= text.count else { return nil }
        for offset in 2..<needle.count where text[start + offset] != needle[offset] { return nil }
        return end
    }

    private func escapedEnd(of needle: [UInt8], in text: UnsafeBufferPointer<UInt8>, at start: Int, isNested: Bool) -> Int? {
        var escapes = Escapes(text, at: start, isNested: isNested)
        for byte in needle {
            guard let unit = escapes.next(), unit.byte == byte || unit.spaced == byte else { return nil }
        }
        return escapes.at
    }
}

extension Secret {
    /// The value as it stands, in hexadecimal, and in base64 (both alphabets) wherever it stands in what was encoded, such as a password behind its
    /// user name.
    fileprivate var forms: [[UInt8]] {
        var texts = [value, bytes.hex, bytes.hex.uppercased()]
        for count in 0..<3 {
            let text = base64(behind: count)
            if text.utf8.count >= 5 { texts += [text, text.replacing("+", with: "-").replacing("/", with: "_")] }
        }
        return texts.map { Array($0.utf8) }
    }

    /// The base64 text of the value when so many bytes precede it, without the letters that also depend on neighbouring bytes.
    private func base64(behind count: Int) -> String {
        let text = ([UInt8](repeating: 0, count: count) + bytes).base64
        let whole = (count + bytes.count) * 8 / 6
        return String(text.prefix(whole).dropFirst((count * 8 + 5) / 6))
    }
}
