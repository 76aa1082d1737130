/// A value about a person (a name, an address, a report's link).
///
/// It cannot print itself: descriptions, string interpolation, `dump` and mirrors show only `‹personal›`, so a log line or an error text that
/// meets one by mistake leaks nothing. Reading `value` is the deliberate act; do it where the value leaves for its purpose.
public struct Personal<Value: Sendable>: Sendable {
    public var value: Value

    public init(_ value: Value) { self.value = value }
}

extension Personal: Equatable where Value: Equatable {}
extension Personal: Hashable where Value: Hashable {}

extension Personal: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `‹personal›`.
    public var description: String { "‹personal›" }
    /// Always `‹personal›`.
    public var debugDescription: String { description }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
