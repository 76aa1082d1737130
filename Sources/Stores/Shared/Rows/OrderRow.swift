import Screening

/// An order as a row: what is searched and sorted by in plain columns, the rest opaque.
struct OrderRow {
    var id: String
    var connection: String
    var account: String
    var provider: String
    var package: String
    var sequence: Int
    var previous: String?
    var replacedBy: String?
    var state: String
    var outcome: String?
    /// The code of its problem, to search by; written, never read.
    var problem: String?
    /// In whose list it stands, to search by; written, never read.
    var waitingOn: String?
    var version: Int
    var createdAt: Int64
    var updatedAt: Int64
    /// The data key of the order and of all that belongs to it.
    var keyID: Int64
    var body: [UInt8]
    /// The run that placed the order, and its event; read, never written with the order.
    var cause: (event: String?, run: String)?
    /// Whether an update gave up; read, never written with the order.
    var isUntold = false

    /// An order on its way into the store.
    init(_ order: Order, _ codec: RowCodec, under key: DataKey) throws(StoreError) {
        id = order.id
        connection = order.connection
        account = order.account
        provider = order.provider
        package = order.package
        sequence = order.sequence
        previous = order.previous
        replacedBy = order.replacedBy
        problem = order.status.problem?.code
        waitingOn = order.ownListedFor?.rawValue
        keyID = key.id
        state = order.state.rawValue
        outcome = order.outcome?.rawValue
        version = order.version
        createdAt = order.createdAt.milliseconds
        updatedAt = order.updatedAt.milliseconds
        let status = order.status
        var json: JSON = [
            "external_id": .string(order.externalID), "callback_token": .string(order.callbackToken.value),
            "candidate": Self.json(order.candidate), "metadata": order.metadata.value,
            "provider_status": JSON(texts: status.providerStatus),
            "checks": .array(status.checks.map(\.json)),
        ]
        if !order.destinations.isEmpty { json["destinations"] = .array(order.destinations.map { .string($0) }) }
        json["provider_ref"] = order.providerRef.map { .string($0) }
        json["submission_id"] = order.submissionID.map { .string($0) }
        json["last_notified_state"] = order.lastNotifiedState.map { .string($0.rawValue) }
        json["report_url"] = (status.reportURL?.value).map { .string($0) }
        json["problem"] = status.problem?.row
        json["record"] = order.record.row
        json["time"] = order.time.row
        body = try codec.seal(RowCodec.Content(json: json), at: AssociatedData(.orders, order.id), under: key)
    }

    init(
        id: String,
        connection: String,
        account: String,
        provider: String,
        package: String,
        sequence: Int,
        previous: String?,
        replacedBy: String?,
        state: String,
        outcome: String?,
        version: Int,
        createdAt: Int64,
        updatedAt: Int64,
        keyID: Int64,
        body: [UInt8],
        cause: (event: String?, run: String)?
    ) {
        self.id = id
        self.connection = connection
        self.account = account
        self.provider = provider
        self.package = package
        self.sequence = sequence
        self.previous = previous
        self.replacedBy = replacedBy
        self.state = state
        self.outcome = outcome
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.keyID = keyID
        self.body = body
        self.cause = cause
    }

    /// The order again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func order(_ opener: RowOpener) throws -> Order {
        let place = AssociatedData(.orders, id)
        let json = try opener.open(body, at: place).json
        guard let state = OrderState(rawValue: state), let externalID = json["external_id"]?.text, let token = json["callback_token"]?.text,
            let candidate = Self.candidate(json["candidate"]), let metadata = json["metadata"]
        else { throw RowCodec.unreadable(place) }
        let status = Order.Status(
            state,
            outcome: outcome.flatMap(Outcome.init(rawValue:)),
            providerStatus: Dictionary(
                (json["provider_status"]?.members?.pairs ?? []).map { ($0.name, $0.value.text ?? "") },
                uniquingKeysWith: { $1 }
            ),
            reportURL: (json["report_url"]?.text).map { Personal($0) },
            checks: (json["checks"]?.items ?? []).compactMap(Check.init(json:)),
            problem: Problem(row: json["problem"])
        )
        var order = Order(
            id: id,
            connection: connection,
            account: account,
            provider: provider,
            externalID: externalID,
            sequence: sequence,
            previous: previous,
            replacedBy: replacedBy,
            causedBy: cause.map { Order.Cause(event: $0.event, run: $0.run) },
            package: package,
            candidate: candidate,
            metadata: metadata,
            callbackToken: Secret(token),
            providerRef: json["provider_ref"]?.text,
            status: status,
            version: version,
            createdAt: Timestamp(milliseconds: createdAt),
            updatedAt: Timestamp(milliseconds: updatedAt)
        )
        order.isUntold = isUntold
        order.destinations = (json["destinations"]?.items ?? []).compactMap(\.text)
        order.submissionID = json["submission_id"]?.text
        order.record = Order.Record(row: json["record"])
        if let time = OrderTime(row: json["time"]) { order.time = time }
        order.lastNotifiedState = (json["last_notified_state"]?.text).flatMap(OrderState.init(rawValue:))
        return order
    }

    // A candidate is kept part by part and read back unchecked: an erased one would not pass the checks that a new one has to.
    private static func json(_ candidate: Candidate) -> JSON {
        [
            "first_name": .string(candidate.firstName.value), "last_name": .string(candidate.lastName.value),
            "email": .string(candidate.email.value), "phone": JSON(candidate.phone?.value), "country": JSON(candidate.country),
            "other": .object(candidate.other.value),
        ]
    }

    private static func candidate(_ json: JSON?) -> Candidate? {
        guard let json, let first = json["first_name"]?.text, let last = json["last_name"]?.text, let email = json["email"]?.text else { return nil }
        return Candidate(
            firstName: first,
            lastName: last,
            email: email,
            phone: json["phone"]?.text,
            country: json["country"]?.text,
            other: json["other"]?.members ?? JSON.Members()
        )
    }
}

extension Order.Record {
    /// The record as stored: what says nothing is left out; nil where all of it says nothing.
    fileprivate var row: JSON? {
        guard self != Order.Record() else { return nil }
        var row: JSON = [:]
        row["state_since"] = stateSince.map { .int($0.milliseconds) }
        if !spent.isEmpty { row["spent"] = .object(JSON.Members(spent.map { ($0.key.rawValue, .int($0.value)) }.sorted { $0.0 < $1.0 })) }
        row["sent_at"] = sentAt.map { .int($0.milliseconds) }
        row["ended_at"] = endedAt.map { .int($0.milliseconds) }
        row["withdrawn_at"] = withdrawnAt.map { .int($0.milliseconds) }
        if revision > 0 { row["revision"] = .int(Int64(revision)) }
        for (name, holds) in [("adopted", isAdopted), ("lost_answer", hasLostAnswer), ("cancelling", isCancelling)] where holds {
            row[name] = true
        }
        row["second_request"] = secondRequest.map { .string($0) }
        if !settledRequests.isEmpty { row["settled_requests"] = .array(settledRequests.sorted().map { .string($0) }) }
        if unknownReads > 0 { row["unknown_reads"] = .int(Int64(unknownReads)) }
        row["unknown_read_at"] = unknownReadAt.map { .int($0.milliseconds) }
        row["reports_removed_at"] = reportsRemovedAt.map { .int($0.milliseconds) }
        row["anonymised_at"] = anonymisedAt.map { .int($0.milliseconds) }
        row["looked_up_at"] = lookedUpAt.map { .int($0.milliseconds) }
        if !trace.isEmpty { row["trace"] = JSON(texts: trace) }
        return row
    }

    fileprivate init(row: JSON?) {
        self.init()
        stateSince = row?["state_since"]?.integer.map { Timestamp(milliseconds: $0) }
        for (name, value) in row?["spent"]?.members?.pairs ?? [] { if let state = OrderState(rawValue: name) { spent[state] = value.integer } }
        sentAt = row?["sent_at"]?.integer.map { Timestamp(milliseconds: $0) }
        endedAt = row?["ended_at"]?.integer.map { Timestamp(milliseconds: $0) }
        withdrawnAt = row?["withdrawn_at"]?.integer.map { Timestamp(milliseconds: $0) }
        revision = row?["revision"]?.integer.map { Int($0) } ?? 0
        isAdopted = row?["adopted"]?.boolean ?? false
        hasLostAnswer = row?["lost_answer"]?.boolean ?? false
        isCancelling = row?["cancelling"]?.boolean ?? false
        secondRequest = row?["second_request"]?.text
        settledRequests = Set(row?["settled_requests"]?.items?.compactMap(\.text) ?? [])
        unknownReads = row?["unknown_reads"]?.integer.map { Int($0) } ?? 0
        unknownReadAt = row?["unknown_read_at"]?.integer.map { Timestamp(milliseconds: $0) }
        reportsRemovedAt = row?["reports_removed_at"]?.integer.map { Timestamp(milliseconds: $0) }
        anonymisedAt = row?["anonymised_at"]?.integer.map { Timestamp(milliseconds: $0) }
        lookedUpAt = row?["looked_up_at"]?.integer.map { Timestamp(milliseconds: $0) }
        trace = EventRow.texts(row?["trace"])
    }
}

extension OrderTime {
    /// The time as stored.
    fileprivate var row: JSON {
        var row: JSON = ["since": .int(since.milliseconds)]
        row["holder"] = holder.map { .string($0.rawValue) }
        for (holder, milliseconds) in passed { row[holder.rawValue] = .int(milliseconds) }
        // In turns, a party and its milliseconds: this is in every row.
        if !turns.isEmpty { row["turns"] = .array(turns.flatMap { [.string($0.holder.rawValue), .int($0.milliseconds)] }) }
        return row
    }

    fileprivate init?(row: JSON?) {
        guard let row, let since = row["since"]?.integer else { return nil }
        var passed: [Holder: Int64] = [:]
        for holder in Holder.allCases { passed[holder] = row[holder.rawValue]?.integer }
        let written = row["turns"]?.items ?? []
        let turns = stride(from: 0, to: written.count - 1, by: 2).compactMap { index -> Turn? in
            guard let holder = written[index].text.flatMap(Holder.init), let milliseconds = written[index + 1].integer else { return nil }
            return Turn(holder, milliseconds: milliseconds)
        }
        self.init(heldBy: row["holder"]?.text.flatMap(Holder.init), since: Timestamp(milliseconds: since), passed: passed, turns: turns)
    }
}

extension Problem {
    /// A problem as stored.
    var row: JSON { ["code": .string(code), "message": .string(message), "at": .int(at.milliseconds)] }

    /// The problem that ``row`` was made of; nil for anything else.
    init?(row: JSON?) {
        guard let code = row?["code"]?.text, let message = row?["message"]?.text, let at = row?["at"]?.integer else { return nil }
        self.init(code: code, message: message, at: Timestamp(milliseconds: at))
    }
}
