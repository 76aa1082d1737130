import Screening

extension Notice {
    /// What an endpoint is sent: `{"type", "timestamp", "data"}`. Of data that would make it too large only short values are sent, with `"truncated": true`.
    var body: [UInt8] {
        let whole = payload(data).bytes()
        guard whole.count >= Self.largestBody else { return whole }
        var short: JSON = ["truncated": true]
        for (name, value) in data.members?.pairs ?? [] {
            switch value {
            case .array, .object: continue
            case .string(let text) where text.utf8.count > 256: continue
            default: short[name] = value
            }
        }
        return payload(short).bytes()
    }

    /// The notice of an issue with its title, as people are told it.
    func titled(by registry: Registry) -> Notice {
        guard let cause, data["title"] == nil, let issue else { return self }
        let record = IssueRecord(id: issue, cause: cause, firstSeenAt: at, openedAt: at, lastSeenAt: at, count: 1)
        var data = data
        data["title"] = .string(IssueText(record, registry: registry).title)
        return Notice(
            id: id,
            kind,
            at: at,
            order: order,
            issue: issue,
            connection: connection,
            account: account,
            data: data,
            addressee: addressee
        )
    }

    private func payload(_ data: JSON) -> JSON { ["type": .string(kind.rawValue), "timestamp": JSON(at), "data": data] }

    /// Receivers may refuse more than 20 KB.
    private static let largestBody = 20_000

    /// What a notifier's script is called with.
    var input: JSON {
        var input: JSON = ["id": .string(id), "type": .string(kind.rawValue), "at": JSON(at), "data": data]
        if kind.rawValue.hasPrefix("issue.") { input["issue"] = data }
        if kind == .orderCreated || kind == .orderUpdated { input["order"] = data }
        return input
    }
}
