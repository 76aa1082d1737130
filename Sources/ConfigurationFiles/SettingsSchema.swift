public import Screening

/// What a plugin's settings may be: a subset of JSON Schema, as a manifest's `settings` has it.
///
/// Known keywords: `type` (one or a list), `required`, `properties`, `additionalProperties` (a boolean or a schema; false where the outermost object
/// does not say, so that misspelt settings are found), `items`, `enum`, `const`, `pattern`, `minLength`, `maxLength`, `minimum`, `maximum`,
/// `minItems`, `maxItems`, `default`, and for people `title`, `description` and `examples`.
public struct SettingsSchema: Sendable, Hashable {
    /// One thing that is wrong with a value.
    public struct Finding: Sendable, Equatable {
        public let path: [String]
        /// What; never quotes the value.
        public let message: String
        public let hint: String?
    }

    /// The schema as written.
    public let json: JSON

    /// A schema that is known to be well formed; see ``problems(in:at:)``.
    package init(wellFormed json: JSON) { self.json = json }

    /// A schema without settings.
    public static let empty = SettingsSchema(wellFormed: ["type": "object"])

    /// The names of the settings, in order.
    public var names: [String] { json["properties"]?.members?.pairs.map(\.name) ?? [] }

    /// Everything that is wrong with a value, with the path that begins at `path`. Calling twice gives the same.
    public func check(_ value: JSON, at path: [String] = []) -> [Finding] {
        SchemaCheck(schema: json, isOutermost: true).findings(value, at: path)
    }

    /// The value with the defaults of missing settings in place; objects that are missing themselves are not made.
    public func applyingDefaults(_ value: JSON) -> JSON { Self.applyingDefaults(of: json, to: value) }

    private static func applyingDefaults(of schema: JSON, to value: JSON) -> JSON {
        switch value {
        case .object(var members):
            for (name, property) in schema["properties"]?.members?.pairs ?? [] {
                if let present = members[name] ?? property["default"] { members[name] = applyingDefaults(of: property, to: present) }
            }
            return .object(members)
        case .array(let items):
            guard let each = schema["items"] else { return value }
            return .array(items.map { applyingDefaults(of: each, to: $0) })
        default: return value
        }
    }
}

/// One value against one schema.
struct SchemaCheck {
    let schema: JSON
    var isOutermost = false
    /// Shared by all values of one check.
    var budget = LinearPattern.Budget()

    func findings(_ value: JSON, at path: [String]) -> [SettingsSchema.Finding] {
        func finding(_ message: String, _ hint: String? = nil) -> [SettingsSchema.Finding] {
            [SettingsSchema.Finding(path: path, message: message, hint: hint)]
        }
        let types = schema["type"].map { $0.items?.compactMap(\.text) ?? [$0.text ?? ""] } ?? []
        if !types.isEmpty, !types.contains(where: { Self.is(value, $0) }) {
            return finding("must be \(types.map(Self.words).joined(separator: " or ")), not \(Self.words(value.kind))")
        }
        if let allowed = schema["enum"]?.items, !allowed.contains(value) {
            let near = value.text.flatMap { suggestion(for: $0, among: allowed.compactMap(\.text)) }
            return finding("must be one of \(allowed.map { $0.text ?? $0.string() }.joined(separator: ", "))", near.map { "Did you mean \($0)?" })
        }
        if let only = schema["const"], only != value { return finding("must be \(only.text ?? only.string())") }
        switch value {
        case .string(let text):
            return text.isEmpty && (schema["minLength"]?.integer ?? 0) > 0 ? finding("is empty") : limits(text).flatMap { finding($0) }
        case .int, .double: return limits(value.number ?? 0).flatMap { finding($0) }
        case .array(let items):
            return limits(items.count).flatMap { finding($0) }
                + items.enumerated().flatMap { index, item in
                    schema["items"].map { SchemaCheck(schema: $0, budget: budget).findings(item, at: path + [String(index)]) } ?? []
                }
        case .object(let members): return findings(members, at: path)
        default: return []
        }
    }

    private func findings(_ members: JSON.Members, at path: [String]) -> [SettingsSchema.Finding] {
        let properties = schema["properties"]?.members ?? JSON.Members()
        let known = properties.pairs.map(\.name)
        let additional = schema["additionalProperties"] ?? .bool(!isOutermost)
        var found: [SettingsSchema.Finding] = []
        for (name, value) in members.pairs {
            if let property = properties[name] {
                found += SchemaCheck(schema: property, budget: budget).findings(value, at: path + [name])
            } else if additional.members != nil {
                found += SchemaCheck(schema: additional, budget: budget).findings(value, at: path + [name])
            } else if additional == false {
                let all = known.isEmpty ? "There are no settings here." : "Known: \(known.joined(separator: ", "))."
                let hint = suggestion(for: name, among: known).map { "Did you mean \($0)?" } ?? all
                found.append(SettingsSchema.Finding(path: path + [name], message: "unknown setting", hint: hint))
            }
        }
        for name in schema["required"]?.items?.compactMap(\.text) ?? [] where members[name] == nil {
            found.append(
                SettingsSchema.Finding(path: path + [name], message: "is missing", hint: properties[name]?["title"]?.text.map { "It is: \($0)." })
            )
        }
        return found
    }

    private func limits(_ text: String) -> [String] {
        var found: [String] = []
        let length = text.unicodeScalars.count
        if let least = schema["minLength"]?.integer, length < least { found.append("must have at least \(least) characters") }
        if let maximum = schema["maxLength"]?.integer, length > maximum { found.append("must have at most \(maximum) characters") }
        if let pattern = schema["pattern"]?.text {
            let compiled = try? LinearPattern(pattern)
            if let compiled, let isFound = compiled.isFound(in: text, budget) {
                if !isFound { found.append("must match \(pattern)") }
            } else {
                found.append("is too long to be compared with \(pattern)")
            }
        }
        return found
    }

    private func limits(_ number: Double) -> [String] {
        var found: [String] = []
        if let least = schema["minimum"], let limit = least.number, number < limit { found.append("must be at least \(least.string())") }
        if let maximum = schema["maximum"], let limit = maximum.number, number > limit { found.append("must be at most \(maximum.string())") }
        return found
    }

    private func limits(_ count: Int) -> [String] {
        var found: [String] = []
        if let least = schema["minItems"]?.integer, count < least { found.append("must have at least \(least) entries") }
        if let maximum = schema["maxItems"]?.integer, count > maximum { found.append("must have at most \(maximum) entries") }
        return found
    }

    private static func `is`(_ value: JSON, _ type: String) -> Bool {
        switch (type, value) {
        case ("string", .string), ("number", .int), ("number", .double), ("integer", .int), ("boolean", .bool), ("null", .null), ("array", .array),
            ("object", .object):
            true
        case ("integer", .double(let number)): number == number.rounded()
        default: false
        }
    }

    private static func words(_ kind: String) -> String {
        switch kind {
        case "string": "text"
        case "integer": "a whole number"
        case "number": "a number"
        case "boolean": "true or false"
        case "array", "list": "a list"
        case "object": "an object"
        default: kind
        }
    }
}
