import Screening

/// An event as a row: what was received is opaque, its body as raw bytes.
struct EventRow {
    var id: String
    var kind: String
    var connection: String?
    var account: String?
    var order: String?
    var receivedAt: Int64
    var state: String
    /// Opaque, in a column of its own: an event's state changes without what was received being written again.
    var problem: [UInt8]?
    var duplicateCount: Int
    var body: [UInt8]

    /// An event on its way into the store.
    init(_ event: Event, _ codec: RowCodec) throws(StoreError) {
        id = event.id
        kind = event.kind.rawValue
        connection = event.connection
        account = event.account
        order = event.order
        receivedAt = event.receivedAt.milliseconds
        state = event.state.rawValue
        problem = try Self.sealed(event.problem, of: event.id, codec)
        duplicateCount = event.duplicateCount
        let request = event.request.value
        let json: JSON = [
            "method": .string(request.method), "path": .string(request.path), "query": JSON(texts: request.query),
            "headers": JSON(texts: request.headers),
        ]
        body = try codec.seal(RowCodec.Content(json: json, raw: request.body), at: SealedPlace(.events, event.id))
    }

    init(
        id: String,
        kind: String,
        connection: String?,
        account: String?,
        order: String?,
        receivedAt: Int64,
        state: String,
        problem: [UInt8]?,
        duplicateCount: Int,
        body: [UInt8]
    ) {
        self.id = id
        self.kind = kind
        self.connection = connection
        self.account = account
        self.order = order
        self.receivedAt = receivedAt
        self.state = state
        self.problem = problem
        self.duplicateCount = duplicateCount
        self.body = body
    }

    /// The event again, with the runs it led to. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func event(_ codec: RowCodec, runs: [String]) throws(StoreError) -> Event {
        let place = SealedPlace(.events, id)
        let content = try codec.open(body, at: place)
        guard let kind = Event.Kind(rawValue: kind), let state = Event.State(rawValue: state), let method = content.json["method"]?.text,
            let path = content.json["path"]?.text
        else { throw RowCodec.unreadable(place) }
        let request = ReceivedRequest(
            method: method,
            path: path,
            query: Self.texts(content.json["query"]),
            headers: Self.texts(content.json["headers"]),
            body: content.raw
        )
        return Event(
            id: id,
            kind: kind,
            connection: connection,
            account: account,
            order: order,
            request: request,
            receivedAt: Timestamp(milliseconds: receivedAt),
            state: state,
            problem: try openedProblem(codec),
            duplicateCount: duplicateCount,
            runs: runs
        )
    }

    /// A problem as its column.
    static func sealed(_ problem: Problem?, of event: String, _ codec: RowCodec) throws(StoreError) -> [UInt8]? {
        guard let problem else { return nil }
        return try codec.seal(RowCodec.Content(json: problem.row), at: problemPlace(event))
    }

    private func openedProblem(_ codec: RowCodec) throws(StoreError) -> Problem? {
        guard let problem else { return nil }
        return Problem(row: try codec.open(problem, at: Self.problemPlace(id)).json)
    }

    private static func problemPlace(_ event: String) -> SealedPlace { SealedPlace(.events, event + ":problem") }

    private static func texts(_ json: JSON?) -> [String: String] {
        Dictionary((json?.members?.pairs ?? []).map { ($0.name, $0.value.text ?? "") }, uniquingKeysWith: { $1 })
    }
}
