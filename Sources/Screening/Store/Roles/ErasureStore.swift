/// Erasing people: finding all that is stored of one, destroying it in a way that no copy brings back, and remembering that it was.
///
/// What is erased is written down outside the store's backups before anything is destroyed, so that an erasure that was cut short is finished, and one that
/// a restored backup does not know is done again.
public protocol ErasureStore: Sendable {
    /// What is stored of a person: found by every e-mail address that stood in what was received, and in orders. Nil where an order that is named is not there.
    func records(of subject: ErasureSubject) async throws -> PersonRecords?

    /// Destroys all that is stored of a person: rows, look-ups, and the data keys of their events and orders, in the key table. Leaves keyed marks, by which
    /// later deliveries of the same applications are known. Calling again for the same person erases what came since.
    /// - Parameters:
    ///   - id: the erasure's identifier; one that was begun under it is finished.
    ///   - window: how long copies of the data keys may be kept.
    ///   - actor: who asked for it.
    ///   - telling: says who is to be told; its runs are queued in the transaction that takes the rows away. May be called several times.
    /// - Returns: the certificate.
    func erase(
        _ subject: ErasureSubject,
        as id: String,
        window: Duration,
        by actor: Actor,
        note: Personal<String>?,
        telling: @Sendable (ErasedThings) async -> ErasureTelling
    ) async throws -> Erasure?

    /// How much an erasure would destroy, by kind as in the certificate; nil where an order is named that is not there. Changes nothing.
    func erasable(_ subject: ErasureSubject) async throws -> [String: Int]?

    /// Does again what was erased and what the store does not know of, because an older copy of it was restored, and finishes what was cut short. To be called
    /// before anything is read; calling again does nothing more.
    /// - Returns: how many erasures were done again, or finished.
    @discardableResult
    func replayErasures() async throws -> Int

    /// Every erasure, newest first.
    func erasures() async throws -> [Erasure]

    /// One erasure; nil where there is none.
    func erasure(_ id: String) async throws -> Erasure?

    /// Whether what was received belongs to an application whose person was erased.
    /// - Parameters:
    ///   - connection: where it was received.
    ///   - marks: what it may be known by.
    func isErased(_ marks: [ErasureMark], on connection: String) async throws -> Bool

    /// Whether a webhook's address is that of an order whose person was erased.
    func isErased(callbackToken: String) async throws -> Bool

    /// Whether a request at a provider is that of an order whose person was erased, or which retention made anonymous: it becomes nobody else's.
    func isErased(reference: String, at account: String) async throws -> Bool

    /// Whether a connection has marks of erased applications at all.
    func hasErasureMarks(on connection: String) async throws -> Bool

    /// Has an event, or a run of none, destroyed once its runs have ended, for it turned out to be of an erased application. Calling again changes nothing.
    func eraseLater(event id: String) async throws

    /// Destroys the events that wait for it and whose runs have ended, with these runs.
    /// - Returns: how many there were, of many a few hundred at most.
    @discardableResult
    func eraseDue() async throws -> Int

    /// Which of some texts are addresses, or whole names or identifiers, of somebody who is stored: their places in the list.
    func known(_ texts: [Personal<String>]) async throws -> Set<Int>

    /// Adds to a certificate which providers and ATSs were told.
    func note(told: [String: String], of erasure: String) async throws
}

extension ErasureStore {
    /// Destroys all that is stored of a person, and tells nobody.
    public func erase(_ subject: ErasureSubject, as id: String, window: Duration, by actor: Actor, note: Personal<String>?) async throws -> Erasure? {
        try await erase(subject, as: id, window: window, by: actor, note: note) { _ in ErasureTelling() }
    }
}

/// What an application is known by, before anybody looks into what was received.
public enum ErasureMark: Sendable, Hashable {
    /// The external id that scripts ordered it under.
    case externalID(String)
    /// The dedupe key of a delivery.
    case dedupe(String)
    /// The group of a delivery.
    case group(String)
    /// A value at a place in a delivery, as the external id was made of.
    case value(path: String, String)
    /// The external id of an order that was open when its person was erased: its provider may go on with it, and nobody here will hear how it ends.
    case open(String)

    /// The text that is hashed.
    package var text: String {
        switch self {
        case .externalID(let id): "external_id\u{0}\(id)"
        case .dedupe(let key): "dedupe\u{0}\(key)"
        case .group(let group): "group\u{0}\(group)"
        case .value(let path, let value): "value\u{0}\(path)\u{0}\(value)"
        case .open(let id): "open\u{0}\(id)"
        }
    }
}
