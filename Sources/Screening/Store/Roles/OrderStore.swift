/// The orders and what happened to them.
public protocol OrderStore: Sendable {
    /// Places an order, begins its timeline with `accepted` and queues its submission, unless the connection has an order with the same external id:
    /// then that order comes back, unchanged. So calling twice places one.
    /// - Parameters:
    ///   - reorder: whether the newest order by that name may give way to this one (``Order/givesWay(to:)``). Then this one is placed as the next in its
    ///     sequence, and the other is marked as replaced, all in one transaction: of several that ask at the same time one is placed.
    ///   - actor: who asks for it; the timeline names them.
    func place(_ order: Order, reorder: Reorder?, by actor: Actor) async throws -> (order: Order, isNew: Bool)

    /// An order by identifier; nil where there is none.
    func order(_ id: String) async throws -> Order?

    /// The newest order by the ATS's name for it; nil where there is none.
    func order(connection: String, externalID: String) async throws -> Order?

    /// Several orders; those that are not there are left out.
    func orders(_ ids: [String]) async throws -> [Order]

    /// Which of these are names of orders.
    func named(_ names: Set<OrderName>) async throws -> Set<OrderName>

    /// The order whose webhooks come to this token; nil where there is none.
    func order(callbackToken: String) async throws -> Order?

    /// Orders, by age.
    func orders(_ query: OrderQuery, _ page: PageRequest) async throws -> Page<Order>

    /// An order's timeline, oldest first.
    func timeline(of order: String) async throws -> [TimelineEntry]

    /// How many orders of an account are in a state and have not changed at or after a time, by connection.
    func unchanged(in state: OrderState, of account: String, since: Timestamp) async throws -> [String: Int]

    /// How many orders are in a state, and how many of these changed at or after a time. Counts rows, also those that cannot be opened.
    /// - Parameter connections: the connections whose orders are meant; nil for all.
    func count(in state: OrderState, changedSince: Timestamp, on connections: Set<String>?) async throws -> (all: Int, changed: Int)

    /// How many orders have an entry of a kind in their timeline at or after a time, and which are the newest. Reads what was noted since, so it is for short times.
    /// - Parameter connections: the connections whose orders are meant; nil for all.
    func noted(_ kind: String, since: Timestamp, newest limit: Int, on connections: Set<String>?) async throws -> NotedOrders
}

/// Orders in whose timeline something was noted.
public struct NotedOrders: Sendable, Equatable {
    public let count: Int
    /// Their identifiers, whose note is the newest first.
    public let newest: [String]

    public init(count: Int = 0, newest: [String] = []) {
        self.count = count
        self.newest = newest
    }
}

/// What an ATS calls an order.
public struct OrderName: Sendable, Hashable {
    public let connection: String
    public let externalID: String

    public init(connection: String, externalID: String) {
        self.connection = connection
        self.externalID = externalID
    }
}

extension OrderStore {
    /// Places an order for the host itself, unless the connection has one with the same external id that does not give way to it.
    public func place(_ order: Order, reorder: Reorder? = nil) async throws -> (order: Order, isNew: Bool) {
        try await place(order, reorder: reorder, by: .system)
    }

    /// How many orders of all connections have such an entry, and which are the newest.
    public func noted(_ kind: String, since: Timestamp, newest limit: Int) async throws -> NotedOrders {
        try await noted(kind, since: since, newest: limit, on: nil)
    }
}
