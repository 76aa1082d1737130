import Screening

extension StoreConformance {
    static let searching = [
        Check("orders are found by words of the name in any order, e-mail address, telephone, and what the request is called") { trial in
            let ana = Candidate(firstName: "Ana María", lastName: "Roe", email: "ana.roe@example.test", phone: "+441632960000")
            let bob = Candidate(firstName: "Bartholomew", lastName: "O’Anand-Fitzgerald", email: "bob@example.test")
            var first = try await trial.placed(trial.order("application-1", candidate: ana))
            let second = try await trial.placed(trial.order("APP-2", connection: "other", candidate: bob))
            first.providerRef = "Ref-77"
            first.version += 1
            try await trial.store.perform([.order(first)])
            let both = [first.id, second.id].sorted(by: >)
            let cases: [(String, [String])] = [
                ("ana", [first.id]), ("an", []), ("ANA roe", [first.id]), ("roe ana", [first.id]), ("maria", [first.id]), ("mari", [first.id]),
                ("ana.roe@example.test", [first.id]), ("ana.roe@example.tes", [first.id]), ("ana.roe@elsewhere", []), ("roe bartholomew", []),
                ("fitzgerald bartholomew", [second.id]), ("fitz", [second.id]), ("fit", []), ("oanand", [second.id]), ("fitzgeraldine", []),
                ("application-1", [first.id]), ("appl", [first.id]), ("app-2", [second.id]), ("ref-77", [first.id]), ("ref-", [first.id]),
                ("01632 960000", [first.id]), ("+44 1632 960000", [first.id]), ("960000", [first.id]), ("960001", []),
                (String(second.id.prefix(28)), [second.id]), ("zzz", []), (" ", both),
            ]
            for (text, expected) in cases {
                var query = OrderQuery()
                query.text = Personal(text)
                let found = try await trial.store.orders(query, PageRequest()).items.map(\.id)
                try trial.expect(found == expected, "“\(text)” found \(found.count) orders instead of \(expected.count), or others")
            }
            var query = OrderQuery()
            query.text = Personal("ana")
            query.connections = ["other"]
            try trial.expect(try await trial.store.orders(query, PageRequest()).items.isEmpty, "found on another connection")
        },
        Check("a search finds orders beyond the first bucket of their connection") { trial in
            var ids: [String] = []
            for number in 0..<1030 {
                let name = number % 1029 == 0 ? "Wilhelmina" : "Otto"
                let person = Candidate(firstName: name, lastName: "Roe", email: "\(number)@example.test")
                let order = try await trial.store.place(trial.order("application-\(number)", candidate: person)).order
                if name == "Wilhelmina" { ids.append(order.id) }
                trial.clock.advance(by: .milliseconds(1))
            }
            var query = OrderQuery()
            query.text = Personal("wilhelm")
            let found = try await trial.store.orders(query, PageRequest(ascending: true)).items.map(\.id)
            try trial.expect(ids.count == 2 && found == ids, "\(found.count) were found")
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
