import Screening

/// What a transaction has locked: rows that nobody else changes until it ends, and what it has decided about them so far.
struct LockedRows {
    struct LockedWork {
        var id: Int64
        var work: Work
        var concurrencyKey: String?
        var lane: String
        var priority: Int
        var againAt: Int64?
        var attempts: Int
        var owner: String?

        /// Nil for a kind that this version does not know.
        init?(_ row: PostgresRow) {
            guard let kind = Work.Kind(rawValue: row.text(1)) else { return nil }
            id = row.int(0)
            work = Work(kind, row.text(2))
            concurrencyKey = row.optionalText(3)
            lane = row.text(4)
            priority = row.count(5)
            againAt = row.optionalInt(6)
            attempts = row.count(7)
            owner = row.optionalText(8)
        }

        func isHeld(by claim: Claim) -> Bool { owner == claim.owner && attempts == claim.attempt && work == claim.work }
    }

    struct LockedOrder {
        var seq: Int64
        var version: Int
        var bucket: Int64
        var keys: [BlindIndexTerm]
    }

    /// Where an order is unique.
    struct Place: Hashable {
        let connection: String
        let external: [UInt8]

        init(connection: String, external: [UInt8]) {
            self.connection = connection
            self.external = external
        }

        init(_ new: NewOrder) { self.init(connection: new.row.connection, external: new.external) }
    }

    var works: [Int64: LockedWork] = [:]
    /// The rows of ``works``, also of those that have left the queue since.
    var ids: [Work: Int64] = [:]
    var orders: [String: LockedOrder] = [:]
    /// Orders that this transaction has put in and not yet handed to an intent as placed.
    var placed: Set<String> = []
    var present: [Place: PostgresOrderRow] = [:]
    /// The withdrawals that stand where orders are placed.
    var withdrawals: [Place: Occurrence] = [:]
    /// Orders that this transaction has put in the place of one that gave way.
    var replacements: [Place: Order] = [:]
    /// The states of the runs that are there.
    var runs: [String: String] = [:]
    /// The states of events that are expected to be in one.
    var events: [String: String] = [:]
    /// The orders that have a provider's request, by its hash.
    var references: [[UInt8]: Set<String>] = [:]
    /// Requests that this transaction has put in and not yet reported to an intent as new.
    var freshRequests: Set<[UInt8]> = []
    var requests: [[UInt8]: IdempotencyRow] = [:]
    /// The marks of the data keys that rows are sealed under, as they are stored.
    var keys: [Int64: [UInt8]] = [:]
    var budgets: [String: SlidingWindowLimiter] = [:]
    /// What connections have used of their quotas.
    var usage: [String: Usage] = [:]
    /// How large values are, by connection and key.
    var sizes: [Place: Int] = [:]
    /// The versions of the webhooks' endpoints that are there.
    var endpoints: [String: Int] = [:]
    /// The issues that are there, by their causes' keys.
    var issues: [String: IssueRecord] = [:]
    /// Where orders are to be placed of people who were erased.
    var erased: Set<Place> = []
    /// What is on legal hold of what is to be removed.
    var held: Set<String> = []
    /// Where the audit's chain ends; nil where nothing is added to it.
    var auditHead: AuditHead?
    var now = Timestamp(milliseconds: 0)

    init() {}

    /// What the answers to ``PostgresLocks/statements(_:)`` say.
    /// - Throws: ``PostgresFailure``, a passing one, where work came under a concurrency key that was not locked.
    init(_ parts: [PostgresLocks.Part], _ results: [PostgresResult], _ codec: RowCodec) throws {
        var concurrencyKeys: Set<String> = []
        if parts.contains(.auditHead) { auditHead = .empty }
        for (part, result) in zip(parts, results) {
            for row in result.rows {
                switch part {
                case .concurrencyKeys: concurrencyKeys.insert(row.text(0))
                case .works:
                    guard let work = LockedWork(row) else { continue }
                    if let concurrencyKey = work.concurrencyKey, !concurrencyKeys.contains(concurrencyKey) {
                        throw PostgresFailure.refused(state: "40001", message: "work changed its concurrency key")
                    }
                    works[work.id] = work
                    ids[work.work] = work.id
                case .placed: placed.insert(row.text(0))
                case .present:
                    let order = PostgresOrderRow(row)
                    present[Place(connection: order.row.connection, external: row.bytes(PostgresOrderRow.columnCount))] = order
                case .orders:
                    orders[row.text(0)] =
                        LockedOrder(seq: row.int(1), version: row.count(2), bucket: row.int(3), keys: [BlindIndexTerm](packed: row.bytes(4)))
                case .references: references[row.bytes(0), default: []].insert(row.text(1))
                case .withdrawals:
                    withdrawals[Place(connection: row.text(0), external: row.bytes(1))] = Occurrence(
                        occurred: row.optionalInt(2),
                        received: row.int(3)
                    )
                case .runs: runs[row.text(0)] = row.text(1)
                case .events: events[row.text(0)] = row.text(1)
                case .freshRequests: freshRequests.insert(row.bytes(0))
                case .requests:
                    var request = IdempotencyRow(bodyHash: row.text(1), begunAt: row.int(2))
                    if let status = row.optionalInt(3) {
                        request.response = (Int(status), try IdempotencyRow.opened(row.bytes(4), of: row.bytes(0), .atHand(codec)))
                    }
                    requests[row.bytes(0)] = request
                case .keys: keys[row.int(0)] = row.bytes(1)
                case .budgets: budgets[row.text(0)] = SlidingWindowLimiter(text: row.optionalText(1))
                case .usage: usage[row.text(0), default: Usage()].add(row)
                case .sizes: sizes[Place(connection: row.text(0), external: row.bytes(1))] = row.count(2)
                case .endpoints: endpoints[row.text(0)] = row.count(1)
                case .issues: if let issue = try IssueRow.issue(row, .atHand(codec)) { issues[issue.cause.key] = issue }
                case .erased: erased.insert(Place(connection: row.text(0), external: row.bytes(1)))
                case .held: held.insert(row.text(0))
                case .auditHead:
                    let end = AuditHead(seq: row.int(0), hash: row.bytes(1))
                    if end.seq >= auditHead?.seq ?? 0 { auditHead = end }
                case .time: now = Timestamp(milliseconds: row.int(0))
                case .nothing: break
                }
            }
        }
    }
}
