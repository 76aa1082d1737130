package import Screening

extension SettingsSchema {
    static let kinds = ["string", "integer", "number", "boolean", "object", "array", "null"]
    private static let keywords = [
        "type", "required", "properties", "additionalProperties", "items", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum",
        "minItems", "maxItems", "default", "title", "description", "examples",
    ]

    /// Reads a manifest's `settings`, noting what is wrong with the schema itself: unknown keywords, kinds and patterns, defaults that do not fit.
    package init(reading value: JSON?, at path: [String], problems: ProblemList) {
        guard let value, !value.isNull else {
            self = .empty
            return
        }
        Self.read(value, at: path, problems: problems, LinearPattern.Budget())
        if let type = value["type"], type != "object" { problems.add(at: path + ["type"], "must be object: settings have names") }
        self.init(wellFormed: value)
    }

    private static func read(_ value: JSON, at path: [String], problems: ProblemList, _ budget: LinearPattern.Budget) {
        let schema = ObjectReader(value, at: path, keys: keywords, problems: problems)
        guard value.members != nil else { return }
        for kind in schema.texts("type") ?? [] where !kinds.contains(kind) {
            schema.problem(
                "type",
                "must be of \(kinds.joined(separator: ", "))",
                hint: suggestion(for: kind, among: kinds).map { "Did you mean \($0)?" }
            )
        }
        let properties = schema.object("properties", keys: nil)
        for (name, property) in properties.members.pairs { read(property, at: properties.path + [name], problems: problems, budget) }
        if let required = schema["required"] {
            if required.items?.allSatisfy({ $0.text != nil }) != true { schema.problem("required", "must be a list of names") }
            for name in required.items?.compactMap(\.text) ?? [] where properties.members[name] == nil && schema["additionalProperties"] == nil {
                schema.problem("required", "names \(name), which properties does not have")
            }
        }
        if let additional = schema["additionalProperties"], additional.boolean == nil {
            read(additional, at: path + ["additionalProperties"], problems: problems, budget)
        }
        if let items = schema["items"] { read(items, at: path + ["items"], problems: problems, budget) }
        if let allowed = schema["enum"], allowed.items?.isEmpty ?? true { schema.problem("enum", "must be a list of the values allowed") }
        if let pattern = schema.text("pattern") {
            do { _ = try LinearPattern(pattern) } catch { schema.problem("pattern", "is no regular expression that can be used: \(error.message)") }
        }
        for key in ["minLength", "maxLength", "minItems", "maxItems"] { _ = schema.integer(key, in: 0...1_000_000) }
        for key in ["minimum", "maximum"] { if let limit = schema[key], limit.number == nil { schema.problem(key, "must be a number") } }
        if let preset = schema.members["default"] {
            for finding in SchemaCheck(schema: value, budget: budget).findings(preset, at: path + ["default"]) {
                problems.add(at: finding.path, finding.message)
            }
        }
    }
}
