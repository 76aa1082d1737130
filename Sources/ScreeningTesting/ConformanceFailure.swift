/// A promise of a contract that an implementation did not keep, as a value: print it, or hand it to the test library you use.
public struct ConformanceFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The check that found it, by its name in the suite.
    public let check: String
    /// What was promised and what happened instead.
    public let message: String

    public init(check: String, message: String) {
        self.check = check
        self.message = message
    }

    /// The check's name and the message.
    public var description: String { "\(check): \(message)" }
}
