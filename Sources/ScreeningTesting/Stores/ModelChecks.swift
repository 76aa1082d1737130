import Screening

extension StoreConformance {
    static let modelled = (1...4).map { seed in
        Check("random commands leave it as a simple model says, seed \(seed)") { trial in
            var commands = RandomCommands(trial: trial, random: SeededRandom(UInt64(seed)))
            for number in 1...250 { try await commands.next(number) }
            try await commands.finish()
        }
    }
}

/// Commands one after the other, each given to a store and to a model; what they say must be the same.
private struct RandomCommands {
    let trial: StoreTrial
    let random: SeededRandom
    private var queue = QueueModel()
    private var claims: [Claim] = []
    /// The first event of each key, and how often it came again.
    private var events: [String: (id: String, duplicates: Int)] = [:]
    private var orders: [String: Order] = [:]

    init(trial: StoreTrial, random: SeededRandom) {
        self.trial = trial
        self.random = random
    }

    private var store: any Store { trial.store }
    private static let owners = ["one", "two", "three"]

    private func work() -> Work { .run("work-\(random.number(in: 0..<14))") }

    private func queued() -> QueuedWork {
        let work = work()
        // A concurrency key belongs to its work for good, as an order's does.
        let concurrencyKey = work.subject.last.flatMap { ["0", "1", "2", "3"].contains($0) ? "key \($0)" : nil }
        let due = trial.now + .seconds(Int64(random.number(in: -20..<40)))
        return QueuedWork(work, concurrencyKey: concurrencyKey, due: due, priority: random.number(in: 0..<3))
    }

    mutating func next(_ number: Int) async throws {
        switch random.number(in: 0..<15) {
        case 0, 1, 2: try await add()
        case 3, 4, 5: try await claim(number)
        case 6, 7: try await settle(number)
        case 8: try await renew(number)
        case 9: try await release()
        case 10:
            let work = work()
            queue.unqueue(work)
            try await store.perform([.unqueue(work)])
        case 11: try await accept(number)
        case 12: try await place(number)
        case 13: try await change(number)
        default: trial.clock.advance(by: .seconds(Int64(random.number(in: 0..<25))))
        }
        let work = work()
        try trial.expect(try await store.due(work) == queue.due(work), "command \(number): \(work) is due at another time")
    }

    mutating func finish() async throws {
        try trial.expect(try await store.load().queued[.run] ?? 0 == queue.count, "it holds another number of works")
        for (key, event) in events {
            let stored = try trial.unwrap(try await store.event(event.id), "the event of \(key) is gone")
            try trial.expect(
                stored.duplicateCount == event.duplicates,
                "\(key) came \(event.duplicates) times more, and \(stored.duplicateCount) are counted"
            )
        }
        for (external, order) in orders {
            let stored = try trial.unwrap(try await store.order(connection: "acme", externalID: external), "the order \(external) is gone")
            try trial.expect(stored == order, "the order \(external) is another")
        }
    }

    private mutating func add() async throws {
        let works = (0...random.number(in: 0..<3)).map { _ in queued() }
        for work in works { queue.queue(work) }
        try await store.perform(works.map { .queue($0) })
    }

    private mutating func claim(_ number: Int) async throws {
        let owner = random.element(of: Self.owners) ?? "one"
        let limit = random.number(in: 1..<5)
        let lease = Duration.seconds(Int64(random.number(in: 5..<40)))
        let expected = queue.claim(limit, owner, lease: lease, at: trial.now)
        let got = try await store.claim(ClaimRequest(owner: owner, limit: limit, kinds: [.run], lease: lease))
        let isSame =
            got.map(\.work) == expected.map(\.work) && got.map(\.attempt) == expected.map(\.attempt)
            && got.map(\.abandonedCount) == expected.map(\.abandonedCount)
        try trial.expect(isSame, "command \(number): claimed \(got.map { ($0.work.subject, $0.attempt) }) instead of \(expected)")
        queue.name(got)
        claims += got
    }

    private mutating func settle(_ number: Int) async throws {
        guard let claim = random.element(of: claims) else { return }
        let again = Decision.Disposition.again(at: trial.now + .seconds(Int64(random.number(in: 0..<20))), spent: random.chance(oneIn: 2))
        let disposition = random.chance(oneIn: 2) ? again : .done
        if queue.settle(claim, disposition) {
            try await store.commit(claim, Decision(disposition))
        } else {
            try await trial.expectConflict { try await store.commit(claim, Decision(disposition)) }
        }
    }

    private mutating func renew(_ number: Int) async throws {
        guard let claim = random.element(of: claims) else { return }
        let isHeld = queue.renew(claim, lease: .seconds(30), at: trial.now)
        let renewed = try await store.renew([claim], lease: .seconds(30))
        try trial.expect(renewed == (isHeld ? [claim] : []), "command \(number): renewing says another thing")
    }

    private mutating func release() async throws {
        guard let claim = random.element(of: claims) else { return }
        queue.release(claim, at: trial.now)
        try await store.release([claim])
    }

    private mutating func accept(_ number: Int) async throws {
        let key = "key \(random.number(in: 0..<5))"
        let event = trial.event()
        let acceptance = try await store.accept(event, dedupe: DedupeKey(key))
        if let first = events[key] {
            events[key] = (first.id, first.duplicates + 1)
            try trial.expect(acceptance == Acceptance(event: first.id, duplicate: true), "command \(number): \(key) is another event")
        } else {
            events[key] = (event.id, 0)
            try trial.expect(acceptance == Acceptance(event: event.id, duplicate: false), "command \(number): \(key) is no new event")
        }
    }

    private mutating func place(_ number: Int) async throws {
        let order = trial.order("application-\(random.number(in: 0..<5))")
        let placed = try await store.place(order)
        let first = orders[order.externalID]
        try trial.expect(placed.isNew == (first == nil) && placed.order == first ?? order, "command \(number): another order stands")
        orders[order.externalID] = placed.order
    }

    private mutating func change(_ number: Int) async throws {
        guard let order = random.element(of: orders.values.sorted { $0.id < $1.id }) else { return }
        var next = order.changed(to: random.element(of: OrderState.allCases) ?? .requested)
        // Somebody who has read an older version.
        if random.chance(oneIn: 3) {
            next.version -= 1
            return try await trial.expectConflict { try await store.perform([.order(next)]) }
        }
        try await store.perform([.order(next)])
        orders[order.externalID] = next
    }
}
