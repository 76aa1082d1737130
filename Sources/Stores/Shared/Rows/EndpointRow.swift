import Screening

/// A webhook's endpoint as a row: all but its health and its version is in the opaque column, its secrets above all.
struct EndpointRow: Sendable {
    let id: String
    let version: Int
    let body: [UInt8]
    /// What is written beside it: the words of the events that it is told of.
    var words: [String] = []
    var isEnabled = true
    var problem: [UInt8]?
    var failures = 0
    var failingSince: Int64?
    var warnedAt: Int64?
    var throttledUntil: Int64?

    init(id: String, version: Int, body: [UInt8]) { (self.id, self.version, self.body) = (id, version, body) }

    /// An endpoint on its way into the store, without its health.
    init(_ endpoint: WebhookEndpoint, _ codec: RowCodec) throws(StoreError) {
        let keys = endpoint.keys.map { key -> JSON in
            ["secret": .string(key.secret.value), "created_at": JSON(key.createdAt), "expires_at": key.expiresAt.map { JSON($0) } ?? .null]
        }
        func names(_ names: Set<String>?) -> JSON { names.map { .array($0.sorted().map { .string($0) }) } ?? .null }
        let json: JSON = [
            "url": .string(endpoint.url), "events": .array(endpoint.events.words.map { .string($0) }), "connections": names(endpoint.connections),
            "accounts": names(endpoint.accounts), "algorithm": .string(endpoint.algorithm.rawValue), "keys": .array(keys),
            "settings": .bool(endpoint.isFromSettings), "created_at": JSON(endpoint.createdAt), "updated_at": JSON(endpoint.updatedAt),
        ]
        self.init(
            id: endpoint.id,
            version: endpoint.version,
            body: try codec.seal(RowCodec.Content(json: json), at: AssociatedData(.webhookEndpoints, endpoint.id), under: codec.keys.general)
        )
        words = endpoint.events.words
        isEnabled = endpoint.isEnabled
        if let disabled = endpoint.disabled { problem = try Self.sealed(disabled, of: endpoint.id, codec) }
    }

    /// Why the host disabled an endpoint, as its column.
    static func sealed(_ problem: Problem, of endpoint: String, _ codec: RowCodec) throws(StoreError) -> [UInt8] {
        try codec.seal(RowCodec.Content(json: problem.row), at: problemPlace(endpoint), under: codec.keys.general)
    }

    private static func problemPlace(_ endpoint: String) -> AssociatedData { AssociatedData(.webhookEndpoints, endpoint + ":problem") }

    /// The columns that an endpoint is read from, in the order in which they stand here.
    static let columns = "id, version, body, enabled, problem, failures, failing_since, warned_at, throttled_until"

    /// The endpoint again. Throws ``StoreError/corrupt(_:)`` where the row is not one.
    func endpoint(_ opener: RowOpener) throws -> WebhookEndpoint {
        let place = AssociatedData(.webhookEndpoints, id)
        let json = try opener.open(body, at: place).json
        func time(_ json: JSON?) -> Timestamp? { json?.text.flatMap { Timestamp(iso8601: $0) } }
        func names(_ json: JSON?) -> Set<String>? { json?.items.map { Set($0.compactMap(\.text)) } }
        guard let url = json["url"]?.text, let created = time(json["created_at"]),
            let algorithm = json["algorithm"]?.text.flatMap(WebhookEndpoint.Algorithm.init)
        else { throw RowCodec.unreadable(place) }
        var endpoint = WebhookEndpoint(
            id: id,
            url: url,
            events: WebhookEndpoint.Events(words: (json["events"]?.items ?? []).compactMap(\.text)),
            connections: names(json["connections"]),
            accounts: names(json["accounts"]),
            isEnabled: isEnabled,
            algorithm: algorithm,
            keys: (json["keys"]?.items ?? []).compactMap { key in
                guard let secret = key["secret"]?.text, let made = time(key["created_at"]) else { return nil }
                return WebhookEndpoint.Key(Secret(secret), createdAt: made, expiresAt: time(key["expires_at"]))
            },
            isFromSettings: json["settings"]?.boolean ?? false,
            createdAt: created,
            version: version
        )
        endpoint.updatedAt = time(json["updated_at"]) ?? created
        if let problem { endpoint.disabled = Problem(row: try opener.open(problem, at: Self.problemPlace(id)).json) }
        endpoint.health.failures = failures
        endpoint.health.failingSince = failingSince.map { Timestamp(milliseconds: $0) }
        endpoint.health.warnedAt = warnedAt.map { Timestamp(milliseconds: $0) }
        endpoint.health.throttledUntil = throttledUntil.map { Timestamp(milliseconds: $0) }
        return endpoint
    }
}

/// What became of an attempt, ready to be written on its endpoint.
enum EndpointChange: Sendable {
    case succeeded
    case failed(at: Int64, counts: Bool, throttledUntil: Int64?)
    case warned(at: Int64)
    case disabled([UInt8], version: Int)

    init(_ change: WebhookEndpoint.Change, of endpoint: String, _ codec: RowCodec) throws(StoreError) {
        switch change {
        case .succeeded: self = .succeeded
        case .failed(let time, let counts, let until):
            self = .failed(at: time.milliseconds, counts: counts, throttledUntil: until?.milliseconds)
        case .warned(let time): self = .warned(at: time.milliseconds)
        case .disabled(let problem, let version): self = .disabled(try EndpointRow.sealed(problem, of: endpoint, codec), version: version)
        }
    }
}
