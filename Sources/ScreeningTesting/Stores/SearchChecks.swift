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
        Check("a search takes every way of writing a name, a telephone number and an identifier") { trial in
            let people: [(String, String, String?)] = [
                ("Siobhán", "O'Brien", "+441632960000"), ("Jürgen", "Müller", "0049 30 901820"), ("Mary-Ann", "van der Berg", nil),
                ("Łukasz", "Straße", nil), ("Søren", "Nuñez", nil), ("Li", "Ng", nil),
            ]
            var ids: [String] = []
            for (number, person) in people.enumerated() {
                let candidate = Candidate(firstName: person.0, lastName: person.1, email: "p\(number)@example.test", phone: person.2)
                ids.append(try await trial.placed(trial.order("GH-900-\(number)", candidate: candidate)).id)
            }
            let cases: [(Int, [String])] = [
                (0, ["O'Brien", "OBrien", "o’brien", "O`BRIEN", "o brien", "brien", "siobhan obrien", "O'Brien Siobhán"]),
                (0, ["+44 1632 960000", "01632960000", "01632 960000", "(01632) 960-000", "0044 1632 960000", "+44 (0)1632 960000", "960000"]),
                (0, ["+44\u{00A0}1632\u{2011}960000", "gh-900-0", "GH-900-0", "p0@EXAMPLE.test"]),
                (1, ["müller", "MÜLLER", "Muller", "mueller", "mu\u{0308}ller", "Müller Jürgen", "juergen mueller", "jurgen muller", "müll"]),
                (1, ["030 901820", "+49 30 901820"]),
                (2, ["berg", "van der berg", "mary", "mary-ann", "maryann", "Mary Ann", "berg mary", "mary van"]),
                (3, ["strasse", "Straße", "STRASSE", "lukasz", "łukasz", "strasse lukasz"]),
                (4, ["soren", "søren", "soeren", "nunez", "NUÑEZ", "nunez soren"]), (5, ["ng", "li ng", "Ng Li"]),
            ]
            for (person, texts) in cases {
                for text in texts {
                    var query = OrderQuery()
                    query.text = Personal(text)
                    let found = try await trial.store.orders(query, PageRequest()).items.map(\.id)
                    try trial.expect(found == [ids[person]], "“\(text)” found \(found.count) orders, or another")
                }
            }
            for text in ["ob", "brienne", "obrien jürgen", "mueller ana", "berg li", "l", "961632", "GH-901"] {
                var query = OrderQuery()
                query.text = Personal(text)
                try trial.expect(try await trial.store.orders(query, PageRequest()).items.isEmpty, "“\(text)” found something")
            }
        },
        Check("identifiers that count up are found by each beginning, with all that begin so") { trial in
            var named: [String: String] = [:]
            for number in [1, 10, 101, 1017, 10_170, 2, 20, 213] {
                let candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "candidate-\(number)@example.test")
                named["application-\(number)"] = try await trial.placed(trial.order("application-\(number)", candidate: candidate)).id
            }
            func found(_ text: String) async throws -> Set<String> {
                var query = OrderQuery()
                query.text = Personal(text)
                return Set(try await trial.store.orders(query, PageRequest()).items.map(\.externalID))
            }
            for start in [
                "application-", "application-1", "application-10", "application-101", "APPLICATION-1017", "application-10170", "application-2",
                "application-213", "application-3",
            ] {
                let expected = Set(named.keys.filter { $0.hasPrefix(start.lowercased()) })
                try trial.expect(try await found(start) == expected, "\(start) does not find exactly those that begin so")
            }
            try trial.expect(try await found("candidate-10@example.test") == ["application-10"], "another's address is found")
            try trial.expect(try await found("candidate-10@exam") == ["application-10"], "the beginning of an address finds another")
            try trial.expect(try await found("candidate-10").count == 4, "the beginning of an address does not find all")
        },
        Check("orders are found by the beginning of the identifier of what they come from") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let run = trial.run(event: event.id, state: .done)
            try await trial.store.perform([.run(run)])
            let order = try trial.unwrap(
                try await trial.store.remember([], of: run.id, doing: .place(trial.order("application-7")) { _ in .null }),
                "nothing was placed"
            )
            let update = trial.run(hook: "on_update", order: order.id, state: .done)
            let webhook = trial.event(kind: .webhook, order: order.id)
            _ = try await trial.store.accept(webhook, dedupe: nil)
            try await trial.store.perform([.run(update)])
            trial.clock.advance(by: .seconds(100_000))
            _ = try await trial.placed(trial.order("application-8"))
            for id in [event.id, run.id, update.id, webhook.id, order.id] {
                for text in [id, String(id.prefix(22)), id.uppercased(), " \(id) "] {
                    var query = OrderQuery()
                    query.text = Personal(text)
                    try trial.expect(try await trial.store.orders(query, PageRequest()).items.map(\.id) == [order.id], "not found by \(text)")
                    query.states = [.cancelled]
                    try trial.expect(try await trial.store.orders(query, PageRequest()).items.isEmpty, "the other filters do not count")
                }
            }
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
        Check("a search for several words pages through many in both directions, with the other filters") { trial in
            let names = [("Ana", "Roe"), ("Ana", "Silva Roe"), ("Ben", "Roe"), ("Ana", "Poe"), ("Roe", "Bartholomew")]
            var orders: [Order] = []
            for number in 0..<120 {
                let name = names[number % names.count]
                let person = Candidate(firstName: name.0, lastName: name.1, email: "p\(number)@example.test")
                let connection = ["acme", "other", "third"][number % 3]
                var order = try await trial.placed(trial.order("application-\(number)", connection: connection, candidate: person))
                if number % 4 == 1 {
                    order = order.changed(to: .completed, outcome: .clear)
                    try await trial.store.perform([.order(order)])
                }
                orders.append(order)
                trial.clock.advance(by: .seconds(1))
            }
            func found(_ text: String, states: Set<OrderState>, ascending: Bool) async throws -> [String] {
                var query = OrderQuery()
                (query.text, query.states) = (Personal(text), states)
                var seen: [String] = []
                var request = PageRequest(limit: 7, ascending: ascending)
                repeat {
                    let page = try await trial.store.orders(query, request)
                    seen += page.items.map(\.id)
                    request.cursor = page.next
                } while request.cursor != nil && seen.count <= orders.count
                return seen
            }
            let cases: [(String, [Int])] = [
                ("roe ana", [0, 1]), ("ana roe silva", [1]), ("silva ana", [1]), ("ana", [0, 1, 3]), ("roe", [0, 1, 2, 4]), ("bart roe", [4]),
                ("ana ben", []), ("roe ana nobody", []),
            ]
            for (text, kinds) in cases {
                for states: Set<OrderState> in [[], [.completed]] {
                    let expected = orders.enumerated().filter {
                        kinds.contains($0.offset % names.count) && (states.isEmpty || states.contains($0.element.state))
                    }
                    let ids = expected.map(\.element.id).sorted()
                    for ascending in [true, false] {
                        let seen = try await found(text, states: states, ascending: ascending)
                        try trial.expect(
                            seen == (ascending ? ids : ids.reversed()),
                            "“\(text)” found \(seen.count) instead of \(ids.count), or in another order"
                        )
                    }
                }
            }
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
