import Screening
import Synchronization

/// Which store the database behind the URL has to hold: the schema may be dropped and another database may take the URL while a host runs. Every new
/// connection is checked, and so is whoever makes new data keys; where it is another one, no connection is used any more that was made before.
final class PostgresIdentity: Sendable {
    let store: StoreIdentity
    private let breaks = Mutex(0)

    init(_ store: StoreIdentity) { self.store = store }

    /// How often another store was found: a connection made before the last time may lead to it.
    var generation: Int { breaks.withLock { $0 } }

    /// Checks that a connection leads to the store.
    /// - Throws: ``StoreError/unavailable(_:)`` where it does not, with what to do.
    func check(_ connection: PostgresConnection) throws {
        let found: String?
        do { found = try connection.exchange([PostgresStatement(Self.select, isKept: false)])[0].rows.first?.text(0) } catch {
            // There is no such table, or no such schema.
            guard case .refused(let state, _) = error, ["42P01", "3F000"].contains(state) else { throw error }
            found = nil
        }
        guard found != store.id else { return }
        breaks.withLock { $0 += 1 }
        throw StoreError.unavailable(
            "the database at \(store.place) holds \(found.map { "another store, \($0)," } ?? "no store") in place of \(store.id), which was opened: put that "
                + "one back, or restart the host"
        )
    }

    /// The store's identity, which is given to it where it has none yet.
    static func read(_ connection: PostgresConnection, _ random: any RandomSource, now: Timestamp) throws -> StoreIdentity {
        let id = IdentifierKind.store.make(at: now, from: random)
        let insert = "INSERT INTO store_identity (number, id, made_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING RETURNING id"
        let added = try connection.commit([PostgresStatement(insert, [.text(id), .int(now.milliseconds)], isKept: false)])[0].rows
        let stored = try connection.exchange([PostgresStatement(select, isKept: false)])[0].rows.first?.text(0) ?? ""
        return StoreIdentity(id: stored, isNew: !added.isEmpty, place: connection.place)
    }

    private static let select = "SELECT id FROM store_identity"
}
