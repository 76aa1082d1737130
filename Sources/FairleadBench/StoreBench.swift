import Foundation
import Glibc
import Screening
import Stores

/// What a store does in a second, and what it does when it is large.
///
/// | operation | |
/// |---|---|
/// | `intake COUNT` | takes in COUNT events, 64 at a time, each of 2 KB with a key of its own |
/// | `work` | claims and settles the events that are queued until none is, and says from when to when |
/// | `settle` | the same for orders: each is completed, as if a provider had said so |
/// | `fill ORDERS` | fills an empty store with orders as a host has them after four months (``StoreFilling``) |
/// | `grow EVENTS ORDERS [DAYS]` | fills an empty store, measuring intake at its beginning and end, in events a second and in this process's CPU; the first half is DAYS old |
/// | `look ORDERS` | lists and searches in a store that was grown to so many orders |
///
/// `FAIRLEAD_BENCH_KEY` seals the store, as `encryption.keys` does.
struct StoreBench {
    let store: any Store
    /// How many events are older than they are, and by how much.
    private var old = 0
    private var age = Duration.zero
    private let clock = SystemClock()
    private let random = SystemRandom()

    private init(_ store: any Store) { self.store = store }

    static func run(_ arguments: [String]) async throws {
        guard arguments.count >= 2 else {
            throw BenchFailure("usage: fairlead-bench store URL intake COUNT | work | settle | grow EVENTS ORDERS [DAYS] | fill ORDERS | look ORDERS")
        }
        let folder = FileManager.default.currentDirectoryPath
        let keys = ProcessInfo.processInfo.environment["FAIRLEAD_BENCH_KEY"].map { [Secret($0)] } ?? []
        if arguments[1] == "fill", arguments.count == 3, let orders = Int(arguments[2]) {
            return try await StoreFilling.run(arguments[0], orders: orders, keys: keys)
        }
        let store = try await StoreURL.open(arguments[0], relativeTo: folder, keys: keys, clock: SystemClock(), random: SystemRandom())
        let bench = StoreBench(store)
        let numbers = arguments.dropFirst(2).compactMap { Int($0) }
        switch (arguments[1], numbers.count) {
        case ("intake", 1): print(String(format: "per_second %.0f", try await bench.intake(0..<numbers[0]).perSecond))
        case ("work", 0): try await bench.work(.event)
        case ("settle", 0): try await bench.work(.submit)
        case ("look", 1): try await bench.look(orders: numbers[0])
        case ("grow", 2...3):
            var bench = bench
            if numbers.count > 2 { (bench.old, bench.age) = (numbers[0] / 2, .seconds(numbers[2] * 86_400)) }
            try await bench.grow(events: numbers[0], orders: numbers[1])
        default: throw BenchFailure("there is no such operation: \(arguments.dropFirst().joined(separator: " "))")
        }
        await store.close()
    }

    /// Events a second, and microseconds of this process's CPU for each.
    private func intake(_ numbers: Range<Int>) async throws -> (perSecond: Double, microseconds: Double) {
        let (began, used) = (ContinuousClock.now, Self.processorSeconds)
        try await concurrently(numbers, at: 64) { number in _ = try await store.accept(event(number), dedupe: "delivery-\(number)") }
        let count = Double(numbers.count)
        return (count / ((ContinuousClock.now - began) / .seconds(1)), (Self.processorSeconds - used) / count * 1_000_000)
    }

    private static var processorSeconds: Double {
        // POSIX has this count microseconds everywhere.
        Double(Glibc.clock()) / 1_000_000
    }

    private func work(_ kind: Work.Kind) async throws {
        let owner = random.token()
        let began = clock.now()
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<2 {
                group.addTask {
                    var count = 0
                    while true {
                        let claims = try await store.claim(ClaimRequest(owner: "\(owner)-\(worker)", limit: 64, kinds: [kind]))
                        guard !claims.isEmpty else { return count }
                        try await withThrowingTaskGroup { settling in
                            for claim in claims {
                                settling.addTask { try await store.commit(claim, Decision(.done, [try await settled(claim.work)])) }
                            }
                            try await settling.waitForAll()
                        }
                        count += claims.count
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        print("done \(counts)\nbegan \(began.milliseconds)\nended \(clock.now().milliseconds)")
    }

    /// The end of an event or of an order.
    private func settled(_ work: Work) async throws -> Effect {
        guard case .submit(let id) = work else { return .event(id: work.subject, state: .done, problem: nil) }
        guard var order = try await store.order(id) else { throw BenchFailure("an order that is queued is not there") }
        (order.providerRef, order.status, order.version) = ("old_\(id)", Order.Status(.completed, outcome: .clear), order.version + 1)
        return .order(order)
    }

    private func grow(events: Int, orders: Int) async throws {
        let slice = max(events / 20, 1000)
        // The first slice is a warm-up and is not counted.
        var rates: [(perSecond: Double, microseconds: Double)] = []
        for start in stride(from: 0, to: events, by: slice) {
            rates.append(try await intake(start..<min(start + slice, events)))
            let share = max(orders / 20, 1)
            try await concurrently(start / slice * share..<(start / slice + 1) * share, at: 64) { number in _ = try await store.place(order(number)) }
            FileHandle.standardError.write(Data("  \(start + slice) events\n".utf8))
        }
        for (name, some) in [("first", rates[1..<4]), ("last", rates.suffix(3))] {
            print(String(format: "\(name)_per_second %.0f", some.map(\.perSecond).sorted()[1]))
            print(String(format: "\(name)_cpu_us %.1f", some.map(\.microseconds).sorted()[1]))
        }
    }

    private func look(orders: Int) async throws {
        for (name, query) in queries(orders) {
            var times: [Double] = []
            for _ in 0..<9 {
                let began = ContinuousClock.now
                _ = try await store.orders(query, PageRequest())
                times.append((ContinuousClock.now - began) / .milliseconds(1))
            }
            print(String(format: "\(name)_ms %.2f", times.sorted()[4]))
        }
    }

    private func queries(_ orders: Int) -> [(String, OrderQuery)] {
        func query(_ change: (inout OrderQuery) -> Void) -> OrderQuery {
            var query = OrderQuery()
            change(&query)
            return query
        }
        return [
            ("list", query { _ in }),
            ("list_by_state", query { ($0.states, $0.connections) = ([.accepted], ["bench"]) }),
            ("search_email", query { $0.text = Personal("ana\(orders / 2)@example.test") }),
            ("search_name", query { $0.text = Personal("Roe\(orders / 3)") }),
            ("search_beginning", query { $0.text = Personal("ana") }),
            ("external_id", query { $0.externalID = "application-\(orders / 4)" }),
        ]
    }

    private func concurrently(_ numbers: Range<Int>, at once: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for first in 0..<once {
                group.addTask { for number in stride(from: numbers.lowerBound + first, to: numbers.upperBound, by: once) { try await work(number) } }
            }
            try await group.waitForAll()
        }
    }

    private func event(_ number: Int) -> Event {
        let body = Array("{\"external_id\":\"delivery-\(number)\",\"notes\":\"".utf8) + [UInt8](repeating: 0x78, count: 1950) + Array("\"}".utf8)
        let request = ReceivedRequest(method: "POST", path: "/hmac", headers: ["content-type": "application/json"], body: body)
        let now = number < old ? clock.now() + (.zero - age) : clock.now()
        return Event(id: IdentifierKind.event.make(at: now, from: random), kind: .ats, connection: "bench", request: request, receivedAt: now)
    }

    private func order(_ number: Int) -> Order {
        let now = clock.now()
        return Order(
            id: IdentifierKind.order.make(at: now, from: random),
            connection: "bench",
            account: "stand-in",
            provider: "zinc",
            externalID: "application-\(number)",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe\(number)", email: "ana\(number)@example.test", phone: "+441632960000"),
            metadata: ["job": "Analyst"],
            callbackToken: Secret(random.token()),
            createdAt: now,
            updatedAt: now
        )
    }
}
