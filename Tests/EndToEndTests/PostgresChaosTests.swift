import CrashTesting
import Foundation
import Logging
import Screening
import ScreeningTesting
import Simulators
import Synchronization
import Testing
import Web

/// Promises 1 and 2 for three replicas on one PostgreSQL database, while replicas are killed, the database crashes, connections are ended, and providers
/// and the ATS answer late, twice, out of order or not at all.
///
/// `FAIRLEAD_CHAOS_SECONDS` says for how long, `FAIRLEAD_CHAOS_SEED` in what order; the table goes to the file that `FAIRLEAD_CHAOS_REPORT` names.
@Suite("Three replicas on PostgreSQL under disruption", .serialized) struct PostgresChaosTests {
    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    @Test("Nothing is lost or done twice when replicas or the database are disrupted")
    func nothingIsLostOrDoneTwiceWhateverDies() async throws {
        let seconds = Self.number("FAIRLEAD_CHAOS_SECONDS") ?? 12
        let seed = UInt64(Self.number("FAIRLEAD_CHAOS_SEED") ?? 1)
        let harness = try await ReplicaHarness(replicas: 3)
        defer { harness.kill() }
        for serve in harness.serves { try await serve.start() }
        let deliveries = Task { try await harness.deliver(for: .seconds(seconds), perSecond: 8) }
        let misfortunes = try await harness.harass(for: seconds, gap: seconds > 30 ? 5...20 : 2...4, SeededRandom(seed))
        let count = try await deliveries.value

        let finished = try await harness.waitForEnds(count)
        let states = try await harness.states()
        #expect(finished, "not every order came to its end: \(states)")
        #expect(states.values.reduce(0, +) == count, "\(count) were ordered and there are \(states)")
        let atProvider = Dictionary(grouping: harness.site.zinc.requests, by: \.candidate.email.value)
        #expect(atProvider.count == count)
        #expect(atProvider.values.allSatisfy { $0.count == 1 }, "a check was ordered twice")
        let twice = harness.notifiedTwice()
        #expect(twice.isEmpty, "notified twice under two ids: \(twice)")
        let rows = misfortunes.map { "| \($0.second) | \($0.what) | \(harness.recovery(after: $0.over).map { "\($0) s" } ?? "–") |" }
        let title =
            "Three replicas on PostgreSQL: seed \(seed), \(seconds) s, \(count) orders, \(atProvider.values.map(\.count).reduce(0, +)) requests"
        try ChaosReport.append("\(title), states \(states)", ["second", "what", "orders end again at 95 % of the rate after"], rows)
        for serve in harness.serves { #expect(serve.terminate() == 0) }
        await harness.close()
    }
}

/// Something that was done to the replicas.
struct Disruption {
    let second: Int
    let what: String
    /// When it was over.
    let over: Timestamp
}

/// Simulators on a socket, and replicas on a database that can be crashed.
final class ReplicaHarness: Sendable {
    let site: SimulatorSite
    let serves: [ServeProcess]
    private let server: PostgresServer
    private let database: String
    private let transport: HTTPTransport
    private let simulators: RunningServer
    private let simulatorTask: Task<Void, Never>
    private let folder: URL
    private let begun = SystemClock().now()
    private let perSecond = Mutex(1.0)

    init(replicas: Int) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        transport = HTTPTransport(allow: { $0.description.hasPrefix("127.") })
        var settings = SimulatorSettings()
        settings.pace = .milliseconds(300)
        settings.webhookRetries = Array(repeating: .milliseconds(500), count: 120)
        site = SimulatorSite(settings, transport: transport, logger: logger)
        simulators = try await Web.serve(handler: site, logger: logger)
        site.publicURL = "http://127.0.0.1:\(simulators.port)"
        simulatorTask = Task { [site] in await site.run() }
        server = try await PostgresServer()
        database = try server.newDatabase()
        folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-replicas-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var serves: [ServeProcess] = []
        for number in 0..<replicas {
            let port = try freePort()
            let file = folder.appending(path: "replica-\(number).yaml")
            try KillHarness.settings(port: port, simulators: simulators.port, store: database).write(to: file, atomically: true, encoding: .utf8)
            serves.append(ServeProcess(settings: file, port: port, transport: transport))
        }
        self.serves = serves
    }

    /// Delivers at a steady pace to whichever replica takes it; returns how many were taken.
    func deliver(for duration: Duration, perSecond rate: Int) async throws -> Int {
        perSecond.withLock { $0 = Double(rate) }
        let end = ContinuousClock.now + duration
        var count = 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            while ContinuousClock.now < end {
                let number = count
                count += 1
                group.addTask { [self] in try await deliver(number) }
                try await Task.sleep(for: .milliseconds(1000 / rate))
            }
            try await group.waitForAll()
        }
        return count
    }

    private func deliver(_ number: Int) async throws {
        let candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana\(number)@example.test", phone: "+441632960000")
        for attempt in 0..<1200 {
            let response = try? await site.ats.orderScreening(
                at: "http://127.0.0.1:\(serves[(number + attempt) % serves.count].port)/ats/acme/standard",
                application: "application-\(number)",
                package: "pkg_1",
                candidate: candidate,
                id: "msg_\(number)"
            )
            if response?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the event \(number) was never taken")
    }

    /// Does one harm after another.
    func harass(for seconds: Int, gap: ClosedRange<Int>, _ random: SeededRandom) async throws -> [Disruption] {
        var done: [Disruption] = []
        let start = ContinuousClock.now
        func pick(_ count: Int) -> Int { Int(random.fraction() * Double(count)) }
        while true {
            let wait = gap.lowerBound + pick(gap.count)
            try await Task.sleep(for: .seconds(wait))
            let second = Int(start.duration(to: .now).components.seconds)
            guard second < seconds else { return done }
            let victim = pick(serves.count)
            let what: String
            switch pick(8) {
            case 0, 1:
                what = "replica \(victim) killed"
                serves[victim].kill()
                try await serves[victim].start()
            case 2:
                what = "replica \(victim) asked to end"
                #expect(serves[victim].terminate() == 0)
                try await serves[victim].start()
            case 3:
                what = "workers of replica \(victim) killed"
                ServeProcess.killWorkers(of: serves[victim].pid)
            case 4:
                what = "database crashed, away for 2 s"
                try server.stop()
                try await Task.sleep(for: .seconds(2))
                try server.start()
            case 5:
                what = "every connection to the database ended"
                try server.endConnections(to: database)
            case 6:
                what = "tables locked for 6 s, every pool exhausted"
                try server.lockTables(of: database)
                try await Task.sleep(for: .seconds(6))
            default:
                what = "the next 5 answers lost, webhooks doubled or held, callbacks failing"
                site.faults.set(.zinc, "create", .dropAfter, times: 2)
                site.faults.set(.zinc, "webhook", .duplicateWebhook(2), times: 5)
                site.faults.set(.zinc, "webhook", .holdWebhook, times: 3)
                site.faults.set(.ats, "callback", .status(500, accepted: true), times: 3)
                site.faults.set(.zinc, "create", .lateAnswer(.milliseconds(400)), times: 5)
            }
            ChaosReport.progress("second \(second) of \(seconds): \(what)")
            done.append(Disruption(second: second, what: what, over: SystemClock().now()))
        }
    }

    /// Until every order is completed and the ATS knows, settling as a person would what is uncertain. False after two minutes.
    func waitForEnds(_ count: Int) async throws -> Bool {
        for _ in 0..<600 {
            try await settleUncertain()
            if try await states() == ["completed": count], notified().count == count { return true }
            try await Task.sleep(for: .milliseconds(200))
        }
        return false
    }

    private func settleUncertain() async throws {
        for order in try await orders("state=uncertain") {
            guard let id = order["id"]?.text, let email = order["candidate"]?["email"]?.text else { continue }
            let found = site.zinc.requests.first { $0.candidate.email.value == email }
            let body: JSON = found.map { ["action": "adopt", "provider_ref": .string($0.id)] } ?? ["action": "resubmit"]
            try await serves[0].post("/orders/\(id)/resolve", body)
        }
    }

    func states() async throws -> [String: Int] {
        Dictionary(grouping: try await orders("sort=asc").compactMap { $0["state"]?.text }) { $0 }.mapValues(\.count)
    }

    private func orders(_ query: String) async throws -> [JSON] {
        var all: [JSON] = []
        var cursor = ""
        repeat {
            guard let page = try? await serves[0].get("/orders?limit=200&\(query)\(cursor.isEmpty ? "" : "&cursor=\(cursor)")") else { return all }
            all += page["items"]?.items ?? []
            cursor = page["next"]?.text ?? ""
        } while !cursor.isEmpty
        return all
    }

    /// When the ATS first heard of each order's end.
    private func notified() -> [String: Timestamp] {
        let ends = site.ats.received.filter { $0.isVerified && $0.body["data"]?["state"]?.text == "completed" }
        return Dictionary(ends.map { ($0.body["data"]?["external_id"]?.text ?? "", $0.at) }) { first, _ in first }
    }

    /// States that the ATS was told of under two ids; `uncertain` apart, which may come back after a person had it sent again.
    func notifiedTwice() -> [String] {
        let notifications = site.ats.received.filter { $0.isVerified && !$0.isRepeated }.map {
            "\($0.body["data"]?["external_id"]?.text ?? "") \($0.body["data"]?["state"]?.text ?? "")"
        }
        return Dictionary(grouping: notifications) { $0 }.filter { $0.value.count > 1 && !$0.key.hasSuffix("uncertain") }.keys.sorted()
    }

    /// How many seconds after a time orders came to their end again at 95 % of the rate at which they come in; nil where they did not within a
    /// minute.
    func recovery(after timestamp: Timestamp) -> Int? {
        let ends = notified().values.map { ($0 - timestamp).wholeMilliseconds }
        return (0..<60).first { second in
            let window = ends.count { $0 >= Int64(second) * 1000 && $0 < Int64(second + 1) * 1000 }
            return Double(window) >= perSecond.withLock { $0 } * 0.95
        }
    }

    func kill() { for serve in serves { serve.kill() } }

    func close() async {
        simulatorTask.cancel()
        await simulators.stop()
        await transport.shutdown()
        try? server.stop()
        try? FileManager.default.removeItem(at: folder)
    }
}
