public import Screening

/// What every ``Store`` promises of changing the keys that it is sealed with, as checks that run against any of them.
///
/// The suite stands beside ``StoreConformance`` because it opens one store with several settings.
public struct KeyConformance: Sendable {
    /// Opens the store called `name` with keys, the first first: empty the first time, with all that was written before when it is opened again.
    public typealias Opening = @Sendable (_ name: String, _ keys: [Secret], _ clock: ManualClock) async throws -> any Store

    /// One promise.
    public struct Check: Sendable, CustomStringConvertible {
        /// The promise in a few words; unique in the suite.
        public let name: String
        let body: @Sendable (KeyTrial) async throws -> Void

        /// The name.
        public var description: String { name }
    }

    private let open: Opening

    /// A suite for the stores that `open` opens.
    public init(open: @escaping Opening) { self.open = open }

    /// Runs one check on a store of its own. Nil where the promise is kept.
    public func run(_ check: Check) async -> ConformanceFailure? {
        let clock = ManualClock()
        let name = check.name.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
        do {
            try await check.body(KeyTrial(clock: clock) { [open] keys in try await open(name, keys, clock) })
            return nil
        } catch let broken as CheckFailure {
            return ConformanceFailure(check: check.name, message: broken.message)
        } catch {
            return ConformanceFailure(check: check.name, message: "threw \(error)")
        }
    }

    /// Every check, so that a test library can run each as a case of its own.
    public static let checks: [Check] = [
        Check(name: "people are found before, during and after a rotation, and then nothing needs the old key") { trial in
            let store = try await trial.open([.two, .one])
            try await trial.fill(store, 40)
            await store.close()
            let rotating = try await trial.open([.two, .one])
            // Filled under the second key as the first: now over to the third.
            await rotating.close()
            let third = try await trial.open([.three, .two, .one])
            var steps = 0
            while true {
                let step = try await third.rotateKeys()
                if step.phase == .done { break }
                steps += 1
                try trial.expect(steps < 1000 && step.phase != .waiting, "the rotation does not end, or waits for \(step.waitsFor)")
                try await trial.findAll(third, 40 + (steps > 3 ? 1 : 0))
                if steps == 3 { try await trial.place(third, 40) }
                if steps == 5 { try await trial.rename(third, 7) }
            }
            try trial.expect(steps > 3, "everything was done in one step")
            let use = try await third.keyUse()
            try trial.expect(use.keys.map(\.isNeeded) == [true, false, false], "an old key is needed still: \(use)")
            try trial.expect(!use.isRotating, "it is rotating still")
            for key in use.keys.dropFirst() {
                try trial.expect(try await third.retireKey(key.name) == .retired, "a key that nothing needs was not retired")
            }
            await third.close()
            let last = try await trial.open([.three])
            try await trial.findAll(last, 41)
            try await trial.readAll(last, 41)
            try trial.expect(try await last.rotateKeys() == KeyRotation(.done), "a rotation that is done is begun again")
            await last.close()
        },
        Check(name: "a rotation that is killed between any two steps is gone on with") { trial in
            let store = try await trial.open([.one])
            try await trial.fill(store, 40)
            await store.close()
            var steps = 0
            while true {
                let host = try await trial.open([.two, .one])
                let step = try await host.rotateKeys()
                let isRotating = try await host.isRotatingKeys()
                try await trial.findAll(host, 40)
                await host.close()
                if step.phase == .done { break }
                steps += 1
                try trial.expect(isRotating, "nothing says that a rotation was begun")
                try trial.expect(steps < 1000, "the rotation does not end")
                // Somebody starts once with the settings of before: reads all, and the rotation goes on afterwards.
                if steps % 3 == 0 {
                    let before = try await trial.open([.one, .two])
                    try await trial.findAll(before, 40)
                    try trial.expect(try await !before.isRotatingKeys(), "a host with another first key would go on with it")
                    await before.close()
                }
            }
            let done = try await trial.open([.two, .one])
            let use = try await done.keyUse()
            try trial.expect(use.keys.map(\.isNeeded) == [true, false], "the old key is needed still: \(use)")
            await done.close()
        },
        Check(name: "a key is not let go while something needs it, and one that is not known is not known") { trial in
            let store = try await trial.open([.one])
            try await trial.fill(store, 3)
            let old = try trial.unwrap(try await store.keyUse().keys.first?.name, "no key is listed")
            try trial.expect(try await store.retireKey(old) == .encrypts(hosts: []), "the key that encrypts was let go")
            try trial.expect(try await store.retireKey("00112233") == .unknown, "a key that never was is known")
            await store.close()
            let next = try await trial.open([.two, .one])
            guard case .needed(let key) = try await next.retireKey(old) else { throw CheckFailure(message: "a key that rows need was let go") }
            try trial.expect(key.dataKeys >= 6 && key.lookUps >= 3 && key.ownKeys == 3, "what needs the key is not counted: \(key)")
            await next.close()
        },
    ]
}

/// One check's store, opened with one or another settings.
struct KeyTrial: Sendable {
    let clock: ManualClock
    let open: @Sendable ([Secret]) async throws -> any Store
    private let random = SeededRandom(7)

    init(clock: ManualClock, open: @escaping @Sendable ([Secret]) async throws -> any Store) {
        self.clock = clock
        self.open = open
    }

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw CheckFailure(message: message()) }
    }

    func unwrap<Value>(_ value: Value?, _ message: @autoclosure () -> String) throws -> Value {
        guard let value else { throw CheckFailure(message: message()) }
        return value
    }

    /// Puts orders in, each with an event whose run is looked up by what it was about.
    func fill(_ store: any Store, _ count: Int) async throws {
        for number in 0..<count { try await place(store, number) }
    }

    /// Puts one order in, with its event and run.
    func place(_ store: any Store, _ number: Int) async throws {
        let order = try await store.place(self.order(number)).order
        try await store.perform([.unqueue(.submit(order: order.id))])
        let event = self.event()
        let dedupe = DedupeKey("delivery-\(number)")
        let first = try await store.accept(event, dedupe: dedupe)
        try expect(!first.duplicate, "delivery \(number) counts as received before")
        var run = Run(
            id: IdentifierKind.run.make(at: clock.now(), from: random),
            connection: "acme",
            plugin: "webhook",
            pluginVersion: "1.0.0",
            script: "abc",
            hook: "on_event",
            event: event.id,
            order: nil,
            input: .event(parameters: [:]),
            state: .skipped,
            createdAt: clock.now()
        )
        run.searchTexts = Personal(["visitor\(number)@example.test"])
        try await store.perform([.run(run), .event(id: event.id, state: .done, problem: nil)])
    }

    /// Gives a candidate another address.
    func rename(_ store: any Store, _ number: Int) async throws {
        var order = try unwrap(try await store.order(connection: "acme", externalID: "application-\(number)"), "order \(number) is gone")
        order.candidate.phone = Personal("+441632960999")
        order.version += 1
        try await store.perform([.order(order)])
    }

    /// Finds everybody: by name, by address, and by what never became an order.
    func findAll(_ store: any Store, _ count: Int) async throws {
        var query = OrderQuery()
        query.text = Personal("ana roe")
        let all = try await store.orders(query, PageRequest(limit: 200)).items
        try expect(all.count == count, "\(all.count) of \(count) people are found by their name")
        for number in [0, 7, count - 1] {
            query.text = Personal("ana\(number)@example.test")
            let found = try await store.orders(query, PageRequest()).items
            try expect(found.map(\.externalID) == ["application-\(number)"], "ana\(number) is not found by the address")
            var events = EventQuery()
            events.text = Personal("visitor\(number)@example.test")
            try expect(try await store.events(events, PageRequest()).items.count == 1, "visitor\(number) is not found")
        }
    }

    /// Reads everything, and sees that what was received before is received before.
    func readAll(_ store: any Store, _ count: Int) async throws {
        for number in 0..<count {
            let placed = try await store.place(order(number))
            try expect(!placed.isNew && placed.order.candidate.email.value == "ana\(number)@example.test", "order \(number) was placed again")
            let again = try await store.accept(event(), dedupe: DedupeKey("delivery-\(number)"))
            try expect(again.duplicate, "delivery \(number) was taken for a new one")
        }
    }

    private func order(_ number: Int) -> Order {
        Order(
            id: IdentifierKind.order.make(at: clock.now(), from: random),
            connection: "acme",
            account: "zinc-uk",
            provider: "zinc",
            externalID: "application-\(number)",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana\(number)@example.test", phone: "+4416329600\(10 + number)"),
            metadata: [:],
            callbackToken: Secret(random.token()),
            createdAt: clock.now(),
            updatedAt: clock.now()
        )
    }

    private func event() -> Event {
        Event(
            id: IdentifierKind.event.make(at: clock.now(), from: random),
            kind: .ats,
            connection: "acme",
            request: ReceivedRequest(method: "POST", path: "/webhook", body: Array("{}".utf8)),
            receivedAt: clock.now()
        )
    }
}

extension Secret {
    fileprivate static let one = Secret([UInt8](repeating: 1, count: 32).base64)
    fileprivate static let two = Secret([UInt8](repeating: 2, count: 32).base64)
    fileprivate static let three = Secret([UInt8](repeating: 3, count: 32).base64)
}
