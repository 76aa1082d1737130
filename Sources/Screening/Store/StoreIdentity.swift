/// Which store it is: what tells it from another one that stands in its place, and from itself when it was lost and begun anew.
public struct StoreIdentity: Sendable, Equatable {
    /// `sto_…`, made with the store and kept in it.
    public let id: String
    /// Whether the store was made when it was opened.
    public let isNew: Bool
    /// Where it is, without user or password: a file's path, or host, port and database.
    public let place: String

    public init(id: String, isNew: Bool, place: String) {
        self.id = id
        self.isNew = isNew
        self.place = place
    }
}
