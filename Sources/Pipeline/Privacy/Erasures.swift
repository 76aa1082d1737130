import Logging
import Plugins
public import Screening

/// Erasing people on request.
public struct Erasures: Sendable {
    private let environment: Environment
    private let store: any Store
    private let marks: ErasedMarks
    private let tellings: ErasureTellings
    private let window: @Sendable () -> Duration

    /// How long copies of the data keys may be kept, where nobody says otherwise.
    public static let window = Duration.seconds(30 * 86_400)
    /// More events than this are not one person's: the address is rather that of somebody who works with the ATS.
    private static let most = 1000

    init(
        environment: Environment,
        store: any Store,
        marks: ErasedMarks,
        tellings: ErasureTellings,
        window: @escaping @Sendable () -> Duration
    ) {
        self.environment = environment
        self.store = store
        self.marks = marks
        self.tellings = tellings
        self.window = window
    }

    /// Destroys all that is stored of a person. Calling again erases what came since.
    /// - Parameter force: also where orders are still open, or where there is more than one person can have.
    /// - Returns: the erasure with its certificate.
    /// - Throws: ``CommandError``: 404 for an order that is not there, 422 for what is no address, 409 `on_hold`, `open_orders` or `too_many`, 503.
    public func erase(_ subject: ErasureSubject, force: Bool, by actor: Actor, note: String?) async throws -> Erasure {
        let found = try await records(of: subject)
        try await refuseHeld(subject, found)
        if !force {
            let (orders, unread) = try await readable(found.orders)
            // Of one that cannot be read nobody knows whether it is.
            let open = orders.filter { !$0.isAtEnd }.map(\.id) + unread.corrupt + unread.keyMissing
            guard open.isEmpty else {
                throw CommandError(
                    409,
                    "open_orders",
                    "\(open.count == 1 ? "An order is" : "\(open.count) orders are") still open\(unread.isEmpty ? "" : ", or cannot be read"): "
                        + "\(open.sorted().prefix(5).joined(separator: ", ")). Cancel first, or say force: the provider goes on then, and what it says is dropped."
                )
            }
            guard found.events.count <= Self.most else {
                throw CommandError(
                    409,
                    "too_many",
                    "\(found.events.count) events hold this address, which is more than one candidate's: it may be a recruiter's. Say force to erase all of them."
                )
            }
        }
        let id = IdentifierKind.erasure.make(at: environment.clock.now(), from: environment.random)
        let erased = try await mapStoreError {
            try await retryingConflict {
                // What is put on hold at this moment wins: the store then takes nothing, and here it is said why.
                try await refuseHeld(subject, found)
                return try await store.erase(subject, as: id, window: window(), by: actor, note: note.map { Personal($0) }) {
                    tellings.telling(of: $0, as: id)
                }
            }
        }
        marks.forget()
        guard let erased else { throw CommandError.notFound("order") }
        environment.logger.notice(
            "a person was erased",
            metadata: ["event": "candidate.erased", "erasure": "\(erased.id)", "chain": "\(erased.chain?.description ?? "")", "by": "\(actor)"]
        )
        if !erased.unread.isEmpty {
            environment.logger.warning(
                "not everything could be read while a person was looked for: whether it is theirs is not known",
                metadata: [
                    "event": "candidate.not_all_read", "erasure": "\(erased.id)", "count": "\(erased.unread.values.reduce(0, +))",
                    "why": "\(erased.unread.keys.sorted().joined(separator: " "))",
                ]
            )
        }
        return erased
    }

    /// What erasing somebody would destroy, what keeps it from being erased, and who would be told. Changes nothing.
    /// - Throws: ``CommandError`` as ``erase(_:force:by:note:)``, but for what is on hold, open or too much: that is in what it returns.
    public func preview(_ subject: ErasureSubject) async throws -> JSON {
        let found = try await records(of: subject)
        let (orders, unreadOrders) = try await readable(found.orders)
        var unread = unreadOrders
        unread.formUnion(found.unread)
        var connections = Set(orders.map(\.connection))
        for id in found.events.suffix(200) {
            do { if let name = try await store.event(id)?.connection { connections.insert(name) } } catch let error as StoreError {
                guard unread.note(id, error) else { throw CommandError(error) }
            }
        }
        let held = try await mapStoreError { try await heldOf(subject, found) }
        let open = orders.filter { !$0.isAtEnd }.map(\.id).sorted()
        let hasUnreadOrders = orders.count < found.orders.count
        let counts = try await mapStoreError { try await store.erasable(subject) } ?? [:]
        let things = ErasedThings(orders: orders, connections: connections)
        let told = tellings.telling(of: things, as: "").told.mapValues { $0.hasPrefix(ErasureTelling.waiting) ? "told by on_erase" : $0 }
        return [
            "count": .int(Int64(found.orders.count + found.events.count + found.runs.count)),
            "would": .object(JSON.Members(counts.sorted { $0.key < $1.key }.map { ($0.key, JSON.int(Int64($0.value))) })),
            "on_hold": .array(held.sorted().map { .string($0) }), "open_orders": .array(open.map { .string($0) }),
            "needs_force": .bool(!open.isEmpty || hasUnreadOrders || found.events.count > Self.most), "told": JSON(texts: told),
            "unread": unread.json,
        ]
    }

    private func records(of subject: ErasureSubject) async throws -> PersonRecords {
        if case .email(let email) = subject, AddressScan.addresses(in: email.value) != [AddressScan.folded(email.value)] {
            throw CommandError(FieldProblem(path: "email", expected: "an e-mail address", found: "other text"))
        }
        guard let found = try await mapStoreError({ try await store.records(of: subject) }) else { throw CommandError.notFound("order") }
        return found
    }

    /// Those of some orders that can be read.
    private func readable(_ ids: [String]) async throws -> (orders: [Order], unread: UnreadThings) {
        var (orders, unread) = ([Order](), UnreadThings())
        for id in ids {
            do { if let order = try await store.order(id) { orders.append(order) } } catch let error as StoreError {
                guard unread.note(id, error) else { throw CommandError(error) }
            }
        }
        return (orders, unread)
    }

    private func refuseHeld(_ subject: ErasureSubject, _ found: PersonRecords) async throws {
        let held = try await mapStoreError { try await heldOf(subject, found) }
        guard !held.isEmpty else { return }
        throw CommandError(
            409,
            "on_hold",
            "A legal hold keeps \(held.count == 1 ? "what is stored of this person" : "\(held.count) things of this person"): take it away first "
                + "(fairlead candidate unhold, fairlead order unhold). Force does not erase what is held."
        )
    }

    /// What of a person is on legal hold: orders, events, or the person.
    private func heldOf(_ subject: ErasureSubject, _ found: PersonRecords) async throws -> [String] {
        var held: [String] = []
        for id in found.orders + found.events where try await !store.holds(of: id).isEmpty { held.append(id) }
        let addresses = found.addresses.value
        for hold in try await store.holds() where hold.email.map({ addresses.contains(AddressScan.folded($0.value)) }) ?? false {
            held.append(hold.id)
        }
        return held
    }

    /// Every erasure, newest first.
    public func all() async throws -> [Erasure] { try await mapStoreError { try await store.erasures() } }

    /// One erasure.
    /// - Throws: ``CommandError`` 404 where there is none.
    public func erasure(_ id: String) async throws -> Erasure {
        guard let erasure = try await mapStoreError({ try await store.erasure(id) }) else { throw CommandError.notFound("erasure") }
        return erasure
    }
}
