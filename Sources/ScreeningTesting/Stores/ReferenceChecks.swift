import Screening

extension StoreConformance {
    static let references = [
        Check("of many orders that take one request alone at the same moment one gets it") { trial in
            for round in 0..<8 {
                var orders: [Order] = []
                for number in 0..<6 {
                    let wanted = trial.order("application-\(round)-\(number)", connection: number % 2 == 0 ? "acme" : "other")
                    orders.append(try await trial.placed(wanted))
                }
                let taken = await withTaskGroup(of: String?.self) { group in
                    for order in orders { group.addTask { await trial.takes("ref_\(round)", order) ? order.id : nil } }
                    return await group.reduce(into: [String]()) { all, id in if let id { all.append(id) } }
                }
                try trial.expect(taken.count == 1, "\(taken.count) orders have the request")
                for order in orders {
                    let present = try await trial.store.order(order.id)
                    let isHolder = taken == [order.id]
                    try trial.expect(
                        present?.providerRef == (isHolder ? "ref_\(round)" : nil),
                        "an order has it although it was refused, or has it not"
                    )
                    try trial.expect(present?.version == (isHolder ? order.version + 1 : order.version), "what was refused was written")
                }
            }
        },
        Check("a request is another's on another account, whoever insists shares it, and what is given up is free") { trial in
            let one = try await trial.placed(trial.order("application-1"))
            let other = try await trial.placed(trial.order("application-2"))
            let elsewhere = try await trial.placed(trial.order("application-3", account: "another"))
            let insisting = try await trial.placed(trial.order("application-4"))
            try trial.expect(await trial.takes("ref_1", one), "nobody has it")
            try trial.expect(await trial.takes("ref_1", elsewhere), "it is another account's")
            try trial.expect(await !trial.takes("ref_1", other), "somebody has it")
            try trial.expect(await trial.takes("ref_2", other), "nobody has that one")
            try trial.expect(await trial.takes("ref_1", insisting, isAlone: false), "who insists gets it")
            for order in [one, insisting] {
                let present = try trial.unwrap(try await trial.store.order(order.id), "an order is gone")
                var next = present.changed(to: .uncertain)
                next.providerRef = nil
                try await trial.store.perform([.reference(.init(nil, of: order.id, account: order.account, isAlone: false)), .order(next)])
            }
            let last = try await trial.placed(trial.order("application-5"))
            try trial.expect(await trial.takes("ref_1", last), "nobody has it any more")
        },
    ]
}

extension StoreTrial {
    /// Whether an order gets a provider's request.
    fileprivate func takes(_ reference: String, _ order: Order, isAlone: Bool = true) async -> Bool {
        var next = order.changed(to: .requested)
        next.providerRef = reference
        let taken = Effect.Reference(reference, of: order.id, account: order.account, isAlone: isAlone)
        do { try await store.perform([.reference(taken), .order(next)]) } catch { return false }
        return true
    }
}
