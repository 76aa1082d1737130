public import Screening

/// How far a restored store is with looking for what may have been sent since its backup was made.
public struct Reconciliation: Sendable, Equatable {
    public let restoredAt: Timestamp
    public let backupAt: Timestamp
    /// How many orders were not looked for yet; with those of which this host cannot read whether they were.
    public let left: Int
    /// How many orders nobody knows of whether their provider has them.
    public let uncertain: Int
    /// How many of these became uncertain, or changed otherwise, since the restore.
    public let doubtful: Int
    /// How many orders were found at their provider since the restore, and adopted.
    public let adopted: Int
    /// How many orders were looked for, and are surely not there.
    public let absent: Int
    /// How many requests providers speak of that no order here has; nil where only some connections are looked at, for of these requests nobody knows whose they are.
    public let unknown: Int?

    /// What is noted in the timeline of an order that was found at its provider; while the store is held no other is sent there.
    public static let adoptedNote = "submitted"
    /// What is noted in the timeline of an order that was looked for and is surely not there.
    public static let absentNote = "looked_up"

    /// Whether everything was looked for: what could not be is `uncertain`, and is not sent by itself.
    public var isFinished: Bool { left == 0 }
}

extension Commands {
    /// How far the reconciliation after the newest restore is; nil where the store is not held because of one.
    /// - Parameter connections: the connections whose orders are meant; nil for all.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func reconciliation(on connections: Set<String>? = nil) async throws -> Reconciliation? {
        try await mapStoreError {
            guard let hold = try await accounts.hold(), hold.isRestored else { return nil }
            accounts.gaps.forget()
            guard let restore = try await accounts.gaps.restores().first else { return nil }
            var query = OrderQuery()
            query.states = [.accepted, .submitting]
            query.until = restore.restoredAt
            query.connections = connections
            var (page, left) = (PageRequest(limit: 200), 0)
            repeat {
                let orders = try await store.orders(query, page)
                for order in orders.items where try await isLeft(order) { left += 1 }
                // What cannot be read here may be left.
                left += orders.unread.count
                page.cursor = orders.next
            } while page.cursor != nil
            let uncertain = try await store.count(in: .uncertain, changedSince: restore.restoredAt, on: connections)
            let adopted = try await store.noted(Reconciliation.adoptedNote, since: restore.restoredAt, newest: 0, on: connections)
            let absent = try await store.noted(Reconciliation.absentNote, since: restore.restoredAt, newest: 0, on: connections)
            return Reconciliation(
                restoredAt: restore.restoredAt,
                backupAt: restore.backupAt,
                left: left,
                uncertain: uncertain.all,
                doubtful: uncertain.changed,
                adopted: adopted.count,
                absent: absent.count,
                unknown: connections == nil ? try await store.unknownRequests().count : nil
            )
        }
    }

    /// The requests that providers' webhooks name and no order has, since the store was restored; the newest first.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func unknownRequests() async throws -> [UnknownRequest] { try await mapStoreError { try await store.unknownRequests() } }

    private func isLeft(_ order: Order) async throws -> Bool {
        if order.state == .submitting { return true }
        return try await accounts.gaps.restore(concerning: order) != nil
    }
}
