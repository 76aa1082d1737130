import Screening

/// The query of a list, read strictly: an unknown or malformed filter is a problem that names it, never ignored.
struct Filters: Sendable {
    /// What every list takes.
    static let paging = ["limit", "cursor", "sort"]

    private let values: [String: [String]]

    /// Reads a query.
    /// - Parameters:
    ///   - known: the filters that the list takes.
    ///   - repeatable: those of them that may be given several times.
    init(_ request: IncomingRequest, known: [String], repeatable: Set<String> = []) throws(ProblemDocument) {
        var values: [String: [String]] = [:]
        for (name, value) in request.query {
            guard known.contains(name) || Filters.paging.contains(name) else {
                let shown = String(name.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(64).map(Character.init))
                throw Filters.problem(
                    "unknown_filter",
                    name: shown,
                    "this list has no filter \(shown); it has \(known.sorted().joined(separator: ", "))"
                )
            }
            guard values[name] == nil || repeatable.contains(name) else {
                throw Filters.problem("malformed_filter", name: name, "\(name) may be given once")
            }
            values[name, default: []].append(value)
        }
        self.values = values
    }

    /// Reads the filters of a command for many things from its body: texts, or lists of texts where one may be given several times. At least one that
    /// narrows must be there: nobody means everything by saying nothing.
    init(_ body: JSON, known: [String], repeatable: Set<String> = []) throws(ProblemDocument) {
        var values: [String: [String]] = [:]
        for (name, value) in body.members?.pairs ?? [] where name != "note" {
            let texts = (value.items ?? [value]).map { $0.text ?? $0.integer.map(String.init) }
            guard !texts.contains(nil), texts.count == 1 || repeatable.contains(name) else {
                throw Filters.problem(
                    "malformed_filter",
                    name: name,
                    "\(name) must be text\(repeatable.contains(name) ? ", or a list of texts" : "")"
                )
            }
            values[name] = texts.compactMap(\.self)
        }
        guard values.keys.contains(where: known.contains) else {
            throw Filters.problem("missing_filter", name: "", "the body must hold at least one of \(known.sorted().joined(separator: ", "))")
        }
        self.values = values
    }

    /// A filter's text; nil where it is not given.
    func text(_ name: String, maximum: Int = 500) throws(ProblemDocument) -> String? {
        guard let value = values[name]?.first else { return nil }
        guard !value.isEmpty, value.utf8.count <= maximum, !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Filters.problem("malformed_filter", name: name, "\(name) must be one line of text, 1 to \(maximum) bytes")
        }
        return value
    }

    /// A filter that is one of a list of words; nil where it is not given.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, as type: Word.Type) throws(ProblemDocument) -> Word? {
        try words(name, as: type).first
    }

    /// A filter that may be given several times, each one of a list of words.
    func words<Word: RawRepresentable<String> & CaseIterable>(_ name: String, as type: Word.Type) throws(ProblemDocument) -> [Word] {
        var words: [Word] = []
        for value in values[name] ?? [] {
            guard let word = Word(rawValue: value) else {
                let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
                throw Filters.problem("malformed_filter", name: name, "\(name) must be one of \(known)")
            }
            words.append(word)
        }
        return words
    }

    /// A moment; nil where it is not given.
    func moment(_ name: String) throws(ProblemDocument) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let moment = Timestamp(iso8601: text) else {
            throw Filters.problem("malformed_filter", name: name, "\(name) must be a moment such as 2026-03-01T09:30:00Z")
        }
        return moment
    }

    /// The connections to list: those asked for, as far as the principal may see them; nil for all.
    func connections(_ principal: Principal) -> Set<String>? {
        guard let asked = values["connection"].map(Set.init) else { return principal.connections }
        return principal.connections.map(asked.intersection) ?? asked
    }

    /// Which page of a command for many things: the oldest first, as many as a page may hold.
    func batch(of kind: IdentifierKind) throws(ProblemDocument) -> PageRequest {
        var page = try page(of: kind)
        if values["limit"] == nil { page.limit = 200 }
        page.ascending = true
        return page
    }

    /// Which page of a list of things whose identifiers are of this kind.
    func page(of kind: IdentifierKind) throws(ProblemDocument) -> PageRequest {
        var page = PageRequest()
        if let text = try text("limit") {
            guard text.utf8.allSatisfy(\.isASCIIDigit), let limit = Int(text), (1...200).contains(limit) else {
                throw Filters.problem("malformed_filter", name: "limit", "limit must be a number from 1 to 200")
            }
            page.limit = limit
        }
        if let cursor = try text("cursor") {
            guard cursor.hasPrefix(kind.rawValue + "_"), cursor.utf8.count <= 64 else {
                throw Filters.problem("malformed_filter", name: "cursor", "cursor must be the last page's next")
            }
            page.cursor = cursor
        }
        if let sort = try text("sort") {
            guard sort == "asc" || sort == "desc" else { throw Filters.problem("malformed_filter", name: "sort", "sort must be asc or desc") }
            page.ascending = sort == "asc"
        }
        return page
    }

    private static func problem(_ code: String, name: String, _ detail: String) -> ProblemDocument {
        ProblemDocument(400, code, "Bad request", detail, extra: JSON.Members([("parameter", .string(name))]))
    }
}

extension Page {
    /// The page as lists are answered.
    func response(_ view: (Item) -> JSON) -> WireResponse {
        WireResponse(200, json: ["items": .array(items.map(view)), "next": JSON(next)])
    }
}
