import HTTPTypes
import Screening

/// Holds values against the schemas of an OpenAPI document, as far as ours go: a keyword that it does not know is itself a problem.
struct SchemaValidator {
    let document: JSON

    private static let known: Set = [
        "$ref", "type", "enum", "oneOf", "items", "properties", "required", "additionalProperties", "format", "minimum", "maximum", "description",
    ]

    /// What of a value does not agree with a schema, each with the place; empty where all does.
    func problems(_ value: JSON, _ schema: JSON, at place: String = "$") -> [String] {
        if let reference = schema["$ref"]?.text {
            guard let target = document.at(reference.replacing("#/", with: "").replacing("/", with: ".")) else {
                return ["\(place): \(reference) leads nowhere"]
            }
            return problems(value, target, at: place)
        }
        var found = (schema.members?.pairs ?? []).filter { !Self.known.contains($0.name) }.map { "\(place): the keyword \($0.name) is not known" }
        if let choices = schema["oneOf"]?.items {
            let fitting = choices.map { problems(value, $0, at: place) }
            if fitting.filter(\.isEmpty).count != 1 { found.append("\(place): not exactly one of oneOf: \(fitting.flatMap(\.self))") }
        }
        if let words = schema["enum"]?.items, !words.contains(value) { found.append("\(place): \(value.string()) is not in the enum") }
        if let type = schema["type"]?.text, !Self.matches(value, type) { return found + ["\(place): a \(value.kind) is no \(type)"] }
        if schema["format"] == "date-time", let text = value.text, Timestamp(iso8601: text) == nil { found.append("\(place): no date-time") }
        if let number = value.number {
            if let least = schema["minimum"]?.number, number < least { found.append("\(place): less than \(least)") }
            if let maximum = schema["maximum"]?.number, number > maximum { found.append("\(place): more than \(maximum)") }
        }
        if let items = value.items, let schema = schema["items"] {
            for (index, item) in items.enumerated() { found += problems(item, schema, at: "\(place)[\(index)]") }
        }
        if let members = value.members { found += self.members(members, schema, at: place) }
        return found
    }

    private func members(_ members: JSON.Members, _ schema: JSON, at place: String) -> [String] {
        var found = (schema["required"]?.items ?? []).compactMap(\.text).filter { members[$0] == nil }.map { "\(place): \($0) is missing" }
        for (name, value) in members.pairs {
            if let own = schema["properties"]?[name] {
                found += problems(value, own, at: "\(place).\(name)")
            } else {
                switch schema["additionalProperties"] {
                case nil, .bool(true): break
                case .bool(false): found.append("\(place): \(name) is not documented")
                case let other?: found += problems(value, other, at: "\(place).\(name)")
                }
            }
        }
        return found
    }

    private static func matches(_ value: JSON, _ type: String) -> Bool {
        switch type {
        case "string": value.text != nil
        case "integer": value.integer != nil
        case "number": value.number != nil
        case "boolean": value.boolean != nil
        case "null": value.isNull
        case "array": value.items != nil
        case "object": value.members != nil
        default: false
        }
    }
}

extension SchemaValidator {
    /// What of an answer does not agree with what the document says of the operation and the status.
    func problems(_ response: WireResponse, to method: String, _ target: String) -> [String] {
        let path = String(target.prefix { $0 != "?" })
        guard path != "/openapi.json" else { return [] }
        let named = "\(method) \(path) \(response.status)"
        guard let operation = operation(method, path) else { return ["\(named): no such operation"] }
        guard var documented = operation["responses"]?[String(response.status)] else { return ["\(named): the status is not documented"] }
        if let reference = documented["$ref"]?.text { documented = document.at(reference.replacing("#/", with: "").replacing("/", with: ".")) ?? [:] }
        let type = response.headers[.contentType] ?? "nothing"
        guard let schema = documented["content"]?[type]?["schema"] else { return ["\(named): the type \(type) is not documented"] }
        if type == "application/octet-stream" { return [] }
        guard let json = response.json else { return ["\(named): the body is not JSON"] }
        return problems(json, schema).map { "\(named): \($0)" }
    }

    /// The operation of a path; one that is written out goes before one with parameters.
    private func operation(_ method: String, _ path: String) -> JSON? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let fitting = (document["paths"]?.members?.pairs ?? []).filter { template, item in
            let parts = template.split(separator: "/", omittingEmptySubsequences: false)
            return item[method.lowercased()] != nil && parts.count == segments.count
                && zip(parts, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return fitting.min { $0.name.filter { $0 == "{" }.count < $1.name.filter { $0 == "{" }.count }?.value[method.lowercased()]
    }
}
