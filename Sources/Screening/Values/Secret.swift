/// A credential: an API key, a signing token, a password.
///
/// Like ``Personal``, it cannot print itself. Two secrets are compared in time that depends on their lengths only.
public struct Secret: Sendable {
    /// The text itself. Read it where it goes on the wire or into a signature, and nowhere else.
    public let value: String

    public init(_ value: String) { self.value = value }

    /// The credential's UTF-8 bytes.
    public var bytes: [UInt8] { Array(value.utf8) }

    /// Whether `other` is the same text, compared in constant time.
    public func matches(_ other: String) -> Bool { constantTimeEqual(Array(value.utf8), Array(other.utf8)) }
}

extension Secret: Equatable {
    /// Compared in constant time.
    public static func == (left: Secret, right: Secret) -> Bool { left.matches(right.value) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `‹secret›`.
    public var description: String { "‹secret›" }
    /// Always `‹secret›`.
    public var debugDescription: String { description }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Whether two byte strings are equal, in time that does not depend on where they differ.
///
/// Lengths are not hidden: those of digests and tokens are public.
public func constantTimeEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    constantTimeEqual(Array(left), Array(right))
}

/// Whether two byte strings are equal, in time that does not depend on where they differ.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
}
