import Screening

/// Puts invented data in the place of what is real, the same for the same all over. What is kept has to be known: texts that the plugin's scripts, manifest or
/// settings name, moments, small numbers, truth values. Everything else may be a person's.
struct InventedData {
    private let known: Set<String>
    private let permits: (URLParts) -> Bool
    private var replaced: [String: String] = [:]
    private var numbers: [String: Int64] = [:]
    private var people = 0

    /// - Parameters:
    ///   - known: texts that may stay.
    ///   - permits: whether a URL's origin may stay: one that the manifest names.
    init(known: Set<String>, permits: @escaping (URLParts) -> Bool) {
        self.known = known
        self.permits = permits
    }

    /// The value with invented data.
    /// - Parameter name: the name that it stands under; it tells what would be natural there.
    mutating func invented(_ value: JSON, under name: String = "") -> JSON {
        switch value {
        case .string(let text): return .string(invented(text, under: name))
        case .int(let number): return .int(InventedData.isTelling(name) ? 1 : invented(number))
        case .double(let number):
            if InventedData.isTelling(name) { return 1 }
            return number.magnitude > 9_999 ? .int(invented(Int64(clamping: Int(min(number.magnitude, 1e15).rounded())))) : value
        case .array(let items): return .array(items.map { invented($0, under: name) })
        case .object(let members):
            return .object(
                JSON.Members(members.pairs.map { (known.contains($0) || !$0.contains("@") ? $0 : "key", invented($1, under: $0)) })
            )
        default: return value
        }
    }

    /// Whether even a small number says something of a person where it stands.
    private static func isTelling(_ name: String) -> Bool {
        let name = name.lowercased()
        if ["age", "dob", "zip"].contains(name) { return true }
        return ["birth", "year", "salary", "phone", "mobile", "postcode", "_age", "age_", "_zip", "_dob"].contains { name.contains($0) }
    }

    private mutating func invented(_ number: Int64) -> Int64 {
        if number.magnitude <= 9_999 || known.contains(String(number)) { return number }
        if let before = numbers[String(number)] { return before }
        let next = Int64(10_001 + numbers.count)
        numbers[String(number)] = next
        replaced[String(number)] = String(next)
        return next
    }

    private mutating func invented(_ text: String, under name: String) -> String {
        if text.isEmpty || known.contains(text) { return text }
        if let before = replaced[text] { return before }
        if let number = Int64(text), number.magnitude <= 9_999 { return InventedData.isTelling(name) ? "1" : text }
        // A moment is not a person's; a date alone may be a birthday.
        if text.contains("T"), Timestamp(iso8601: text) != nil { return text }
        let new = text.contains("://") ? invented(url: text) : inventedWords(text, name.lowercased())
        replaced[text] = new
        return new
    }

    private mutating func inventedWords(_ text: String, _ name: String) -> String {
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

    /// A URL whose origin the manifest names keeps it, and what of its path is no identifier; any other is another one altogether.
    private mutating func invented(url text: String) -> String {
        guard let parts = URLParts(text), permits(parts) else { return "https://files.example.test/\(replaced.count + 1)" }
        let marks = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard marks.count == 4 else { return text }
        let path = marks[3].prefix { $0 != "?" && $0 != "#" }.split(separator: "/", omittingEmptySubsequences: false).map { part -> String in
            // What of a path no script names may identify somebody.
            part.isEmpty || known.contains { $0.contains(part) } ? String(part) : replaced[String(part)] ?? invented(String(part), under: "id")
        }
        return marks[..<3].joined(separator: "/") + "/" + path.joined(separator: "/")
    }
}
