/// Why something is kept however old it is: a person said so, and only a person ends it.
public struct LegalHold: Sendable, Equatable {
    /// `hld_…`
    public let id: String
    /// The order that is held; nil where it is a person.
    public let order: String?
    /// The person's e-mail address; nil where it is one order.
    public let email: Personal<String>?
    public let at: Timestamp
    public let actor: Actor
    public let note: Personal<String>?

    public init(id: String, order: String?, email: String?, at: Timestamp, actor: Actor, note: String?) {
        self.id = id
        self.order = order
        self.email = email.map { Personal($0) }
        self.at = at
        self.actor = actor
        self.note = note.map { Personal($0) }
    }
}

/// How many bytes a store takes.
public struct StoreSizes: Sendable, Equatable {
    /// Rows and their indexes.
    public var rows: Int
    /// What was committed and not moved yet; nil where the store cannot tell.
    public var log: Int?
    /// The data keys.
    public var keys: Int

    public init(rows: Int, log: Int?, keys: Int) {
        self.rows = rows
        self.log = log
        self.keys = keys
    }
}

/// When upkeep was last done, and by whom it is done at present.
public struct UpkeepState: Sendable, Equatable {
    /// Since when the store knows of it, or when it was last finished.
    public let doneAt: Timestamp
    /// Whether the one who asked has the turn.
    public let isMine: Bool

    public init(doneAt: Timestamp, isMine: Bool) {
        self.doneAt = doneAt
        self.isMine = isMine
    }
}
