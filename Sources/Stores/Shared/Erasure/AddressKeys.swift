import Screening

extension RowCodec {
    /// What an e-mail address is found by on a connection: 64 bits of its keyed hash.
    func addressKey(_ address: String, on connection: String) -> Int64 {
        index.hash(Array("fairlead:address:\(address)".utf8), on: connection).prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    /// What a mark of an erased application is known by.
    func markKey(_ mark: ErasureMark, on connection: String) -> [UInt8] {
        switch mark {
        case .externalID(let id): blindIndex(.externalID, id, on: connection)
        case .dedupe(let key): blindIndex(.dedupe, key, on: connection)
        case .group(let group): Array(blindIndex(.group, group, on: connection).prefix(16))
        case .value: index.hash(Array("fairlead:erased:\(mark.text)".utf8), on: connection)
        }
    }

    /// A person's name in this store: the same for the same address.
    func subject(_ address: String) -> String { "sub_" + index.hash(Array("fairlead:subject:\(address)".utf8)).prefix(16).hex }
}

extension EventRow {
    /// The keys that an event is found by: of every e-mail address in it.
    static func addressKeys(of event: Event, _ codec: RowCodec) -> [Int64] {
        let connection = event.connection ?? ""
        return AddressScan.addresses(in: event.request.value).map { codec.addressKey($0, on: connection) }.sorted()
    }

    /// The day under which they stand.
    var day: Int64 { receivedAt / 86_400_000 }
}
