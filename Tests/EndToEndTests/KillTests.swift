import Foundation
import Logging
import Screening
import ScreeningTesting
import Simulators
import Testing
import Web

/// Promise 1 and 2 against a real process that is killed at random times.
@Suite("Killing a host", .serialized) struct KillTests {
    @Test("A host that is killed repeatedly orders each check once and loses nothing", arguments: [UInt64(1), 2, 3])
    func killedAgainAndAgainItOrdersOnceAndLosesNothing(seed: UInt64) async throws {
        let harness = try await KillHarness()
        defer { harness.serve.kill() }
        let random = SeededRandom(seed)
        let count = 24
        try await harness.serve.start()
        let ats = harness.ats
        let deliveries = Task {
            for number in 0..<count {
                try await ats.deliver(number)
                try await Task.sleep(for: .milliseconds(Int64(random.fraction() * 120)))
            }
        }
        for _ in 0..<5 {
            try await Task.sleep(for: .milliseconds(Int64(100 + random.fraction() * 700)))
            harness.serve.kill()
            try await harness.serve.start()
        }
        try await deliveries.value

        let finished = try await harness.waitForEnds(count)
        let states = try await harness.states()
        #expect(finished, "not every order came to its end: \(states)")
        let orders = try await harness.serve.get("/orders?limit=200")?["items"]?.items ?? []
        #expect(orders.count == count)
        let atProvider = Dictionary(grouping: harness.site.zinc.requests, by: \.candidate.email.value)
        #expect(atProvider.count == count)
        #expect(atProvider.values.allSatisfy { $0.count == 1 }, "a check was ordered twice")
        for number in 0..<count {
            #expect(harness.completions(of: number) >= 1, "the ATS never heard of application-\(number)")
        }
        #expect(harness.serve.terminate() == 0)
        await harness.close()
    }
}

/// An ATS that delivers to a host which may be gone at the moment.
struct StubbornATS: Sendable {
    let site: SimulatorSite
    let port: Int

    /// Sends an event as an ATS does: again, under the same id, until it is taken.
    func deliver(_ number: Int) async throws {
        let candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana\(number)@example.test", phone: "+441632960000")
        for _ in 0..<400 {
            let response = try? await site.ats.orderScreening(
                at: "http://127.0.0.1:\(port)/ats/acme/standard",
                application: "application-\(number)",
                package: "pkg_1",
                candidate: candidate,
                id: "msg_\(number)"
            )
            if response?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the event \(number) was never taken")
    }
}

/// Simulators on a socket, and a host in a process of its own.
final class KillHarness {
    let site: SimulatorSite
    let serve: ServeProcess
    var ats: StubbornATS { StubbornATS(site: site, port: serve.port) }
    private let transport: HTTPTransport
    private let simulators: RunningServer
    private let simulatorTask: Task<Void, Never>
    let folder: URL

    /// - Parameters:
    ///   - pace: how fast the simulators advance orders; nil: not at all.
    ///   - otlp: the collector that the host is told of; nil for none.
    ///   - store: where its store is.
    ///   - seeing: sees every request that comes to the simulators.
    init(
        pace: Duration? = .milliseconds(400),
        otlp: String? = nil,
        store: String = "sqlite:fairlead.db",
        seeing: @escaping @Sendable (WireRequest) -> Void = { _ in }
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        transport = HTTPTransport(allow: { $0.description.hasPrefix("127.") })
        var settings = SimulatorSettings()
        settings.pace = pace
        settings.webhookRetries = Array(repeating: .milliseconds(500), count: 60)
        site = SimulatorSite(settings, transport: transport, logger: logger)
        simulators = try await Web.serve(handler: SeenHandler(base: site, seeing: seeing), logger: logger)
        site.publicURL = "http://127.0.0.1:\(simulators.port)"
        simulatorTask = Task { [site] in await site.run() }
        folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-kill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let port = try freePort()
        let file = folder.appending(path: "fairlead.yaml")
        let more = otlp.map { "\ntelemetry: { otlp: \"\($0)\" }\n" } ?? ""
        try (KillHarness.settings(port: port, simulators: simulators.port, store: store) + more).write(to: file, atomically: true, encoding: .utf8)
        serve = ServeProcess(settings: file, port: port, transport: transport)
    }

    func states() async throws -> [String: Int] {
        let orders = try await serve.get("/orders?limit=200")?["items"]?.items ?? []
        return Dictionary(grouping: orders.compactMap { $0["state"]?.text }) { $0 }.mapValues(\.count)
    }

    /// Sends a request.
    func send(_ request: WireRequest) async throws -> WireResponse { try await transport.send(request) }

    func waitForEnds(_ count: Int) async throws -> Bool { try await waitForEnds(of: Array(0..<count)) }

    func waitForEnds(of numbers: [Int]) async throws -> Bool {
        for _ in 0..<1200 {
            try await resubmitWhatNeverLeft()
            let completed = try await states()["completed"]
            if completed == numbers.count, numbers.allSatisfy({ completions(of: $0) > 0 }) { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// What a person does about an order whose submission was cut off: looks at the provider, and sends it again where it is not there.
    func resubmitWhatNeverLeft() async throws {
        for order in try await serve.get("/orders?state=uncertain&limit=200")?["items"]?.items ?? [] {
            let email = order["candidate"]?["email"]?.text
            if let id = order["id"]?.text, !site.zinc.requests.contains(where: { $0.candidate.email.value == email }) {
                try await serve.post("/orders/\(id)/resolve", ["action": "resubmit"])
            }
        }
    }

    func completions(of number: Int) -> Int {
        site.ats.received.count { receipt in
            let data = receipt.body["data"]
            return receipt.isVerified && data?["external_id"]?.text == "application-\(number)" && data?["state"]?.text == "completed"
        }
    }

    func close() async {
        simulatorTask.cancel()
        await simulators.stop()
        await transport.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }

    static func settings(port: Int, simulators: Int, store: String = "sqlite:fairlead.db") -> String {
        """
        server: { host: 127.0.0.1, port: \(port), public_url: "http://127.0.0.1:\(port)" }
        store: { url: "\(store)" }
        admin: { token: test-admin-token }
        plugins: { paths: ["\(ServeProcess.repository.path)/plugins"] }
        network: { allow: ["127.0.0.0/8"] }
        accounts:
          zinc:
            provider: zinc
            environment: staging
            base_url: http://127.0.0.1:\(simulators)/zinc/partner/v2
            api_key: simulated-zinc-key
            webhook_tokens: [simulated-zinc-signing-token]
            poll: 2s
        connections:
          acme:
            plugin: webhook
            accounts: [zinc]
            secrets:
              signing: whsec_c2ltdWxhdGVkLWV2ZW50LXNlY3JldC0wMDE=
              callback: whsec_c2ltdWxhdGVkLWNhbGxiYWNrLXNlY3JldC0x
            settings:
              paths:
                external_id: data.application.id
                first_name: data.candidate.first_name
                last_name: data.candidate.last_name
                email: data.candidate.email
                phone: data.candidate.phone
                package: data.package
                callback_url: data.callback_url
            callback_hosts: ["127.0.0.1:\(simulators)"]
        """
    }
}

/// Answers as another handler does, and shows what it is asked.
private struct SeenHandler: WireHandler {
    let base: any WireHandler
    let seeing: @Sendable (WireRequest) -> Void

    func respond(to request: WireRequest) async throws -> WireResponse {
        seeing(request)
        return try await base.respond(to: request)
    }
}
