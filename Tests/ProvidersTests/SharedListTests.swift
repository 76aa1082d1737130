import HTTPTypes
import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Providers

@Suite("One reading of a list for many", .timeLimit(.minutes(1)))
struct SharedListTests {
    /// A provider whose answers wait until the test lets them go.
    private final class SlowProvider: Sendable {
        let transport: HandlerTransport
        let readings = SharedReadings()
        private let open: AsyncStream<Void>.Continuation

        init(_ respond: @escaping @Sendable (WireRequest) throws -> WireResponse) {
            let (opened, open) = AsyncStream.makeStream(of: Void.self)
            self.open = open
            transport = HandlerTransport([
                "*": ClosureHandler { request in
                    var ways = opened.makeAsyncIterator()
                    guard await ways.next() != nil else { throw CancellationError() }
                    return try respond(request)
                }
            ])
        }

        func letOneGoOn() { open.yield() }
        func arrivals(_ wanted: Int) async { while transport.requests.count < wanted { await Task.yield() } }

        func session(_ account: Account, log: LogRecorder = LogRecorder(), admission: SharedReadings.Admission? = nil) -> ProviderSession {
            ProviderSession(
                account: account,
                transport: transport,
                tokens: TokenCache(),
                readings: readings,
                admission: admission,
                clock: ManualClock(),
                logger: log.logger
            )
        }
    }

    private static let list: JSON = [["id": "a0", "statusV2": "requested"], ["id": "a1", "statusV2": "paused"], ["name": "odd"]]

    @Test("Many who ask while the list is being read are answered by one more request, each for its own order")
    func oneRequest() async throws {
        let slow = SlowProvider { _ in WireResponse(200, json: Self.list) }
        let log = LogRecorder()
        let session = slow.session(Samples.zinc, log: log)
        let first = Task { try await ZincProvider().report(for: "a0", session) }
        await slow.arrivals(1)
        let later = (0..<30).map { number in Task { try await ZincProvider().report(for: "a\(number % 3)", session) } }
        while session.readings.waiting < 31 { await Task.yield() }
        slow.letOneGoOn()
        slow.letOneGoOn()
        #expect(try await first.value?.status == .recognised(.requested))
        for (number, task) in later.enumerated() {
            let expected: [Report.Reading<OrderState>?] = [.recognised(.requested), .recognised(.paused), nil]
            #expect(try await task.value?.status == expected[number % 3])
        }
        #expect(slow.transport.requests.count == 2)
        // An odd record is counted once for each reading, not for each who waited.
        #expect(log.lines.filter { $0.contains("left out") }.count == 2)
    }

    @Test(
        "An account that differs in anything that a request is made of or read by has readings of its own",
        arguments: [
            { (account: inout Account) in account.secrets["api_key"] = [Secret("another-key-0123456789")] },
            { $0.wire = ["results": ["headers": ["X-Team": "two"]]] },
            { $0.wire = ["results": ["query": ["team": "two"]]] },
            { $0.wire = ["results": ["id": ["name"]]] },
            { $0.wire = ["auth": ["value": "Key ${account.api_key}"]] },
            { $0.baseURL = "https://other.example.test/partner/v2" },
            { $0.environment = "production" },
        ] as [@Sendable (inout Account) -> Void]
    )
    func ownReadings(_ change: @Sendable (inout Account) -> Void) async throws {
        let slow = SlowProvider { _ in WireResponse(200, json: Self.list) }
        var other = Samples.zinc
        change(&other)
        let tasks = [Samples.zinc, other].map { account in
            Task { _ = try await ZincProvider().report(for: "a0", slow.session(account)) }
        }
        // Both are under way at once: neither waits for the other's.
        await slow.arrivals(2)
        slow.letOneGoOn()
        slow.letOneGoOn()
        for task in tasks { try await task.value }
    }

    @Test("A failed reading is everybody's failure, and is one")
    func failure() async throws {
        let slow = SlowProvider { _ in WireResponse(503) }
        let session = slow.session(Samples.zinc)
        let first = Task { try await ZincProvider().report(for: "a0", session) }
        await slow.arrivals(1)
        let later = (0..<4).map { _ in Task { try await ZincProvider().report(for: "a1", session) } }
        while session.readings.waiting < 5 { await Task.yield() }
        slow.letOneGoOn()
        slow.letOneGoOn()
        let alone = await providerError { _ = try await first.value }
        #expect(alone?.code == .unavailable && alone?.isShared == false)
        var shared = 0
        for task in later {
            let error = await providerError { _ = try await task.value }
            #expect(error?.code == .unavailable && error?.status == 503)
            if error?.isShared == true { shared += 1 }
        }
        #expect(shared == 3)
    }

    @Test("A reading takes one from the budget, whoever waits; reports that are asked for one by one are the host's to count")
    func budget() async throws {
        let taken = Mutex(0)
        let slow = SlowProvider { _ in WireResponse(200, json: Self.list) }
        let session = slow.session(Samples.zinc) { taken.withLock { $0 += 1 } }
        let first = Task { try await ZincProvider().report(for: "a0", session) }
        await slow.arrivals(1)
        let later = (0..<9).map { _ in Task { try await ZincProvider().report(for: "a1", session) } }
        while session.readings.waiting < 10 { await Task.yield() }
        slow.letOneGoOn()
        slow.letOneGoOn()
        for task in [first] + later { _ = try await task.value }
        #expect(taken.withLock { $0 } == 2)
        #expect(ZincProvider().takesReads(Samples.zinc))
        #expect(!ZincProvider().takesReads(Samples.zinc.wired(["results": ["path": "/results/${reference}"]])))
        #expect(!WorkerChecksProvider().takesReads(Samples.workerChecks))
        #expect(WorkerChecksProvider().takesReads(Samples.workerChecks.wired(["results": ["path": "/invitations", "list": "."]])))
    }

    @Test("A budget that is used up refuses the reading before anything is sent; looking for a lost request counts as well")
    func refused() async throws {
        let transport = ScriptedTransport()
        let refusal = ReadsRefused(until: ManualClock().now())
        let account = Samples.zinc.wired(["find": ["by": "candidate.email"]])
        let session = ProviderSession(
            account: account,
            transport: transport,
            tokens: TokenCache(),
            admission: { throw refusal },
            clock: ManualClock(),
            logger: LogRecorder().logger
        )
        await #expect(throws: refusal) { try await ZincProvider().report(for: "a0", session) }
        await #expect(throws: refusal) { try await ZincProvider().find(Samples.order(account), session) }
        #expect(transport.requests.isEmpty)
    }

    @Test("A list may be longer than other answers, and what creates or cancels gets a connection of its own")
    func connections() async throws {
        let transport = HandlerTransport(["*": ClosureHandler { _ in WireResponse(200, json: ["id": "a0", "statusV2": "requested"]) }])
        let account = Samples.zinc.wired(["cancel": ["method": "DELETE", "path": "/checks/${reference}"]])
        let session = Samples.session(account, transport)
        _ = try await ZincProvider().report(for: "a0", session)
        _ = try await ZincProvider().submit(Samples.order(account), request: nil, callback: nil, key: "key", session)
        _ = try await ZincProvider().cancel("a0", session)
        let requests = transport.requests
        #expect(requests.map(\.connection) == [.automatic, .fresh, .fresh])
        #expect(requests[1].headers[HTTPField.Name("Idempotency-Key")!] == "key")
        #expect((requests[0].maximumResponse ?? 0) > 20 << 20 && requests[1].maximumResponse == nil)
        // Also where a connection's script changed the request.
        let shape = try ZincProvider().shape(of: Samples.order(account), callback: nil, key: "key", session)
        _ = try await ZincProvider().submit(Samples.order(account), request: shape, callback: nil, key: "key", session)
        #expect(transport.requests.last?.connection == .fresh)
    }

    @Test("A list that the provider names is asked for only where it has changed; one without a name, and a long one, is asked for each time")
    func unchanged() async throws {
        let url = "https://zinc.example.test/partner/v2/results"
        let transport = ScriptedTransport()
        let session = Samples.session(Samples.zinc, transport)
        func asks(_ tag: String?) -> @Sendable (WireRequest) -> String? {
            { $0.headers[.ifNoneMatch] == tag ? nil : "asked with \($0.headers[.ifNoneMatch] ?? "no tag")" }
        }
        func status() async throws -> Report.Reading<OrderState>? { try await ZincProvider().report(for: "a1", session)?.status }
        transport.expect(.get, url, 200, Self.list, headers: [.eTag: "\"one\""], where: asks(nil))
        #expect(try await status() == .recognised(.paused))
        transport.expect(.get, url, reply: .response(WireResponse(304)), where: asks("\"one\""))
        #expect(try await status() == .recognised(.paused))
        transport.expect(.get, url, 200, [["id": "a1", "statusV2": "reviewed"]], headers: [.eTag: "\"two\""], where: asks("\"one\""))
        #expect(try await status() == .recognised(.reviewed))
        // A failure says nothing of what was kept; the account's key is part of what it was kept for.
        transport.expect(.get, url, 503, [:], where: asks("\"two\""))
        #expect(await providerError { _ = try await status() }?.code == .unavailable)
        transport.expect(.get, url, 200, Self.list, where: asks("\"two\""))
        #expect(try await status() == .recognised(.paused))
        transport.expect(.get, url, reply: .response(WireResponse(304)), where: asks(nil))
        #expect(await providerError { _ = try await status() }?.code == .unreadable)
        let long: JSON = [["id": "a1", "statusV2": "paused", "note": .string(String(repeating: "x", count: 3 << 20))]]
        for _ in 0..<2 {
            transport.expect(.get, url, 200, long, headers: [.eTag: "\"long\""], where: asks(nil))
            #expect(try await status() == .recognised(.paused))
        }
        transport.expect(.get, url, 200, Self.list, headers: [.eTag: "\"three\""])
        _ = try await status()
        var other = Samples.zinc
        other.secrets["api_key"] = [Secret("another-key-0123456789")]
        let changed = ProviderSession(
            account: other,
            transport: transport,
            tokens: TokenCache(),
            readings: session.readings,
            clock: ManualClock(),
            logger: LogRecorder().logger
        )
        transport.expect(.get, url, 200, Self.list, where: asks(nil))
        _ = try await ZincProvider().report(for: "a1", changed)
        #expect(transport.problems.isEmpty, "\(transport.problems)")
    }

    @Test("A long list with a path that names an index is read as well, and one that is no list is not read beyond its bound")
    func unusual() async throws {
        let nested: JSON = ["pages": [["results": Self.list]]]
        let account = Samples.zinc.wired(["results": ["list": "pages.0.results"]])
        let transport = ScriptedTransport()
        transport.expect(.get, "https://zinc.example.test/partner/v2/results", 200, nested)
        #expect(try await ZincProvider().report(for: "a1", Samples.session(account, transport))?.status == .recognised(.paused))
        transport.expect(.get, "https://zinc.example.test/partner/v2/results", 200, ["text": .string(String(repeating: "x", count: 5 << 20))])
        let error = await providerError { _ = try await ZincProvider().report(for: "a1", Samples.session(Samples.zinc, transport)) }
        #expect(error?.code == .unreadable)
    }
}
