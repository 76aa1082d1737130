/// Requests at providers that webhooks named after a restore, and that no order here has: they were ordered after the backup.
public protocol UnknownRequests: Sendable {
    /// Notes that a webhook of an account named a request. Of one that is noted already the time and the count are renewed.
    /// - Parameter limit: how many requests of the account are noted at most.
    /// - Returns: whether it is noted; false where there are as many already.
    func note(unknownRequest reference: String, at account: String, at time: Timestamp, atMost limit: Int) async throws -> Bool

    /// Those that no order has by now, the newest first. What cannot be read in the store is named ``UnknownRequest/unreadable``.
    func unknownRequests() async throws -> [UnknownRequest]
}

/// A request at a provider that no order here has. Nothing in it names anybody.
public struct UnknownRequest: Sendable, Equatable {
    /// What stands for a reference that cannot be read in the store.
    public static let unreadable = "(unreadable)"

    public let account: String
    /// The provider's name for it.
    public let reference: String
    /// When a webhook first and last named it, and how many did.
    public let firstAt: Timestamp
    public let lastAt: Timestamp
    public let count: Int

    public init(account: String, reference: String, firstAt: Timestamp, lastAt: Timestamp, count: Int) {
        self.account = account
        self.reference = reference
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.count = count
    }
}
