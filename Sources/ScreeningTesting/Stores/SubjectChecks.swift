import Screening

extension StoreConformance {
    static let subjects = [
        Check("events and runs that never became an order are found by what they were about") { trial in
            let event = trial.event(group: "101")
            let other = trial.event(group: "102")
            for event in [event, other] { _ = try await trial.store.accept(event, dedupe: nil) }
            var run = trial.run(event: event.id, state: .rejected)
            run.externalID = "application-101"
            run.searchTexts = Personal(["application-101", "Ana", "Röe", "ana@example.test", "+441632960000"])
            try await trial.store.perform([.run(run), .run(trial.run(event: other.id, state: .skipped))])
            try trial.expect(try await trial.store.run(run.id)?.externalID == "application-101", "the external id is not kept")
            func found(_ change: (inout EventQuery) -> Void) async throws -> [String] {
                var query = EventQuery()
                change(&query)
                return try await trial.store.events(query, PageRequest()).items.map(\.id)
            }
            func foundRuns(_ change: (inout RunQuery) -> Void) async throws -> [String] {
                var query = RunQuery()
                change(&query)
                return try await trial.store.runs(query, PageRequest()).items.map(\.id)
            }
            for text in [
                "application-101", "appl", "roe", "ana roe", "ANA@EXAMPLE.TEST", "01632 960000", "application-1", event.id,
                String(event.id.prefix(20)), run.id, run.id.uppercased(), "+44 (0)1632 960000", "röe ana", "roe, Ana",
            ] {
                try trial.expect(try await found { $0.text = Personal(text) } == [event.id], "\(text) does not find the event")
                try trial.expect(try await foundRuns { $0.text = Personal(text) } == [run.id], "\(text) does not find the run")
            }
            try trial.expect(try await found { $0.externalID = "application-101" } == [event.id], "the external id does not find the event")
            try trial.expect(try await foundRuns { $0.externalID = "application-101" } == [run.id], "the external id does not find the run")
            for text in ["application-102", "nobody", "benno"] {
                try trial.expect(try await found { $0.text = Personal(text) }.isEmpty, "\(text) finds something")
            }
            let group = try await found {
                $0.externalID = "102"
                $0.connections = ["acme"]
            }
            try trial.expect(group == [other.id], "the group does not find the event: \(group)")
            let elsewhere = try await found {
                $0.text = Personal("roe")
                $0.connections = ["other"]
            }
            try trial.expect(elsewhere.isEmpty, "another connection's event is found")
        },
        Check("an event is found by what makes it a duplicate, however long ago, on its own connection only") { trial in
            let key = DedupeKey("body:abc", within: .seconds(600))
            let first = trial.event()
            _ = try await trial.store.accept(first, dedupe: key)
            _ = try await trial.store.accept(trial.event(), dedupe: key)
            _ = try await trial.store.accept(trial.event(), dedupe: "body:other")
            _ = try await trial.store.accept(trial.event(connection: "other"), dedupe: "id:7")
            try trial.expect(try await trial.store.events(receivedAs: key, on: "acme") == [first.id], "not found")
            try trial.expect(try await trial.store.events(receivedAs: key, on: "other").isEmpty, "found on another connection")
            try trial.expect(try await trial.store.events(receivedAs: "body:ab", on: "acme").isEmpty, "another key finds it")
            for _ in 0..<1100 { _ = try await trial.store.accept(trial.event(), dedupe: nil) }
            trial.clock.advance(by: .seconds(86_400))
            let again = trial.event()
            try trial.expect(try await !trial.store.accept(again, dedupe: key).duplicate, "it is a duplicate for ever")
            try trial.expect(try await trial.store.events(receivedAs: key, on: "acme").first == again.id, "the newest is not found")
        },
        Check("events and runs of an order are found by what finds the order") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let run = trial.run(event: event.id, state: .done)
            try await trial.store.perform([.run(run)])
            let order = try trial.unwrap(
                try await trial.store.remember([], of: run.id, doing: .place(trial.order("application-7")) { _ in .null }),
                "nothing was placed"
            )
            let update = trial.run(hook: "on_update", order: order.id, state: .done)
            try await trial.store.perform([.run(update)])
            var events = EventQuery()
            events.externalID = "application-7"
            try trial.expect(try await trial.store.events(events, PageRequest()).items.map(\.id) == [event.id], "the event is not found")
            var runs = RunQuery()
            runs.text = Personal("roe")
            let found = try await trial.store.runs(runs, PageRequest(ascending: true)).items.map(\.id)
            try trial.expect(found == [run.id, update.id].sorted(), "the runs found are \(found)")
            runs.hook = "on_update"
            try trial.expect(try await trial.store.runs(runs, PageRequest()).items.map(\.id) == [update.id], "the other filters do not count")
        },
        Check("of a name that thousands of runs have all events and runs are found, page by page, in either direction") { trial in
            var (events, runs): (Set<String>, Set<String>) = ([], [])
            // More runs than are looked at for a page, several of an event.
            for number in 0..<1800 {
                trial.clock.advance(by: .milliseconds(number % 3))
                let event = trial.event(group: number % 900 == 0 ? "roe" : nil)
                _ = try await trial.store.accept(event, dedupe: nil)
                let own = (0..<3).map { _ in
                    var run = trial.run(event: event.id, state: .skipped)
                    run.searchTexts = Personal(["Ana", "Roe"])
                    return run
                }
                var other = trial.run(event: event.id, state: .skipped)
                other.searchTexts = Personal(["Ben", "Poe"])
                try await trial.store.perform((number % 100 == 0 ? own + [other] : own).map { .run($0) })
                events.insert(event.id)
                runs.formUnion(own.map(\.id))
            }
            func all(_ ascending: Bool, _ page: (PageRequest) async throws -> (ids: [String], next: String?)) async throws -> [String] {
                var (request, found) = (PageRequest(limit: 200, ascending: ascending), [String]())
                repeat {
                    let (ids, next) = try await page(request)
                    found += ids
                    request.cursor = next
                } while request.cursor != nil && found.count < 9000
                return found
            }
            for ascending in [false, true] {
                var (eventQuery, runQuery) = (EventQuery(), RunQuery())
                eventQuery.text = Personal("roe")
                runQuery.text = Personal("roe")
                let foundEvents = try await all(ascending) { [eventQuery] in
                    let page = try await trial.store.events(eventQuery, $0)
                    return (page.items.map(\.id), page.next)
                }
                let foundRuns = try await all(ascending) { [runQuery] in
                    let page = try await trial.store.runs(runQuery, $0)
                    return (page.items.map(\.id), page.next)
                }
                func sorted(_ ids: Set<String>) -> [String] { ids.sorted { ascending ? $0 < $1 : $0 > $1 } }
                try trial.expect(foundEvents == sorted(events), "\(foundEvents.count) events of \(events.count), ascending \(ascending)")
                // What an event of the same group led to is among them, whoever it names.
                try trial.expect(runs.isSubset(of: foundRuns) && foundRuns == sorted(Set(foundRuns)), "\(foundRuns.count) runs of \(runs.count)")
            }
        },
        Check("of two words that many runs have, and few have both, all are found, page by page, in either direction") { trial in
            var (events, runs): ([String], [String]) = ([], [])
            for number in 0..<1500 {
                trial.clock.advance(by: .milliseconds(number % 3))
                let event = trial.event()
                _ = try await trial.store.accept(event, dedupe: nil)
                var run = trial.run(event: event.id, state: .skipped)
                run.searchTexts = Personal(number % 290 == 7 ? ["Ana", "Poe"] : number % 2 == 0 ? ["Ana", "Roe"] : ["Ben", "Poe"])
                try await trial.store.perform([.run(run)])
                if number % 290 == 7 {
                    events.append(event.id)
                    runs.append(run.id)
                }
            }
            for ascending in [false, true] {
                var (eventQuery, runQuery) = (EventQuery(), RunQuery())
                (eventQuery.text, runQuery.text) = (Personal("ana poe"), Personal("ana poe"))
                var (request, found) = (PageRequest(limit: 2, ascending: ascending), [String]())
                repeat {
                    let page = try await trial.store.events(eventQuery, request)
                    found += page.items.map(\.id)
                    request.cursor = page.next
                } while request.cursor != nil && found.count < 100
                try trial.expect(
                    found == (ascending ? events : events.reversed()),
                    "\(found.count) events of \(events.count), ascending \(ascending)"
                )
                (request.cursor, found) = (nil, [])
                repeat {
                    let page = try await trial.store.runs(runQuery, request)
                    found += page.items.map(\.id)
                    request.cursor = page.next
                } while request.cursor != nil && found.count < 100
                try trial.expect(found == (ascending ? runs : runs.reversed()), "\(found.count) runs of \(runs.count), ascending \(ascending)")
            }
        },
        Check("a page of a search for a reason that few have ends after some hundreds were opened, and says where to go on") { trial in
            var oldest: Run?
            for number in 0..<1000 {
                var run = trial.run(event: nil, state: .skipped)
                run.result = Personal(["kind": "skipped", "reason": .string(number == 0 ? "a rare reason" : "no address")])
                if number == 0 { oldest = run }
                try await trial.store.perform([.run(run)])
            }
            var query = RunQuery()
            query.reason = Personal("rare")
            var (page, pages, found) = (PageRequest(limit: 10), 0, [String]())
            repeat {
                let runs = try await trial.store.runs(query, page)
                found += runs.items.map(\.id)
                page.cursor = runs.next
                pages += 1
            } while page.cursor != nil && pages < 100
            try trial.expect(found == [oldest?.id], "\(found) was found")
            try trial.expect((2...20).contains(pages), "it took \(pages) pages to look through a thousand")
        },
        Check("events and runs are found by the reason that they ended for, page by page") { trial in
            var ids: [String] = []
            for number in 0..<7 {
                let event = trial.event()
                _ = try await trial.store.accept(event, dedupe: nil)
                var run = trial.run(event: event.id, state: number % 2 == 0 ? .skipped : .rejected)
                run.result = Personal(["kind": .string(run.state.rawValue), "reason": .string(number % 2 == 0 ? "No order to cancel" : "no address")])
                try await trial.store.perform([.run(run), .event(id: event.id, state: .done, problem: nil)])
                if number % 2 == 0 { ids.append(event.id) }
            }
            var query = EventQuery()
            query.reason = Personal("no ORDER")
            var found: [String] = []
            var page = PageRequest(limit: 3)
            while true {
                let items = try await trial.store.events(query, page)
                found += items.items.map(\.id)
                guard let next = items.next else { break }
                page.cursor = next
            }
            try trial.expect(found == ids.sorted(by: >), "found were \(found.count) of \(ids.count)")
            var runs = RunQuery()
            runs.reason = Personal("rejected")
            try trial.expect(try await trial.store.runs(runs, PageRequest()).items.count == 3, "the state does not count as a reason")
        },
    ]
}
