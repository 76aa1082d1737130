/// The person an order is about: only what providers need to reach them.
public struct Candidate: Sendable, Equatable {
    public var firstName: Personal<String>
    public var lastName: Personal<String>
    public var email: Personal<String>
    /// Phone number, in E.164 where the script normalised it.
    public var phone: Personal<String>?
    /// Country as ISO 3166-1 alpha-2, upper case.
    public var country: String?
    /// Further members that a script gave and a wire profile may use (`${order.candidate.NAME}`).
    public var other: Personal<JSON.Members>

    /// A candidate whose fields are known to be well formed.
    public init(
        firstName: String,
        lastName: String,
        email: String,
        phone: String? = nil,
        country: String? = nil,
        other: JSON.Members = JSON.Members()
    ) {
        self.firstName = Personal(firstName)
        self.lastName = Personal(lastName)
        self.email = Personal(email)
        self.phone = phone.map { Personal($0) }
        self.country = country
        self.other = Personal(other)
    }
}

/// A field of an order that is missing or malformed. Names the field and what was expected, never what the person's value was.
public struct FieldProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field's path, such as `candidate.email`.
    public let path: String
    /// What was expected, such as `an e-mail address`.
    public let expected: String
    /// What was found instead: `nothing`, `an empty string`, `a number`, `text that is not an e-mail address`.
    public let found: String

    public init(path: String, expected: String, found: String) {
        self.path = path
        self.expected = expected
        self.found = found
    }

    /// One sentence.
    public var description: String { "\(path): expected \(expected), found \(found)" }
}

extension Candidate {
    /// Reads and checks a candidate written as JSON (`first_name`, `last_name`, `email`, `phone`, `country`, …).
    ///
    /// Names, address and telephone number are tidied (``Swift/String/tidied``); empty text counts as missing. `null` members are left out. Beside the fields of its own a candidate has at
    /// most 64 further members, with names of at most 100 bytes.
    /// - Throws: ``FieldProblem`` for the first field that is missing or malformed.
    public init(json: JSON?, path: String = "candidate") throws(FieldProblem) {
        guard let members = json?.members else {
            throw FieldProblem(path: path, expected: "an object", found: json?.kind.withArticle ?? "nothing")
        }
        func text(_ name: String) throws(FieldProblem) -> String? {
            guard let value = members[name], !value.isNull else { return nil }
            guard let text = value.text else {
                throw FieldProblem(path: "\(path).\(name)", expected: "text", found: value.kind.withArticle)
            }
            // Several lines or a NUL are no slip of the keyboard: they come from a mapping that is wrong, or from somebody who wants more than a name here.
            let isLine = !text.trimmed.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\t" }
            let tidy = name == "email" ? text.tidiedAddress : text.tidied
            guard isLine, tidy.utf8.count <= 320 else {
                throw FieldProblem(path: "\(path).\(name)", expected: "one line of at most 320 bytes", found: "longer text or control characters")
            }
            return tidy.isEmpty ? nil : tidy
        }
        func required(_ name: String, _ expected: String) throws(FieldProblem) -> String {
            guard let value = try text(name) else { throw FieldProblem(path: "\(path).\(name)", expected: expected, found: "nothing") }
            return value
        }
        func name(_ name: String, _ expected: String) throws(FieldProblem) -> String {
            let text = try required(name, expected)
            if let found = Candidate.noName(text) { throw FieldProblem(path: "\(path).\(name)", expected: expected, found: found) }
            return text
        }
        let first = try name("first_name", "a first name")
        let last = try name("last_name", "a last name")
        let email = try required("email", "an e-mail address")
        guard Candidate.looksLikeEmail(email) else {
            throw FieldProblem(path: "\(path).email", expected: "an e-mail address", found: "text that is not one")
        }
        let country = try text("country")?.uppercased()
        if let country, country.utf8.count != 2 || !country.utf8.allSatisfy(\.isASCIIUppercase) {
            throw FieldProblem(path: "\(path).country", expected: "a two-letter country code", found: "other text")
        }
        var other = JSON.Members()
        for (name, value) in members.pairs where !["first_name", "last_name", "email", "phone", "country"].contains(name) && !value.isNull {
            guard name.utf8.count <= 100 else {
                throw FieldProblem(path: path, expected: "names of at most 100 bytes", found: "a longer name")
            }
            guard other.pairs.count < 64 else { throw FieldProblem(path: path, expected: "at most 64 further members", found: "more") }
            if let text = value.text, text.utf8.count > 4096 || text.unicodeScalars.contains(where: Candidate.isUnprintable) {
                throw FieldProblem(path: "\(path).\(name)", expected: "text of at most 4096 bytes", found: "longer text or control characters")
            }
            other[name] = value
        }
        self.init(firstName: first, lastName: last, email: email, phone: try text("phone"), country: country, other: other)
    }

    /// The candidate as JSON, with its personal data: for the wire, the API's `read_personal` scope and the store. Missing fields are left out.
    public var json: JSON {
        var members = JSON.Members([
            ("first_name", .string(firstName.value)), ("last_name", .string(lastName.value)), ("email", .string(email.value)),
        ])
        members["phone"] = phone.map { .string($0.value) }
        members["country"] = country.map { .string($0) }
        for (name, value) in other.value.pairs where members[name] == nil { members[name] = value }
        return .object(members)
    }

    /// What a text given as a name is when it is clearly not a name; nil when it may be one. Names come in every form, so this catches only what a mapping
    /// gets wrong, and text that would put a link or an address into the greeting of the provider's invitation.
    static func noName(_ text: String) -> String? {
        if text.contains("@") { return "text with an @" }
        if text.contains("://") { return "an address" }
        if text.unicodeScalars.contains("\u{FFFD}") { return "characters that could not be read" }
        if text.contains(where: \.isNumber), !text.contains(where: \.isLetter) { return "a number" }
        return nil
    }

    /// Control characters other than tabs and the ends of lines.
    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && !["\t", "\n", "\r"].contains(scalar)
    }

    /// Whether text has the shape of an e-mail address that a mail could be sent to: one `@`, no spaces, a domain with a dot.
    public static func looksLikeEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64, text.utf8.count <= 254 else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let forbidden: Set<Character> = [" ", "\t", ",", ";", "<", ">", "(", ")", "\"", "\\", "[", "]", ":"]
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasSuffix("-") }
            && !text.contains { forbidden.contains($0) || $0.isWhitespace || $0.isNewline }
            && !parts[0].hasPrefix(".") && !parts[0].hasSuffix(".") && !parts[0].contains("..")
    }
}

extension String {
    /// The text without white space at its ends.
    public var trimmed: String {
        // Text that begins and ends with a plain sign has nothing to lose, and nearly all does.
        if let first = utf8.first, let last = utf8.last, (0x21..<0x80).contains(first), (0x21..<0x80).contains(last) { return self }
        return String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// The word with `a` or `an` before it, for error messages.
    public var withArticle: String { (first.map { "aeiou".contains($0) } == true ? "an " : "a ") + self }
}
