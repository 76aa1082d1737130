import Screening

extension StoreConformance {
    static let searching = [
        Check("orders are found by the beginning of a name or e-mail address, and by whole names of the request") { trial in
            let ana = Candidate(firstName: "Ana", lastName: "Roe", email: "ana.roe@example.test")
            let bob = Candidate(firstName: "Bartholomew", lastName: "Anand-Fitzgerald", email: "bob@example.test")
            var first = try await trial.placed(trial.order("application-1", candidate: ana))
            let second = try await trial.placed(trial.order("APP-2", candidate: bob))
            first.providerRef = "Ref-77"
            first.version += 1
            try await trial.store.perform([.order(first)])
            let both = [first.id, second.id].sorted(by: >)
            let cases: [(String, [String])] = [
                ("a", both), ("AN", both), ("ana", both), ("anan", [second.id]), ("ana ", both), ("Ana R", [first.id]), ("ana roe", [first.id]),
                ("roe", [first.id]), ("ana.roe@example.test", [first.id]), ("ana.roe@example.tes", [first.id]), ("ana.roe@elsewhere", []),
                ("Bartholomew Anand", [second.id]), ("anand-fitzgerald", [second.id]), ("anand-fitzgeraldine", []), ("application-1", [first.id]),
                ("app-2", [second.id]), ("application", []), ("ref-77", [first.id]), ("ref", []), ("zzz", []), (" ", both),
            ]
            for (text, expected) in cases {
                var query = OrderQuery()
                query.text = Personal(text)
                let found = try await trial.store.orders(query, PageRequest()).items.map(\.id)
                try trial.expect(found == expected, "“\(text)” found \(found.count) orders instead of \(expected.count), or others")
            }
        },
        Check("a search pages and takes the other filters") { trial in
            let orders = try await trial.fill(25)
            var query = OrderQuery()
            query.text = Personal("ana")
            query.connections = ["acme"]
            let expected = orders.filter { $0.connection == "acme" }.map(\.id).sorted(by: >)
            var seen: [String] = []
            var request = PageRequest(limit: 3)
            repeat {
                let page = try await trial.store.orders(query, request)
                seen += page.items.map(\.id)
                request.cursor = page.next
            } while request.cursor != nil && seen.count <= 25
            try trial.expect(seen == expected, "\(seen.count) found, \(expected.count) expected, or in another order")
        },
        Check("an erased candidate is not found any more") { trial in
            var order = try await trial.placed(trial.order("application-1"))
            order.candidate = Candidate(firstName: "", lastName: "", email: "")
            order.version += 1
            try await trial.store.perform([.order(order)])
            for text in ["ana", "roe", "ana@example.test"] {
                var query = OrderQuery()
                query.text = Personal(text)
                try trial.expect(try await trial.store.orders(query, PageRequest()).items.isEmpty, "found by \(text)")
            }
            var query = OrderQuery()
            query.text = Personal("application-1")
            try trial.expect(try await trial.store.orders(query, PageRequest()).items.count == 1, "not found by its external id")
        },
    ]
}
