import Screening

extension StoreConformance {
    /// What a connection has used of its quotas is counted with what is written, and decides with it.
    static let quotas = [
        Check("orders of scripts are counted by connection, and one beyond the quota is not placed") { trial in
            let store = trial.store
            for number in 1...3 {
                _ = try await trial.place("o\(number)", on: "acme", within: 3)
            }
            try await trial.refuses(.orders) { _ = try await trial.place("o4", on: "acme", within: 3) }
            try trial.expect(try await store.order(connection: "acme", externalID: "o4") == nil, "nothing was placed")
            // One that is there already is no new one, and another connection has a quota of its own.
            let again = try await trial.place("o1", on: "acme", within: 3)
            try trial.expect(again?.externalID == "o1", "the order that is there is given")
            try trial.expect(try await trial.place("o4", on: "other", within: 3) != nil, "another connection may")
            let used = try await store.usage(of: "acme").amount(.orders, at: trial.now)
            try trial.expect(used == 3, "\(used) were counted")
        },
        Check("many at once place as many orders as the quota allows") { trial in
            let placed = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 { group.addTask { (try? await trial.place("m\(number)", on: "acme", within: 5)) != nil } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try trial.expect(placed == 5, "\(placed) were placed")
        },
        Check("values count by their size, and what replaces or removes them gives room") { trial in
            let store = trial.store
            func used() async throws -> Int { try await store.usage(of: "acme").amount(.values, at: trial.now) }
            let large = JSON.string(String(repeating: "x", count: 3000))
            try await trial.keep(large, "a", within: 8000)
            try await trial.keep(large, "b", within: 8000)
            try await trial.refuses(.values) { try await trial.keep(large, "c", within: 8000) }
            try trial.expect(try await store.value(connection: "acme", key: "c") == nil, "nothing was kept")
            try trial.expect((6000..<8000).contains(try await used()), "two are counted")
            try await trial.keep(large, "a", within: 8000)
            try await trial.keep("small", "a", within: 8000)
            try trial.expect((3000..<4500).contains(try await used()), "the smaller one is counted")
            try await trial.keep(large, "c", within: 8000)
            for key in ["a", "b", "c"] { try await trial.keep(nil, key, within: 8000) }
            try trial.expect(try await used() == 0, "nothing is left")
        },
        Check("what is counted stays right however often it is put together") { trial in
            let store = trial.store
            func used(_ kind: Quota.Kind) async throws -> Int { try await store.usage(of: "acme").amount(kind, at: trial.now) }
            try await trial.keep("some text", "a", within: 8000)
            try await trial.keep("some text", "b", within: 8000)
            _ = try await trial.place("o1", on: "acme", within: 3)
            let values = try await used(.values)
            for _ in 0..<3 {
                try await store.keep([])
                try trial.expect(try await used(.values) == values, "values are counted otherwise")
                try trial.expect(try await used(.orders) == 1, "the order of this hour is not counted")
            }
            try await trial.keep(nil, "a", within: 8000)
            let one = try await used(.values)
            try trial.expect(one > 0 && one < values, "\(one) bytes are counted of one of two")
            let replica = Replica(id: "r1", host: "host", version: "1", startedAt: trial.now, seenAt: trial.now)
            for _ in 0..<4 {
                var seen = replica
                seen.seenAt = trial.now
                try await store.announce(seen)
                try trial.expect(try await used(.values) == one, "values are counted otherwise")
                trial.clock.advance(by: .seconds(1800))
            }
            try await trial.keep(nil, "b", within: 8000)
            try await store.keep([])
            try trial.expect(try await used(.values) == 0, "nothing is left")
            try trial.expect(try await used(.orders) == 0, "an order of two hours ago counts")
        },
        Check("what is received, and what runs remember, is counted by day") { trial in
            let store = trial.store
            func used() async throws -> Int { try await store.usage(of: "acme").amount(.stored, at: trial.now) }
            let before = try await used()
            let event = trial.event(body: [UInt8](repeating: 65, count: 5000))
            _ = try await store.accept(event, dedupe: "once")
            let received = try await used()
            try trial.expect((5000..<7000).contains(received - before), "\(received - before) bytes of an event")
            _ = try await store.accept(trial.event(body: [UInt8](repeating: 65, count: 5000)), dedupe: "once")
            try trial.expect(try await used() == received, "a duplicate is not stored")
        },
    ]
}

extension StoreTrial {
    /// Places an order as a script does.
    fileprivate func place(_ externalID: String, on connection: String, within limit: Int) async throws -> Order? {
        let step = Step(number: 1, kind: "orders.place", requestHash: "h", request: [:], at: now)
        let effect = StepEffect.place(order(externalID, connection: connection)) { ["value": $0.json] }
        return try await store.remember([step], of: try await stored(run()).id, doing: .within(Quota(.orders, of: connection, limit: limit), effect))
    }

    fileprivate func keep(_ value: JSON?, _ key: String, within limit: Int) async throws {
        let effect = StepEffect.value(connection: "acme", key: key, value, expires: nil)
        _ = try await store.remember([], of: try await stored(run()).id, doing: .within(Quota(.values, of: "acme", limit: limit), effect))
    }

    fileprivate func refuses(_ kind: Quota.Kind, _ body: () async throws -> Void) async throws {
        try await expect("over a quota of \(kind)", from: body) { if case .overQuota(let quota) = $0 { quota.kind == kind } else { false } }
    }
}
