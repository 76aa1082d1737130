import Screening

/// A notice as a row: all but its kind and time is in the opaque column.
struct NoticeRow: Sendable {
    let id: String
    let kind: String
    let at: Int64
    let body: [UInt8]
    /// Whether it is stored although nobody is told of its kind.
    var isAddressed = false
    /// The work of giving it out; only on its way into the store.
    var work: QueuedWork?

    init(id: String, kind: String, at: Int64, body: [UInt8]) {
        (self.id, self.kind, self.at, self.body) = (id, kind, at, body)
    }

    /// A notice on its way into the store. It holds nothing about people, and needs no key of anybody's.
    init(_ notice: Notice, _ codec: RowCodec, due: Timestamp) throws(StoreError) {
        let json: JSON = [
            "order": JSON(notice.order), "issue": JSON(notice.issue), "connection": JSON(notice.connection), "account": JSON(notice.account),
            "addressee": JSON(notice.addressee), "data": notice.data,
        ]
        self.init(
            id: notice.id,
            kind: notice.kind.rawValue,
            at: notice.at.milliseconds,
            body: try codec.seal(RowCodec.Content(json: json), at: AssociatedData(.notices, notice.id), under: codec.keys.general)
        )
        isAddressed = notice.addressee != nil
        work = notice.distribution(due: due)
    }

    /// The notice again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func notice(_ opener: RowOpener) throws -> Notice {
        let place = AssociatedData(.notices, id)
        let json = try opener.open(body, at: place).json
        guard let kind = Notice.Kind(rawValue: kind) else { throw RowCodec.unreadable(place) }
        return Notice(
            id: id,
            kind,
            at: Timestamp(milliseconds: at),
            order: json["order"]?.text,
            issue: json["issue"]?.text,
            connection: json["connection"]?.text,
            account: json["account"]?.text,
            data: json["data"] ?? [:],
            addressee: json["addressee"]?.text
        )
    }
}

/// A delivery as a row: what was answered is in the opaque column.
struct DeliveryRow: Sendable {
    let id: String
    let endpoint: String
    let notice: String
    let kind: String
    let subject: String
    let createdAt: Int64
    let state: String
    let nextAttemptAt: Int64?
    let body: [UInt8]

    init(
        id: String,
        endpoint: String,
        notice: String,
        kind: String,
        subject: String,
        createdAt: Int64,
        state: String,
        nextAttemptAt: Int64?,
        body: [UInt8]
    ) {
        self.id = id
        self.endpoint = endpoint
        self.notice = notice
        self.kind = kind
        self.subject = subject
        self.createdAt = createdAt
        self.state = state
        self.nextAttemptAt = nextAttemptAt
        self.body = body
    }

    init(_ delivery: WebhookDelivery, _ codec: RowCodec) throws(StoreError) {
        let attempts = delivery.attempts.map { attempt -> JSON in
            [
                "at": JSON(attempt.at), "ms": .int(Int64(attempt.milliseconds)), "status": attempt.status.map { .int(Int64($0)) } ?? .null,
                "error": JSON(attempt.error), "answer": JSON(attempt.answer?.value),
            ]
        }
        let json: JSON = ["attempts": .array(attempts), "count": .int(Int64(delivery.attemptCount))]
        self.init(
            id: delivery.id,
            endpoint: delivery.endpoint,
            notice: delivery.notice,
            kind: delivery.kind.rawValue,
            subject: delivery.subject,
            createdAt: delivery.createdAt.milliseconds,
            state: delivery.state.rawValue,
            nextAttemptAt: delivery.nextAttemptAt?.milliseconds,
            body: try codec.seal(RowCodec.Content(json: json), at: AssociatedData(.webhookDeliveries, delivery.id), under: codec.keys.general)
        )
    }

    /// The columns that a delivery is read from, in the order of ``init(id:endpoint:notice:kind:subject:createdAt:state:nextAttemptAt:body:)``.
    static let columns = "id, endpoint, notice_id, kind, subject, created_at, state, next_attempt_at, body"

    /// The delivery again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func delivery(_ opener: RowOpener) throws -> WebhookDelivery {
        let place = AssociatedData(.webhookDeliveries, id)
        let json = try opener.open(body, at: place).json
        guard let kind = Notice.Kind(rawValue: kind), let state = WebhookDelivery.State(rawValue: state) else { throw RowCodec.unreadable(place) }
        let attempts = (json["attempts"]?.items ?? []).compactMap { item -> WebhookDelivery.Attempt? in
            guard let at = item["at"]?.text.flatMap({ Timestamp(iso8601: $0) }) else { return nil }
            return WebhookDelivery.Attempt(
                at: at,
                milliseconds: item["ms"]?.integer.map { Int($0) } ?? 0,
                status: item["status"]?.integer.map { Int($0) },
                error: item["error"]?.text,
                answer: (item["answer"]?.text).map { Personal($0) }
            )
        }
        return WebhookDelivery(
            id: id,
            endpoint: endpoint,
            notice: notice,
            kind: kind,
            subject: subject,
            createdAt: Timestamp(milliseconds: createdAt),
            state: state,
            nextAttemptAt: nextAttemptAt.map { Timestamp(milliseconds: $0) },
            attempts: attempts,
            attemptCount: json["count"]?.integer.map { Int($0) } ?? attempts.count
        )
    }
}
