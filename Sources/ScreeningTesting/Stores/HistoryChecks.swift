import Screening

extension StoreConformance {
    static let history: [Check] = [
        Check("what is refused is counted by minute and reason, of each sender the newest, also over a restart") { trial in
            let (acme, zinc) = (OperatingState.Subject.connection("acme"), OperatingState.Subject.account("acme"))
            func count(_ subject: OperatingState.Subject, _ reason: String, _ count: Int, _ seconds: Int64) -> RefusedCount {
                RefusedCount(subject, reason: reason, count: count, at: Timestamp(milliseconds: 1_772_357_400_000) + .seconds(seconds))
            }
            let store = trial.store
            try trial.expect(try await store.refused(of: acme, newest: 9).isEmpty, "something was refused")
            try await store.add(refused: [count(acme, "bad_signature", 2, 5), count(acme, "unreadable", 1, 30), count(zinc, "bad_signature", 7, 5)])
            try await store.add(refused: [count(acme, "bad_signature", 3, 20), count(acme, "bad_signature", 1, 61)])
            // What another replica counted earlier in the minute.
            try await store.add(refused: [count(acme, "bad_signature", 1, 1)])
            let expected = [count(acme, "bad_signature", 1, 61), count(acme, "unreadable", 1, 30), count(acme, "bad_signature", 6, 20)]
            let found = try await store.refused(of: acme, newest: 9)
            try trial.expect(found == expected, "\(found)")
            try trial.expect(try await store.refused(of: acme, newest: 1) == [expected[0]], "not the newest")
            for minute in 2..<Int64(RefusedCount.most + 40) { try await store.add(refused: [count(acme, "bad_signature", 1, 60 * minute)]) }
            await store.close()
            let again = try await trial.reopen()
            let (kept, other) = (try await again.refused(of: acme, newest: .max), try await again.refused(of: zinc, newest: 9))
            await again.close()
            try trial.expect(kept.count == RefusedCount.most && kept[0] == count(acme, "bad_signature", 1, 60 * 139), "\(kept.count) are kept")
            try trial.expect(other == [count(zinc, "bad_signature", 7, 5)], "another's: \(other)")
        },
        Check("it is known in which orders something was noted since a time, each once, the newest first") { trial in
            let store = trial.store
            var orders: [String] = []
            for number in 0..<4 { orders.append(try await trial.placed(trial.order("application-\(number)")).id) }
            func note(_ index: Int, _ kind: String) async throws {
                trial.clock.advance(by: .seconds(1))
                try await store.perform([.timeline(TimelineEntry(order: orders[index], at: trial.now, kind: kind, text: "noted"))])
            }
            for index in 0..<3 { try await note(index, "looked_up") }
            trial.clock.advance(by: .seconds(1))
            let since = trial.now
            try trial.expect(try await store.noted("looked_up", since: since, newest: 9) == NotedOrders(), "what is older counts")
            for index in [3, 1, 3] { try await note(index, "looked_up") }
            try await note(0, "submitted")
            let found = try await store.noted("looked_up", since: since, newest: 9)
            try trial.expect(found == NotedOrders(count: 2, newest: [orders[3], orders[1]]), "\(found.count), or in another order")
            let one = try await store.noted("looked_up", since: since, newest: 1)
            try trial.expect(one == NotedOrders(count: 2, newest: [orders[3]]), "\(one.newest.count) are named")
            let all = try await store.noted("looked_up", since: Timestamp(milliseconds: 0), newest: 0)
            try trial.expect(all == NotedOrders(count: 4), "\(all.count) of all")
            let other = try await trial.placed(trial.order("application-9", connection: "other")).id
            try await store.perform([.timeline(TimelineEntry(order: other, at: trial.now, kind: "looked_up", text: "noted"))])
            let asked: [(Set<String>?, NotedOrders)] = [
                (["acme"], found), (["other"], NotedOrders(count: 1, newest: [other])), ([], NotedOrders()),
                (["acme", "other"], NotedOrders(count: 3, newest: [other] + found.newest)),
                (nil, NotedOrders(count: 3, newest: [other] + found.newest)),
            ]
            for (connections, expected) in asked {
                let theirs = try await store.noted("looked_up", since: since, newest: 9, on: connections)
                try trial.expect(theirs == expected, "\(theirs.count) of \(connections?.sorted().joined(separator: ", ") ?? "all")")
            }
        },
        Check("what is told and fails is summed by hour and connection, and a day keeps how orders stood last") { trial in
            let hour = HistoryCount.hour(of: trial.now)
            let day = HistoryCount.day(of: trial.now)
            func told(_ hour: Int64, _ amount: Int, _ connection: String = "acme") -> HistoryCount {
                HistoryCount(.told, slot: hour, connection: connection, amount: amount)
            }
            try await trial.store.add(history: [
                told(hour, 2), told(hour, 5, "beta"), HistoryCount(.failed, slot: hour, connection: "acme", amount: 1),
            ])
            try await trial.store.add(history: [told(hour, 3), told(hour - 1, 1)])
            func orders(_ state: OrderState, _ amount: Int) -> HistoryCount {
                HistoryCount(.orders(state), slot: day, connection: "acme", amount: amount)
            }
            try await trial.store.keep(orders: [orders(.accepted, 4), orders(.completed, 7)], ofDay: day)
            try await trial.store.keep(orders: [orders(.completed, 11)], ofDay: day)
            let found = Set(try await trial.store.history(since: trial.now + .seconds(-7200)))
            let expected: Set = [
                told(hour, 5), told(hour, 5, "beta"), told(hour - 1, 1), HistoryCount(.failed, slot: hour, connection: "acme", amount: 1),
                orders(.completed, 11),
            ]
            try trial.expect(found == expected, "got \(found)")
            let late = Set(try await trial.store.history(since: trial.now))
            try trial.expect(!late.contains(told(hour - 1, 1)) && late.contains(orders(.completed, 11)), "got \(late)")
        },
        Check("several that count at once all count") { trial in
            let hour = HistoryCount.hour(of: trial.now)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let counts = ["acme", "beta"].map { HistoryCount(.told, slot: hour, connection: $0, amount: 1) }
                        try await trial.store.add(history: counts)
                    }
                }
                try await group.waitForAll()
            }
            let found = try await trial.store.history(since: trial.now)
            try trial.expect(found.count == 2 && found.allSatisfy { $0.amount == 8 }, "got \(found)")
        },
        Check("when the host changed is noted once, and forgotten with the rest of that time") { trial in
            try trial.expect(try await trial.store.lastStart() == nil, "somebody started")
            let marks = [HostMark.Kind.started, .reloaded, .upgraded].enumerated().map { index, kind in
                HostMark(kind, at: trial.now + .seconds(Int64(index) * 86_400), version: "1.\(index)", replica: "rep_1")
            }
            for mark in marks + marks { try await trial.store.note(mark) }
            try trial.expect(try await trial.store.marks(since: marks[0].at) == marks, "other marks")
            try trial.expect(try await trial.store.lastStart() == marks[2], "another start")
            try await trial.store.add(history: [HistoryCount(.told, slot: HistoryCount.hour(of: trial.now), connection: "acme", amount: 1)])
            for _ in 0..<2 { try await trial.store.forgetHistory(before: marks[1].at) }
            try trial.expect(try await trial.store.marks(since: marks[0].at) == Array(marks[1...]), "not forgotten")
            try trial.expect(try await trial.store.history(since: marks[0].at).isEmpty, "counts are left")
        },
    ]
}
