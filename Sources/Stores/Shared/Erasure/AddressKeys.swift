import Screening

extension RowCodec {
    /// What an e-mail address is found by on a connection: 64 bits of its keyed hash.
    func addressKey(_ address: String, on connection: String) -> Int64 {
        index.hash(Array("fairlead:address:\(address)".utf8), on: connection).prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    /// Whether it holds more addresses than it is found by: whoever looks for one has to look into it.
    func manyAddressesKey(on connection: String) -> Int64 { addressKey("\u{0}many", on: connection) }

    /// What a mark of an erased application is known by.
    func markKey(_ mark: ErasureMark, on connection: String) -> [UInt8] {
        switch mark {
        case .externalID(let id): blindIndex(.externalID, id, on: connection)
        case .dedupe(let key): blindIndex(.dedupe, key, on: connection)
        case .group(let group): Array(blindIndex(.group, group, on: connection).prefix(16))
        case .value, .open: index.hash(Array("fairlead:erased:\(mark.text)".utf8), on: connection)
        }
    }

    /// A person's name in this store: the same for the same address.
    func subject(_ address: String) -> String { "sub_" + index.hash(Array("fairlead:subject:\(address)".utf8)).prefix(16).hex }
}

extension EventRow {
    /// The keys that an event is found by: of every e-mail address in it.
    static func addressKeys(of event: Event, _ codec: RowCodec) -> [Int64] {
        let connection = event.connection ?? ""
        let found = AddressScan.find(in: event.request.value, limit: AddressScan.indexed)
        let keys = found.addresses.map { codec.addressKey($0, on: connection) }
        return (found.isWhole ? keys : keys + [codec.manyAddressesKey(on: connection)]).sorted()
    }

    /// The day under which they stand.
    var day: Int64 { receivedAt / 86_400_000 }
}

/// E-mail addresses in what a run was answered, by which its event is found, or the run itself where it has none.
struct AnsweredAddresses: Sendable {
    let connection: String
    let day: Int64
    /// The event, or the run.
    let subject: String
    let keys: [Int64]
}

extension [Step] {
    /// Their answers. What is answered of orders is not looked at: of them their runs and events are known.
    private var answers: [JSON] { compactMap { $0.kind.hasPrefix("orders.") ? nil : $0.reply?.value } }

    /// The addresses in their answers, and whether these are all.
    fileprivate var addresses: (found: Set<String>, isWhole: Bool) {
        answers.reduce(into: ([], true)) { all, answer in
            let found = AddressScan.find(in: answer, limit: AddressScan.indexed)
            all.0.formUnion(found.addresses)
            if !found.isWhole { all.1 = false }
        }
    }

    /// Whether they were answered one of some addresses.
    func wereAnswered(_ addresses: Set<String>) -> Bool { answers.contains { AddressScan.contains(addresses, in: $0) } }
}

extension SQLStore {
    /// What the addresses in the answers to steps are found by; nil where there are none, or where the run is of an order, which is found by itself.
    func answeredAddresses(in steps: [Step], of run: String) async throws -> AnsweredAddresses? {
        let addresses = steps.addresses
        guard !addresses.found.isEmpty else { return nil }
        return try await lookUp { try $0.answered(addresses.found, isWhole: addresses.isWhole, to: run) }
    }
}

extension StoreReading {
    fileprivate func answered(_ addresses: Set<String>, isWhole: Bool, to run: String) throws -> AnsweredAddresses? {
        let sql = """
            SELECT r.connection, r.event_id, r.order_id, r.created_at, e.received_at FROM runs AS r LEFT JOIN events AS e ON e.id = r.event_id
            WHERE r.id = $1
            """
        guard let row = try fetch(sql, [.text(run)]).first, let connection = row.text(at: 0) else { return nil }
        let event = row.text(at: 1)
        guard event != nil || row.text(at: 2) == nil, let time = row.int(at: event == nil ? 3 : 4) else { return nil }
        let subject = event ?? run
        // Over all of its steps: a run may be answered thousands, a few at a time.
        let there = try fetch("SELECT count(*) FROM event_addresses WHERE event_id = $1", [.text(subject)]).first?.int(at: 0) ?? 0
        let room = max(0, 2 * AddressScan.indexed - Int(there))
        var keys = addresses.map { codec.addressKey($0, on: connection) }.sorted()
        let fits = isWhole && keys.count <= room
        keys = Array(keys.prefix(room))
        if !fits { keys.append(codec.manyAddressesKey(on: connection)) }
        return AnsweredAddresses(connection: connection, day: time / 86_400_000, subject: subject, keys: keys.sorted())
    }
}

extension StoreTransaction {
    mutating func find(_ answered: AnsweredAddresses) throws {
        for key in answered.keys {
            try change(
                "INSERT INTO event_addresses (connection, day, key, event_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                [.text(answered.connection), .int(answered.day), .int(key), .text(answered.subject)]
            )
        }
    }
}
