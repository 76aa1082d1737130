/// Somebody who signed in to the dashboard with a token, in one browser. It does not contain the secret that the browser holds.
public struct Session: Sendable, Equatable {
    /// The token they signed in with; `admin` for the one of the settings file.
    public let token: String
    /// What only that token and the browser's secret together give: a settings file's token that is changed ends what was begun with it. Nil for another.
    public let proof: String?
    public let createdAt: Timestamp
    /// When the person was last seen, to about a minute.
    public var lastSeenAt: Timestamp
    /// When it ends at the latest.
    public let expiresAt: Timestamp

    public init(token: String, proof: String?, createdAt: Timestamp, lastSeenAt: Timestamp, expiresAt: Timestamp) {
        self.token = token
        self.proof = proof
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
    }
}
