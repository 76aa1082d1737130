import Screening

/// Replaces real data with invented data, equal values with equal values. What is kept has to be known: texts that the plugin's scripts, manifest or
/// settings name, timestamps, small numbers, booleans. Everything else may be a person's.
struct Pseudonymizer {
    private let known: Set<String>
    /// The names and parts of paths that the known texts consist of: `m:get("candidate.email")` names `candidate`.
    private let words: Set<Substring>
    private let permits: (URLParts) -> Bool
    private var replaced: [String: String] = [:]
    private var numbers: [String: Int64] = [:]
    private var people = 0

    /// - Parameters:
    ///   - known: texts that may stay.
    ///   - permits: whether a URL's origin may stay: one that the manifest names.
    init(known: Set<String>, permits: @escaping (URLParts) -> Bool) {
        self.known = known
        words = Set(known.flatMap { text in text.split { !Pseudonymizer.isPlain($0) } + text.split { "/?#".contains($0) } })
        self.permits = permits
    }

    /// The value with invented data.
    /// - Parameter name: the name of the member that holds it; it determines what kind of invented value fits.
    mutating func pseudonymized(_ value: JSON, under name: String = "") -> JSON { pseudonymized(value, under: name, within: false) }

    /// Reads the value's texts first, so that a member's name which is a person's name elsewhere is recognised wherever it appears.
    mutating func learn(_ value: JSON) { _ = pseudonymized(value) }

    /// A path in which identifying parts are invented, without query and fragment.
    mutating func pseudonymized(path text: String) -> String {
        text.prefix { $0 != "?" && $0 != "#" }.split(separator: "/", omittingEmptySubsequences: false).map { part -> String in
            // A part of a path that no script names may identify somebody.
            part.isEmpty || words.contains(part) || known.contains(String(part)) ? String(part) : pseudonymized(String(part), under: "id")
        }.joined(separator: "/")
    }

    /// - Parameter within: whether the value stands in an object or list under a sensitive name.
    private mutating func pseudonymized(_ value: JSON, under name: String, within: Bool) -> JSON {
        let isSensitive = SensitiveName.isSensitive(name)
        switch value {
        case .string(let text):
            return .string(isSensitive || within && !known.contains(text) ? replaced(text, under: name) : pseudonymized(text, under: name))
        case .int(let number): return .int(isSensitive || within ? 1 : pseudonymized(number))
        case .double(let number):
            if isSensitive || within { return 1 }
            return number.magnitude > 9_999 ? .int(pseudonymized(Int64(clamping: Int(min(number.magnitude, 1e15).rounded())))) : value
        case .bool: return isSensitive ? true : value
        case .array(let items): return .array(items.map { pseudonymized($0, under: name, within: within) })
        case .object(let members):
            return .object(
                JSON.Members(members.pairs.map { (pseudonymized(name: $0), pseudonymized($1, under: $0, within: within || isSensitive)) })
            )
        case .null: return value
        }
    }

    /// A member's name: kept if it belongs to the payload's vocabulary and is nowhere a person's name.
    private mutating func pseudonymized(name: String) -> String {
        if words.contains(name[...]) || known.contains(name) { return name }
        if let before = replaced[name] { return before }
        let isIdentifier = name.first.map { $0.isLetter || $0 == "_" } == true && name.allSatisfy(Pseudonymizer.isPlain)
        if isIdentifier, !name.contains(/\d{5}/), !name.contains(/-[0-9A-Fa-f]{4}-/) { return name }
        let new = "key-\(replaced.count + 1)"
        replaced[name] = new
        return new
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }

    /// A text under a sensitive name, whatever it is.
    private mutating func replaced(_ text: String, under name: String) -> String {
        if text.isEmpty { return text }
        if let before = replaced[text] { return before }
        if let number = Double(text), number.magnitude <= 9_999 { return "1" }
        var new = text.contains("://") ? pseudonymized(url: text) : pseudonymizedText(text, name.lowercased())
        if text.contains("T"), Timestamp(iso8601: text) != nil { new = "1990-01-02T00:00:00Z" }
        if new == text, text.count == 2 { new = "GB" }
        replaced[text] = new
        return new
    }

    private mutating func pseudonymized(_ number: Int64) -> Int64 {
        if number.magnitude <= 9_999 || known.contains(String(number)) { return number }
        if let before = numbers[String(number)] { return before }
        let next = Int64(10_001 + numbers.count)
        numbers[String(number)] = next
        replaced[String(number)] = String(next)
        return next
    }

    private mutating func pseudonymized(_ text: String, under name: String) -> String {
        if text.isEmpty || known.contains(text) { return text }
        if let before = replaced[text] { return before }
        if let number = Int64(text), number.magnitude <= 9_999 { return text }
        // A timestamp is not a person's; a date alone may be a birthday.
        if text.contains("T"), Timestamp(iso8601: text) != nil { return text }
        let new = text.contains("://") ? pseudonymized(url: text) : pseudonymizedText(text, name.lowercased())
        replaced[text] = new
        return new
    }

    private mutating func pseudonymizedText(_ text: String, _ name: String) -> String {
        let number = replaced.count + 1
        func has(_ words: String...) -> Bool { words.contains { name.contains($0) } }
        if text.contains("@") {
            people += 1
            return people == 1 ? "ana.roe@example.test" : "person\(people)@example.test"
        }
        if has("first", "given") { return "Ana" }
        if has("last", "family", "surname") { return "Roe" }
        if has("phone", "mobile") || text.wholeMatch(of: /\+?[\d ()\-.]{8,}/) != nil && text.contains(/[ +()]/) {
            return text.hasPrefix("+") ? "+4416329600\(10 + number % 90)" : "01632 9600\(10 + number % 90)"
        }
        if has("birth", "dob") || text.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil { return "1990-01-02" }
        if has("name") { return text.contains(" ") ? "Ana Roe" : "Ana" }
        if has("country"), text.count == 2 { return text }
        if has("postcode", "zip") { return "EX1 1EX" }
        if has("street", "address") { return "1 Example Street" }
        if name == "id" || name.hasSuffix("_id") || name.hasSuffix("id"), !text.contains(" ") { return "id-\(number)" }
        return "Text \(number)"
    }

    /// A URL whose origin the manifest names keeps that origin and the parts of its path that identify nobody; any other URL is replaced entirely.
    private mutating func pseudonymized(url text: String) -> String {
        guard let parts = URLParts(text), permits(parts) else { return "https://files.example.test/\(replaced.count + 1)" }
        let bare = text.prefix { $0 != "?" && $0 != "#" }
        let marks = bare.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard marks.count == 4 else { return String(bare) }
        return marks[..<3].joined(separator: "/") + "/" + pseudonymized(path: String(marks[3]))
    }
}
