import HTTPTypes
import Screening
import Simulators
import Synchronization

/// A site with a clock, a random source and a receiver that the test holds.
struct SimulatorHarness {
    let clock = StoppedClock()
    let receiver = Receiver()
    let site: SimulatorSite

    init(_ change: (inout SimulatorSettings) -> Void = { _ in }) {
        var settings = SimulatorSettings()
        settings.publicURL = "http://simulators.example.test"
        settings.webhookRetries = []
        change(&settings)
        site = SimulatorSite(settings, transport: receiver, clock: clock, random: CountedRandom())
    }

    func zinc(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, key: String? = "simulated-zinc-key") async throws -> WireResponse {
        try await call(method, "/zinc/partner/v2" + path, body, authorization: key.map { "Bearer " + $0 })
    }

    func workerChecks(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, token: String? = nil) async throws -> WireResponse {
        try await call(method, "/workerchecks" + path, body, authorization: token.map { "Bearer " + $0 })
    }

    func control(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws -> WireResponse {
        try await call(method, "/control" + path, body, authorization: nil)
    }

    func call(_ method: HTTPRequest.Method, _ url: String, _ body: JSON?, authorization: String?) async throws -> WireResponse {
        var request = body.map { WireRequest(method, url, json: $0) } ?? WireRequest(method, url)
        request.headers[.authorization] = authorization
        return try await site.respond(to: request)
    }

    /// Creates a Zinc request and returns its id.
    func order(lastName: String = "Roe", package: JSON = "pkg_1") async throws -> String {
        try await zinc(.post, "/checks", Self.check(lastName: lastName, package: package)).json?["id"]?.text ?? ""
    }

    /// A WorkerChecks token.
    func token() async throws -> String {
        try await workerChecks(.post, "/auth/token", ["widgetSecret": "simulated-widget-secret"]).json?["token"]?.text ?? ""
    }

    static let person: JSON = ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test"]

    static func check(lastName: String = "Roe", package: JSON = "pkg_1") -> JSON {
        [
            "packageId": package,
            "candidate": ["firstName": "Ana", "lastName": .string(lastName), "email": "ana@example.test", "phone": "+441632960000"],
            "resultsCallbackURL": "http://host.example.test/providers/zinc-uk/tok",
        ]
    }

    static func invitation(lastName: String = "Roe") -> JSON {
        [
            "productId": "prod_1", "firstName": "Ana", "lastName": .string(lastName), "email": "ana@example.test", "mobile": "+441632960000",
            "reference": "ord_1",
        ]
    }
}

/// Stands where the host would: keeps what it is sent and answers as it is told.
final class Receiver: Transport {
    private let kept = Mutex<[WireRequest]>([])
    private let answers = Mutex<[@Sendable (WireRequest) async throws -> WireResponse]>([])

    var received: [WireRequest] { kept.withLock { $0 } }
    var statuses: [String] { received.map { (try? JSON(parsing: $0.body))?["statusV2"]?.text ?? "" } }

    /// Answers every request from now on.
    func respond(_ with: @escaping @Sendable (WireRequest) async throws -> WireResponse) { answers.withLock { $0 = [with] } }

    func send(_ request: WireRequest) async throws -> WireResponse {
        kept.withLock { $0.append(request) }
        let response = answers.withLock { $0.first }
        return try await response?(request) ?? WireResponse(200)
    }
}

/// Stands still until it is moved; sleeping moves it.
final class StoppedClock: WallClock {
    private let timestamp = Mutex(Timestamp(milliseconds: 1_800_000_000_000))

    func now() -> Timestamp { timestamp.withLock { $0 } }
    func advance(_ duration: Duration) { timestamp.withLock { $0 = $0 + duration } }
    func sleep(for duration: Duration) async throws { advance(duration) }
}

/// The same bytes in every run.
final class CountedRandom: RandomSource {
    private let count = Mutex(UInt64(0))

    func bytes(_ count: Int) -> [UInt8] {
        self.count.withLock { state in
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
        }
    }
}
