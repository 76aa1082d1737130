import Screening

// What schemas are made of.

extension JSON {
    /// The schema of text.
    static let anyText: JSON = ["type": "string"]
    /// The schema of any object.
    static let anyObject: JSON = ["type": "object", "additionalProperties": true]
    /// The schema of an object whose values are text.
    static let textByName: JSON = ["type": "object", "additionalProperties": ["type": "string"]]
    /// The schema of a moment.
    static let timestamp: JSON = ["type": "string", "format": "date-time"]
    /// The schema of a whole number.
    static let wholeNumber: JSON = ["type": "integer"]
    /// The schema of yes or no.
    static let yesOrNo: JSON = ["type": "boolean"]

    /// The schema of one of a list of values.
    static func values<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type) -> JSON {
        ["type": "string", "enum": .array(Value.allCases.map { .string($0.rawValue) })]
    }

    /// The schema of a list.
    static func list(of item: JSON) -> JSON { ["type": "array", "items": item] }

    /// The schema of a page of a list.
    static func page(of item: JSON) -> JSON {
        .object(always: ["items": .list(of: item), "next": JSON.anyText.orNull], sometimes: ["unread": unread])
    }

    /// The schema of what is not in a page, for it is sealed with keys that this host does not have.
    private static let unread: JSON = .object(
        always: ["count": .wholeNumber, "keys": .list(of: .anyText)],
        "what is not listed, for it is sealed with keys that this host does not have: how many, and the keys' fingerprints"
    )

    /// The schema of an object with these members and, unless it is open, no others.
    static func object(always: JSON, sometimes: JSON = [:], isOpen: Bool = false, _ description: String? = nil) -> JSON {
        let pairs = (always.members?.pairs ?? []) + (sometimes.members?.pairs ?? [])
        var schema: JSON = ["type": "object", "properties": .object(Members(pairs.map { ($0.name, $0.value) }))]
        let required = always.members?.pairs.map { JSON.string($0.name) } ?? []
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["additionalProperties"] = .bool(isOpen)
        schema["description"] = description.map { .string($0) }
        return schema
    }

    /// A schema among the components.
    static func reference(_ schema: String) -> JSON { ["$ref": .string("#/components/schemas/" + schema)] }

    /// This schema, or null.
    var orNull: JSON { ["oneOf": [self, ["type": "null"]]] }
}
