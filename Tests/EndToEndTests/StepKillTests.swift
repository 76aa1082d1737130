import CrashTesting
import Foundation
import HTTPTypes
import Logging
import Screening
import ScreeningTesting
import Synchronization
import Testing
import Web

/// Promise: no call of a script is made twice under another key, whatever is killed and whenever.
///
/// A script makes five calls: http, place, kv, http, http. Each round kills the host or its worker before, during or after one of them.
/// `FAIRLEAD_KILL_ROUNDS` says how many rounds; their seeds are their numbers.
@Suite("Killing a host between the steps of a run", .serialized) struct StepKillTests {
    private static let rounds = ProcessInfo.processInfo.environment["FAIRLEAD_KILL_ROUNDS"].flatMap { Int($0) } ?? 9

    @Test("Each call of a killed run is made once or repeated under the same idempotency key")
    func everyCallReachesTheOtherSideOnceOrUnderTheSameKey() async throws {
        let harness = try await StepKillHarness()
        defer { harness.serve.kill() }
        try await harness.serve.start()
        var repeated = 0
        for round in 0..<Self.rounds {
            let plan = KillPlan(SeededRandom(UInt64(round)))
            let host = harness.serve.pid
            harness.recorder.expect(plan) {
                if plan.killsHost { Foundation.kill(host, SIGKILL) } else { ServeProcess.killWorkers(of: host) }
            }
            try await harness.deliver(round)
            for _ in 0..<2000 where !harness.recorder.hasKilled { try await Task.sleep(for: .milliseconds(2)) }
            if plan.killsHost {
                harness.serve.kill()  // waits for its end
                try await harness.serve.start()
            }
            let run = try #require(try await harness.finishedRun(round), "round \(round): \(plan)")

            for path in ["/one", "/two", "/three"] {
                let keys = harness.recorder.keys(path, round)
                #expect(!keys.isEmpty && Set(keys).count == 1, "round \(round), \(path): \(keys.count) calls under \(Set(keys).count) keys; \(plan)")
                repeated += keys.count - 1
            }
            let kinds = run["steps"]?.items?.compactMap { $0["kind"]?.text }
            #expect(kinds == ["http", "orders.place", "kv.set", "http", "http"], "round \(round): \(plan)")
            #expect(run["steps"]?.items?.allSatisfy { $0["reply"]?.isNull == false } == true)
            let orders = try await harness.serve.get("/orders?external_id=application-\(round)")?["items"]?.items
            #expect(orders?.count == 1)
            ChaosReport.progress("kills between steps: \(round + 1) of \(Self.rounds) rounds")
            #expect(harness.recorder.keys("/checks", round).count <= 1, "round \(round): a check was ordered twice; \(plan)")
        }
        print("kill rounds: \(Self.rounds), calls that were sent again under their own key: \(repeated)")
        #expect(harness.serve.terminate() == 0)
        await harness.close()
    }
}

/// What one round kills, and when.
struct KillPlan: Sendable, CustomStringConvertible {
    enum Phase: Int { case before, during, after }

    let path: String
    let phase: Phase
    let delay: Duration
    let killsHost: Bool

    init(_ random: SeededRandom) {
        path = ["/one", "/two", "/three"][Int(random.fraction() * 3)]
        phase = Phase(rawValue: Int(random.fraction() * 3)) ?? .after
        // After the first call come place and kv: the delay lands in one of them, or between.
        delay = .microseconds(Int64(random.fraction() * 12_000))
        killsHost = random.fraction() < 0.5
    }

    var description: String { "kill the \(killsHost ? "host" : "worker") \(phase) \(path) + \(delay)" }
}

/// The other side of the script's calls: remembers under which key each came.
final class CallRecorder: WireHandler {
    private struct State {
        var calls: [(path: String, number: Int, key: String)] = []
        var plan: KillPlan?
        var kill: @Sendable () -> Void = {}
        var hasKilled = false
    }

    private let state = Mutex(State())

    var hasKilled: Bool { state.withLock { $0.hasKilled } }

    func expect(_ plan: KillPlan, kill: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.plan = plan
            state.kill = kill
            state.hasKilled = false
        }
    }

    func keys(_ path: String, _ number: Int) -> [String] {
        state.withLock { $0.calls.filter { $0.path == path && $0.number == number }.map(\.key) }
    }

    func respond(to request: WireRequest) async throws -> WireResponse {
        let path = request.path.hasSuffix("/checks") ? "/checks" : request.path
        let body = try? JSON(parsing: request.body)
        let number = body?["n"]?.integer ?? Int64((body?["candidate"]?["email"]?.text ?? "").filter { $0.isNumber }) ?? -1
        let plan = state.withLock { state -> KillPlan? in
            guard state.plan?.path == path else { return nil }
            defer { state.plan = nil }
            return state.plan
        }
        if plan?.phase == .before { kill() }
        state.withLock { $0.calls.append((path, Int(number), request.headers[HTTPField.Name("idempotency-key")!] ?? "")) }
        if plan?.phase == .during { kill() }
        if let plan, plan.phase == .after {
            Task {
                try await Task.sleep(for: plan.delay)
                kill()
            }
        }
        return WireResponse(200, json: path == "/checks" ? ["id": .string("check-\(number)")] : ["ok": true])
    }

    private func kill() {
        state.withLock { $0.kill }()
        state.withLock { $0.hasKilled = true }
    }
}

/// A host in a process of its own with a plugin of five calls, and a recorder on the other side.
final class StepKillHarness {
    let recorder = CallRecorder()
    let serve: ServeProcess
    private let transport: HTTPTransport
    private let server: RunningServer
    private let folder: URL

    init() async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        transport = HTTPTransport(allow: { $0.description.hasPrefix("127.") })
        server = try await Web.serve(handler: recorder, logger: logger)
        folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-steps-\(UUID().uuidString)")
        let plugin = folder.appending(path: "plugins/five")
        try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
        try StepKillHarness.manifest(server.port).write(to: plugin.appending(path: "plugin.yaml"), atomically: true, encoding: .utf8)
        try StepKillHarness.script(server.port).write(to: plugin.appending(path: "main.lua"), atomically: true, encoding: .utf8)
        let port = try freePort()
        let file = folder.appending(path: "fairlead.yaml")
        try StepKillHarness.settings(port: port, other: server.port).write(to: file, atomically: true, encoding: .utf8)
        serve = ServeProcess(settings: file, port: port, transport: transport)
    }

    func close() async {
        await server.stop()
        await transport.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Sends an event as an ATS does: again until it is taken.
    func deliver(_ number: Int) async throws {
        let body: JSON = ["id": .string("event-\(number)"), "n": .int(Int64(number))]
        for _ in 0..<400 {
            let response = try? await transport.send(WireRequest(.post, "http://127.0.0.1:\(serve.port)/ats/five/event", json: body))
            if response?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the event \(number) was never taken")
    }

    /// The run of a round once it is done, with its steps; nil after a minute.
    func finishedRun(_ number: Int) async throws -> JSON? {
        for _ in 0..<3000 {
            let runs = try? await serve.get("/runs?connection=five&limit=5")
            for run in runs?["items"]?.items ?? [] where run["state"] == "done" {
                let shown = try await serve.get("/runs/\(run["id"]?.text ?? "")")
                if shown?["steps"]?.items?.first?["request"]?["json"]?["n"]?.integer == Int64(number) { return shown }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }

    private static func manifest(_ port: Int) -> String {
        """
        name: five
        version: 1.0.0
        contract: 1
        kind: ats
        title: Five calls
        settings: { type: object }
        inbound:
          - { path: /event, verify: { scheme: none }, dedupe: { body: id } }
        permissions: { http: ["http://127.0.0.1:\(port)"] }
        """
    }

    private static func script(_ port: Int) -> String {
        """
        return {
          on_event = function(event, ctx)
            local n = event.body.n
            local function tell(path) return ctx.http.post("http://127.0.0.1:\(port)" .. path, { json = { n = n } }) end
            tell("/one")
            local order = ctx.orders.place {
              external_id = "application-" .. n, package = "pkg_1",
              candidate = { first_name = "Ana", last_name = "Roe", email = "ana" .. n .. "@example.test", phone = "+441632960000" },
            }
            ctx.kv.set("order-" .. n, order.id)
            tell("/two")
            tell("/three")
          end,
        }
        """
    }

    private static func settings(port: Int, other: Int) -> String {
        """
        server: { host: 127.0.0.1, port: \(port) }
        store: { url: "sqlite:fairlead.db" }
        admin: { token: test-admin-token }
        plugins: { paths: [plugins] }
        network: { allow: ["127.0.0.0/8"] }
        accounts:
          zinc: { provider: zinc, base_url: "http://127.0.0.1:\(other)", api_key: invented-key, poll: "off" }
        connections:
          five: { plugin: five, accounts: [zinc] }
        """
    }
}
