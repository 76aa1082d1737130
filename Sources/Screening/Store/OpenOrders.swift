/// How many open orders name one connection and account.
public struct OpenOrders: Sendable, Equatable {
    public let connection: String
    public let account: String
    public let count: Int

    public init(connection: String, account: String, count: Int) {
        self.connection = connection
        self.account = account
        self.count = count
    }
}

/// An account or a connection that open orders name and the settings lack: nothing is sent, read or told for these orders.
public struct MissingName: Sendable, Equatable, CustomStringConvertible {
    public let subject: OperatingState.Subject
    /// How many open orders name it.
    public let orders: Int

    /// `the account zinc-uk, which 3 open orders name, is not in the settings`
    public var description: String {
        "the \(subject.kind) \(subject.id), which \(orders == 1 ? "an open order names" : "\(orders) open orders name"), is not in the settings"
    }

    /// `{kind, id, orders}`
    public var json: JSON { ["kind": .string(subject.kind), "id": .string(subject.id), "orders": .int(Int64(orders))] }
}

extension Sequence<OpenOrders> {
    /// What they name and some settings lack, accounts first.
    public func missing(accounts: Set<String>, connections: Set<String>) -> [MissingName] {
        var counts: [OperatingState.Subject: Int] = [:]
        for orders in self {
            if !accounts.contains(orders.account) { counts[.account(orders.account), default: 0] += orders.count }
            if !connections.contains(orders.connection) { counts[.connection(orders.connection), default: 0] += orders.count }
        }
        return counts.map { MissingName(subject: $0.key, orders: $0.value) }.sorted {
            ($0.subject.kind, $0.subject.id) < ($1.subject.kind, $1.subject.id)
        }
    }
}
