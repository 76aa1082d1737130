/// Why the store did not do what was asked.
public enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was read has changed since: read again and decide again.
    case conflict
    /// The store cannot be reached or cannot accept writes (away, full, read-only, closed): nothing was written. The text says why.
    case unavailable(String)
    /// The connection was lost during the commit: it may have been written.
    case unknown(String)
    /// What is stored cannot be read. The text says what, without content.
    case corrupt(String)
    /// What is stored is sealed with a key, named by its fingerprint, that whoever asks does not have: another replica has it. Nothing is lost, and nothing was
    /// written.
    case keyMissing(String)
    /// The database was written by a newer Fairlead. The text says which.
    case newer(String)

    /// What was asked for cannot be done with a file, or with the store as it stands: nothing was done. The text is whole: what, where, and what to do.
    case refused(String)

    /// A connection has used up a quota: nothing was written.
    case overQuota(Quota)

    /// The store was closed: nothing will be written any more.
    public static let closed = StoreError.unavailable("it is closed")

    /// One sentence.
    public var description: String {
        switch self {
        case .conflict: "what is stored has changed meanwhile"
        case .unavailable(let why): "the store is not available: \(why)"
        case .unknown(let why): "the store did not say whether it wrote: \(why)"
        case .corrupt(let what): "the store holds something unreadable: \(what)"
        case .keyMissing: why
        case .refused(let why): why
        case .overQuota(let quota): "the connection \(quota.connection) has used up its quota of \(quota.kind.rawValue) (\(quota.limit))"
        case .newer(let what): "the store was written by a newer version: \(what)"
        }
    }

    /// What it says beside which kind it is of: for a sentence that says of what it speaks.
    public var why: String {
        switch self {
        case .unavailable(let why), .unknown(let why), .corrupt(let why), .newer(let why): why
        case .keyMissing(let key): "it is sealed with the key \(key), which is not among encryption.keys here"
        case .conflict, .refused, .overQuota: description
        }
    }
}
