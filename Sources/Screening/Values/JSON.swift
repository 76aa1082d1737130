/// A JSON value that loses nothing: integers stay exact, `1.0` stays a fraction, members keep the order they came in.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number written without fraction or exponent that fits 64 bits.
    case int(Int64)
    /// Any other number that a double can hold.
    case double(Double)
    case string(String)
    case array([JSON])
    /// Members in the order they were written; names are unique.
    case object(Members)
}

// MARK: Reading

extension JSON {
    /// A member of an object; nil for a missing member and for anything that is not an object. Setting on another kind makes it an object.
    public subscript(name: String) -> JSON? {
        get { if case .object(let members) = self { members[name] } else { nil } }
        set {
            var members = members ?? Members()
            // The members are held once while they change, so that they are not copied.
            self = .null
            members[name] = newValue
            self = .object(members)
        }
    }

    /// The text, or nil when this is not text.
    public var text: String? { if case .string(let text) = self { text } else { nil } }
    /// The exact integer, or nil.
    public var integer: Int64? { if case .int(let number) = self { number } else { nil } }
    /// The number as a double, or nil.
    public var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
    /// The boolean, or nil.
    public var boolean: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The list, or nil.
    public var items: [JSON]? { if case .array(let items) = self { items } else { nil } }
    /// The members, or nil.
    public var members: Members? { if case .object(let members) = self { members } else { nil } }
    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// Text, or a whole number written out: how identifiers come from those who do not agree on their kind. A whole number has one text, however it was
    /// written. Nil for empty text, for a number that is not whole or that a double does not hold exactly, and for anything else.
    public var identifier: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .int(let number): String(number)
        case .double(let number): WholeNumber.digits(of: number)
        default: nil
        }
    }

    /// What kind of value this is, in a word for error messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int, .double: "number"
        case .string(let text) where text.trimmed.isEmpty: "empty string"
        case .string: "string"
        case .array: "list"
        case .object: "object"
        }
    }
}

// MARK: Writing literals

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object; of a name given twice the last value stands.
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Members(elements)) }
    public init(nilLiteral: ()) { self = .null }

    /// Text, or `null` for nil.
    public init(_ text: String?) { self = text.map(JSON.string) ?? .null }
    /// An object of texts, by name.
    public init(texts: [String: String]) { self = .object(Members(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })) }
    /// A timestamp as ISO 8601, or `null` for nil.
    public init(_ timestamp: Timestamp?) { self = timestamp.map { .string($0.iso8601) } ?? .null }
}
