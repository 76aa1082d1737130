import Screening

/// What a list is asked for: a query of the store that can be limited to some connections.
protocol ListQuery: Sendable {
    init()
    /// On one of these connections; nil for any.
    var connections: Set<String>? { get set }
}

extension OrderQuery: ListQuery {}
extension EventQuery: ListQuery {}
extension RunQuery: ListQuery {}

/// One filter of a list: its name, what it means, and what it narrows. The same filter is a parameter of the list and a member of the body of the
/// commands for many things.
struct Filter<Query: ListQuery>: Sendable {
    typealias Member<Value> = any WritableKeyPath<Query, Value> & Sendable
    typealias Narrow = @Sendable (inout Query, [FilterValue], Principal) throws -> Void

    let name: String
    let description: String
    /// Whether it may be given several times; else there is one value.
    let isRepeatable: Bool
    /// The schema of one value.
    let schema: JSON
    /// Narrows a query by the values that were given.
    let narrow: Narrow

    init(_ name: String, _ description: String, isRepeatable: Bool = false, schema: JSON = .anyText, narrow: @escaping Narrow) {
        self.name = name
        self.description = description
        self.isRepeatable = isRepeatable
        self.schema = schema
        self.narrow = narrow
    }

    /// A line of text.
    static func text(_ name: String, _ description: String, _ path: Member<String?>) -> Filter {
        Filter(name, description) { query, values, _ in query[keyPath: path] = try values.first?.line() }
    }

    /// A line of text that finds people, or what they wrote: that reveals that they are stored here.
    static func search(_ name: String, _ description: String, _ path: Member<Personal<String>?>) -> Filter {
        Filter(name, description) { query, values, principal in
            let text = try values.first?.line()
            try principal.require(.readPersonal)
            query[keyPath: path] = text.map { Personal($0) }
        }
    }

    /// One of a list of values.
    static func value<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String,
        _ description: String,
        _ path: Member<Value?>
    ) -> Filter {
        Filter(name, description, schema: .values(Value.self)) { query, values, _ in
            query[keyPath: path] = try values.first?.value(as: Value.self)
        }
    }

    /// Some of a list of words.
    static func values<Value: RawRepresentable<String> & CaseIterable & Hashable & Sendable>(
        _ name: String,
        _ description: String,
        _ path: Member<Set<Value>>
    ) -> Filter {
        Filter(name, description, isRepeatable: true, schema: .values(Value.self)) { query, values, _ in
            query[keyPath: path] = Set(try values.map { try $0.value(as: Value.self) })
        }
    }

    /// A moment.
    static func timestamp(_ name: String, _ description: String, _ path: Member<Timestamp?>) -> Filter {
        Filter(name, description, schema: .timestamp) { query, values, _ in query[keyPath: path] = try values.first?.timestamp() }
    }

    /// The connections.
    static var connections: Filter {
        Filter("connection", "On this connection", isRepeatable: true) { query, values, _ in query.connections = Set(try values.map { try $0.line() })
        }
    }

    /// The filter as a parameter of the list's operation.
    var parameter: JSON {
        [
            "name": .string(name), "in": "query",
            "description": .string(description + (isRepeatable ? "; may be given several times" : "")),
            "schema": isRepeatable ? ["type": "array", "items": schema] : schema,
        ]
    }

    /// The schema of the filter in a body.
    var member: JSON { isRepeatable ? ["oneOf": [schema, ["type": "array", "items": schema]]] : schema }
}
