import Screening

/// An event as a row: what was received is opaque, its body as raw bytes. What lists show of it has a column of its own.
struct EventRow {
    var id: String
    var kind: String
    var connection: String?
    var account: String?
    var order: String?
    var receivedAt: Int64
    /// When the same was received for the first time, where that was before.
    var firstReceivedAt: Int64?
    var occurredAt: Int64?
    /// The keyed hash of the event's group.
    var groupKey: String?
    var state: String
    /// Opaque, in a column of its own: an event's state changes without what was received being written again.
    var problem: [UInt8]?
    var duplicateCount: Int
    /// The data key of the event and of all that belongs to it.
    var keyID: Int64
    /// Opaque: method, path and group.
    var head: [UInt8]
    /// Opaque: query, header fields and body; empty in a row that was read for a list.
    var body: [UInt8]
    /// What it is found by: the keys of the e-mail addresses in it; only on its way into the store.
    var addresses: [Int64] = []

    /// An event on its way into the store.
    init(_ event: Event, _ codec: RowCodec, under key: DataKey) throws(StoreError) {
        id = event.id
        kind = event.kind.rawValue
        connection = event.connection
        account = event.account
        order = event.order
        receivedAt = event.receivedAt.milliseconds
        occurredAt = event.occurredAt?.milliseconds
        if let group = event.group, let connection = event.connection {
            groupKey = Self.groupKey(group.value, on: connection, codec)
        }
        state = event.state.rawValue
        problem = try Self.sealed(event.problem, of: event.id, codec, under: key)
        keyID = key.id
        duplicateCount = event.duplicateCount
        addresses = Self.addressKeys(of: event, codec)
        let request = event.request.value
        var start: JSON = ["method": .string(request.method), "path": .string(request.path)]
        start["group"] = (event.group?.value).map { .string($0) }
        head = try codec.seal(RowCodec.Content(json: start), at: Self.headPlace(event.id), under: key)
        var json: JSON = ["query": JSON(texts: request.query), "headers": JSON(texts: request.headers)]
        if !event.trace.isEmpty { json["trace"] = JSON(texts: event.trace) }
        body = try codec.seal(RowCodec.Content(json: json, raw: request.body), at: AssociatedData(.events, event.id), under: key)
    }

    init(
        id: String,
        kind: String,
        connection: String?,
        account: String?,
        order: String?,
        receivedAt: Int64,
        occurredAt: Int64?,
        groupKey: String?,
        state: String,
        problem: [UInt8]?,
        duplicateCount: Int,
        keyID: Int64,
        head: [UInt8],
        body: [UInt8] = []
    ) {
        self.id = id
        self.kind = kind
        self.connection = connection
        self.account = account
        self.order = order
        self.receivedAt = receivedAt
        self.occurredAt = occurredAt
        self.groupKey = groupKey
        self.state = state
        self.problem = problem
        self.duplicateCount = duplicateCount
        self.keyID = keyID
        self.head = head
        self.body = body
    }

    /// What the store knows a group of a connection by.
    static func groupKey(_ group: String, on connection: String, _ codec: RowCodec) -> String {
        Array(codec.blindIndex(.group, group, on: connection).prefix(16)).hex
    }

    /// The concurrency key of the work of looking at it.
    var concurrencyKey: String? { order.map(QueuedWork.concurrencyKey(order:)) ?? groupKey.map(QueuedWork.concurrencyKey(group:)) }

    /// The event again, with the runs and orders it led to. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func event(_ opener: RowOpener, runs: [String], orders: [String]) throws -> Event {
        let (kind, state, method, path, group) = try opened(opener)
        let content = try opener.open(body, at: AssociatedData(.events, id))
        let request = ReceivedRequest(
            method: method,
            path: path,
            query: Self.texts(content.json["query"]),
            headers: Self.texts(content.json["headers"]),
            body: content.raw
        )
        var event = Event(
            id: id,
            kind: kind,
            connection: connection,
            account: account,
            order: order,
            request: request,
            receivedAt: Timestamp(milliseconds: receivedAt),
            occurredAt: occurredAt.map { Timestamp(milliseconds: $0) },
            group: group,
            groupKey: groupKey,
            state: state,
            problem: try openedProblem(opener),
            duplicateCount: duplicateCount,
            runs: runs,
            orders: orders
        )
        event.trace = Self.texts(content.json["trace"])
        if let firstReceivedAt { event.firstReceivedAt = Timestamp(milliseconds: firstReceivedAt) }
        return event
    }

    /// The event again, without what was received. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func summary(_ opener: RowOpener, runs: [String], orders: [String]) throws -> EventSummary {
        let (kind, state, method, path, group) = try opened(opener)
        return EventSummary(
            id: id,
            kind: kind,
            connection: connection,
            account: account,
            order: order,
            method: method,
            path: path,
            receivedAt: Timestamp(milliseconds: receivedAt),
            occurredAt: occurredAt.map { Timestamp(milliseconds: $0) },
            group: group,
            state: state,
            problem: try openedProblem(opener),
            duplicateCount: duplicateCount,
            runs: runs,
            orders: orders
        )
    }

    /// The bytes that a list reads.
    var listedSize: Int { head.count + (problem?.count ?? 0) }

    private func opened(_ opener: RowOpener) throws -> (kind: Event.Kind, state: Event.State, method: String, path: String, group: String?) {
        let place = Self.headPlace(id)
        let head = try opener.open(head, at: place).json
        guard let kind = Event.Kind(rawValue: kind), let state = Event.State(rawValue: state), let method = head["method"]?.text,
            let path = head["path"]?.text
        else { throw RowCodec.unreadable(place) }
        return (kind, state, method, path, head["group"]?.text)
    }

    /// A problem as its column.
    static func sealed(_ problem: Problem?, of event: String, _ codec: RowCodec, under key: DataKey) throws(StoreError) -> [UInt8]? {
        guard let problem else { return nil }
        return try codec.seal(RowCodec.Content(json: problem.row), at: problemPlace(event), under: key)
    }

    private func openedProblem(_ opener: RowOpener) throws -> Problem? {
        guard let problem else { return nil }
        return Problem(row: try opener.open(problem, at: Self.problemPlace(id)).json)
    }

    private static func headPlace(_ event: String) -> AssociatedData { AssociatedData(.events, event + ":head") }

    private static func problemPlace(_ event: String) -> AssociatedData { AssociatedData(.events, event + ":problem") }

    static func texts(_ json: JSON?) -> [String: String] {
        Dictionary((json?.members?.pairs ?? []).map { ($0.name, $0.value.text ?? "") }, uniquingKeysWith: { $1 })
    }
}
