import Screening

/// An effect with what it writes sealed and hashed, by the caller and before its turn in the writer, which has no time to spare.
enum PreparedEffect: Sendable {
    case order(OrderRow, LookUps)
    case reference(ReferenceRow)
    case timeline(TimelineRow)
    case run(RunRow)
    case expect(Effect.Expectation)
    /// - found: orders that the steps were about, and whose run found them.
    /// - answered: what the addresses in their answers are found by.
    case steps([StepRow], found: [(order: String, cause: Order.Cause)], answered: AnsweredAddresses?)
    case event(id: String, state: Event.State, problem: [UInt8]?)
    case unreadable(run: String)
    case record(EventRow)
    case queue(QueuedWork)
    case unqueue(Work)
    /// - isByHand: whether a person says so; the host's own word leaves alone what somebody paused.
    case pause(OperatingState.Subject, [UInt8]?, isByHand: Bool)
    case forgetWithdrawal(connection: String, external: [UInt8])
    case rest(OperatingState.Subject, until: Timestamp)
    case took(Turnaround)
    case begin(BulkJobRow, of: [String])
    case progress(BulkJobRow)
    case stop(bulk: String, at: Timestamp, reason: String?)
    case heard(OperatingState.Subject, at: Timestamp)
    case refusedDelivery(OperatingState.Subject, at: Timestamp, reason: String, count: Int)
    case notify(NoticeRow)
    case delivery(DeliveryRow)
    case endpoint(String, EndpointChange)
}

/// Which request at its provider is an order's, as it is stored.
struct ReferenceRow: Sendable {
    let order: String
    /// The hash of account and reference; nil where the order has none any more.
    let key: [UInt8]?
    /// Whether no other order may have it.
    let isAlone: Bool

    init(_ reference: Effect.Reference, _ codec: RowCodec) {
        order = reference.order
        key = reference.text.map { codec.blindIndex(.reference, $0, on: reference.account) }
        isAlone = reference.isAlone
    }

    /// What is held by whoever writes it.
    var concurrencyKey: String? { key.map { "reference:" + $0.hex } }
}

extension [PreparedEffect] {
    /// The command for many things that begins with them; nil where none does.
    var bulkJob: String? {
        for case .begin(let row, _) in self { return row.id }
        return nil
    }
}

/// An order ready to be placed.
struct NewOrder: Sendable {
    private(set) var order: Order
    private(set) var row: OrderRow
    let lookUps: LookUps
    let external: [UInt8]
    /// What says that the order by this external id was open when its person was erased.
    let erasedOpen: [UInt8]
    let token: [UInt8]
    private(set) var accepted: TimelineRow
    private let dataKey: DataKey
    /// Who places it.
    private let actor: Actor
    /// Whether an order that ended gives way to it.
    let reorder: Reorder?
    /// The run that places it, and its event.
    let cause: Order.Cause?

    init(
        _ order: Order,
        causedBy cause: Order.Cause?,
        by actor: Actor,
        reorder: Reorder?,
        _ codec: RowCodec,
        under key: DataKey
    ) throws(StoreError) {
        var order = order
        order.causedBy = cause
        self.order = order
        self.cause = cause
        self.actor = actor
        dataKey = key
        self.reorder = reorder
        row = try OrderRow(order, codec, under: key)
        lookUps = codec.lookUps.terms(of: order)
        external = codec.blindIndex(.externalID, order.externalID, on: order.connection)
        erasedOpen = codec.markKey(.open(order.externalID), on: order.connection)
        token = codec.blindIndex(.callbackToken, order.callbackToken.value)
        let entry = TimelineEntry(order: order.id, at: order.createdAt, kind: "accepted", text: "accepted", actor: actor)
        accepted = try TimelineRow(entry, codec, under: key)
    }

    /// The same, in the place of an order that gives way to it.
    func replacing(_ present: Order, _ codec: RowCodec) throws(StoreError) -> NewOrder {
        var new = self
        new.order = order.replacing(present)
        (new.row.sequence, new.row.previous) = (new.order.sequence, new.order.previous)
        let entry = TimelineEntry(
            order: order.id,
            at: order.createdAt,
            kind: "accepted",
            text: "accepted in place of \(present.id), which is \(present.state.rawValue)",
            details: ["previous": .string(present.id)],
            actor: actor
        )
        new.accepted = try TimelineRow(entry, codec, under: dataKey)
        return new
    }

    /// What the timeline of an order that gives way to it says.
    func replacement(of present: Order, _ codec: RowCodec, under key: DataKey) throws(StoreError) -> TimelineRow {
        let entry = TimelineEntry(
            order: present.id,
            at: order.createdAt,
            kind: "replaced",
            text: "\(order.id) was ordered in its place",
            details: ["replaced_by": .string(order.id)],
            actor: actor
        )
        return try TimelineRow(entry, codec, under: key)
    }

    /// What others are told of it. Nobody else knows the order yet, so the notice's concurrency key needs no lock.
    func notice(_ codec: RowCodec) throws(StoreError) -> NoticeRow { try NoticeRow(.created(order), codec, due: order.createdAt) }

    /// The work of sending it.
    func submission(due: Timestamp) -> QueuedWork {
        .submission(of: order, due: due, priority: 3)
    }
}

/// A value of a connection's scripts ready to be kept; nothing deletes it.
struct PreparedValue: Sendable {
    let connection: String
    let key: [UInt8]
    let body: [UInt8]?
    let expires: Timestamp?

    init(_ value: JSON?, connection: String, key: String, expires: Timestamp?, _ codec: RowCodec) throws(StoreError) {
        let blindIndex = codec.blindIndex(.valueKey, key, on: connection)
        let content = value.map { RowCodec.Content(json: ["key": .string(key), "value": $0]) }
        self.connection = connection
        self.key = blindIndex
        self.expires = expires
        if let content {
            body = try codec.seal(content, at: Self.place(connection, blindIndex), under: codec.keys.general)
        } else {
            body = nil
        }
    }

    /// What is held by whoever writes the value.
    var concurrencyKey: String { "value:\(connection):\(key.hex)" }

    /// Where a value stands.
    static func place(_ connection: String, _ key: [UInt8]) -> AssociatedData { AssociatedData(.kv, connection + ":" + key.hex) }
}

/// A withdrawal ready to be noted: when, and the blind index of the external id.
struct Withdrawal: Sendable {
    let connection: String
    let external: [UInt8]
    let at: Occurrence

    init(connection: String, external: [UInt8], at occurrence: Occurrence) {
        (self.connection, self.external, at) = (connection, external, occurrence)
    }

    /// How long a withdrawal is kept, in milliseconds: longer than any sender tries again.
    static let kept: Int64 = 400 * 86_400_000

    /// What placing an order and withdrawing it hold, so that one of them sees the other.
    static func concurrencyKey(_ connection: String, _ external: [UInt8]) -> String { "placing:\(connection):\(external.hex)" }
}

/// Steps of a run to be remembered, with what the last of them does.
struct PreparedSteps: Sendable {
    var steps: [Step]
    let run: String
    /// The key of the run's event or order.
    let key: DataKey
    var placing: (order: NewOrder, asked: Occurrence?, reply: @Sendable (Order) -> JSON)?
    var withdrawal: Withdrawal?
    var value: PreparedValue?
    /// Orders that the steps were about, and whose run found them.
    var found: [(order: String, cause: Order.Cause)] = []
    /// E-mail addresses in what was answered.
    var answered: AnsweredAddresses?
    /// What must not be exceeded by it.
    var quota: Quota?
}

/// What a run has to do with an order.
enum OrderSource: Sendable {
    /// It placed it.
    case made
    /// It asked for it, and it was there.
    case asked
    /// It looked for it, or had it cancelled.
    case found
}
