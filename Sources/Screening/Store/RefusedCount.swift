/// How many deliveries to an account or a connection were refused for one reason in one minute. Of what was sent nothing is kept.
public struct RefusedCount: Sendable, Equatable {
    public let subject: OperatingState.Subject
    /// The minute, counted from 1970.
    public let minute: Int64
    /// Why, as a word such as `bad_signature`.
    public let reason: String
    public var count: Int
    /// When the last of them came.
    public var lastAt: Timestamp

    public init(_ subject: OperatingState.Subject, reason: String, count: Int = 1, at time: Timestamp) {
        self.subject = subject
        self.minute = Self.minute(of: time)
        self.reason = reason
        self.count = count
        self.lastAt = time
    }

    /// The minute that a time is in.
    public static func minute(of time: Timestamp) -> Int64 { time.milliseconds / 60_000 }

    /// So many minutes and reasons of an account or a connection are kept: the newest.
    public static let most = 100
}
