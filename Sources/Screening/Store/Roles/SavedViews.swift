/// A view of the orders list that somebody keeps under a name.
public struct SavedView: Sendable, Equatable {
    /// Names it among its owner's.
    public let id: String
    /// What its owner calls it.
    public let name: Personal<String>
    /// The filters, as the query of an address: names of the settings, states and ages, never a text that was searched for.
    public let query: String
    public let createdAt: Timestamp

    public init(id: String, name: String, query: String, createdAt: Timestamp) {
        self.id = id
        self.name = Personal(name)
        self.query = query
        self.createdAt = createdAt
    }

    /// How many one person keeps.
    public static let most = 50
}

/// Views that people keep, each their own.
public protocol SavedViews: Sendable {
    /// Somebody's views, the oldest first.
    /// - Parameter owner: the principal's identifier.
    func views(of owner: String) async throws -> [SavedView]

    /// Keeps a view, in place of the one of the same identifier. Returns whether there was room: false where its owner keeps ``SavedView/most`` others.
    func keep(_ view: SavedView, of owner: String) async throws -> Bool

    /// Forgets a view. Does nothing where its owner has none of that identifier.
    func forget(view id: String, of owner: String) async throws
}
