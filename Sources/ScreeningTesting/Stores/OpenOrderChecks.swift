import Screening

extension StoreConformance {
    static let openOrders = [
        Check("open orders are counted by the connection and the account that they name") { trial in
            try trial.expect(try await trial.store.openOrders().isEmpty, "there are some in an empty store")
            for (number, state) in OrderState.allCases.enumerated() {
                let order = try await trial.placed(trial.order("application-\(number)"))
                if state != .accepted { try await trial.store.perform([.order(order.changed(to: state))]) }
            }
            _ = try await trial.placed(trial.order("application-1", connection: "other", account: "zinc-au"))
            let open = OrderState.allCases.count(where: \.isOpen)
            let found = try await trial.store.openOrders()
            let expected = [
                OpenOrders(connection: "acme", account: "zinc-uk", count: open), OpenOrders(connection: "other", account: "zinc-au", count: 1),
            ]
            try trial.expect(found == expected, "\(found)")
            let missing = found.missing(accounts: ["zinc-uk"], connections: ["acme"]).map(\.subject)
            try trial.expect(missing == [.account("zinc-au"), .connection("other")], "\(missing)")
        }
    ]
}
