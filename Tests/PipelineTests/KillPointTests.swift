import CrashTesting
import Foundation
import Pipeline
import Screening
import ScreeningTesting
import Simulators
import Testing

/// Promises 1 and 2 at every point between "accepted" and "the ATS was told": whenever the host dies, nothing is lost and nothing is ordered twice.
///
/// `FAIRLEAD_KILL_POINTS` says how many seeds are tried; the table goes to the file that `FAIRLEAD_CHAOS_REPORT` names.
@Suite("Killing the host at any point", .serialized) struct KillPointTests {
    private static let seeds = ProcessInfo.processInfo.environment["FAIRLEAD_KILL_POINTS"].flatMap { Int($0) } ?? 14

    @Test("Wherever the host is killed, nothing is lost or ordered twice")
    func whereverTheHostDiesNothingIsLostOrOrderedTwice() async throws {
        var rows: [String] = []
        for seed in 0..<Self.seeds {
            let trial = KillTrial(seed: UInt64(seed))
            let end = try await trial.run()
            #expect(end.faults.isEmpty, "seed \(seed), \(trial.plan): \(end.faults)")
            ChaosReport.progress("kill points: \(seed + 1) of \(Self.seeds) seeds")
            let verdict = end.faults.isEmpty ? "ok" : end.faults.joined(separator: "; ")
            rows.append("| \(seed) | \(trial.plan) | \(end.kills) | \(end.atProvider) | \(end.notified) | \(verdict) |")
        }
        try ChaosReport.append("Kill points", ["seed", "plan", "kills", "requests at the provider", "updates told", "verdict"], rows)
    }
}

/// One order's way with a host that dies once or several times on the way.
struct KillTrial {
    struct End {
        var kills = 0
        var atProvider = 0
        var notified = 0
        var faults: [String] = []
    }

    let points: [Int]
    let account: String
    let trouble: String
    private let name: String
    private static let troubles = ["calm", "late answers", "webhooks doubled", "webhooks out of order", "callbacks failing", "answers lost"]

    var plan: String { "\(account), dies at \(points.map(String.init).joined(separator: ", ")), \(trouble)" }

    /// The first seeds are without trouble and go through the points one after the other; the others die up to three times, in trouble.
    init(seed: UInt64) {
        let random = SeededRandom(seed)
        account = seed % 2 == 0 ? "zinc" : "workerchecks"
        name = "application-\(seed)"
        let count = seed < 14 ? 1 : 1 + Int(random.fraction() * 3)
        points = (0..<count).map { index in
            let stretch = index == 0 ? 90.0 : 60
            return 1 + Int(seed < 14 ? Double(seed) * 6.5 : random.fraction() * stretch)
        }
        trouble = seed < 14 ? "calm" : Self.troubles[Int(random.fraction() * Double(Self.troubles.count))]
    }

    func run() async throws -> End {
        let external = ExternalSystems(pace: .milliseconds(25))
        stir(external.site)
        var end = End()
        var harness = try await PipelineHarness(poll: .milliseconds(60), external: external, kill: KillSwitch(at: points[0]))
        let folder = harness.folder
        let ordering = Task { try await order(external) }
        for index in points.indices {
            let kill = index == 0 ? harness.kill : nil
            guard let kill = kill ?? harness.kill else { break }
            for _ in 0..<400 where !kill.isKilled {
                if try await isFinished(harness) { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            if kill.isKilled { end.kills += 1 }
            await harness.stop()
            let next = index + 1 < points.count ? KillSwitch(at: points[index + 1]) : nil
            harness = try await PipelineHarness(folder: folder, poll: .milliseconds(60), external: external, kill: next)
        }
        try await ordering.value
        // Long enough for a callback that failed to be tried again twice.
        let patience = ContinuousClock.now + .seconds(90)
        while try await !isFinished(harness), ContinuousClock.now < patience {
            try await settle(harness)
            try await Task.sleep(for: .milliseconds(20))
        }
        if try await !isFinished(harness) { end.faults.append("not finished: \(try await describe(harness))") }
        let orders = try await harness.context.store.orders(OrderQuery(), PageRequest()).items
        if orders.count != 1 { end.faults.append("\(orders.count) orders") }
        end.atProvider = account == "zinc" ? external.site.zinc.requests.count : external.site.workerChecks.invitations.count
        if end.atProvider != 1 { end.faults.append("\(end.atProvider) requests at the provider") }
        let notified = harness.notifiedStates(of: name)
        end.notified = notified.count
        // Uncertain once more for every time that a person had it sent again.
        let again = try await harness.context.store.timeline(of: orders.first?.id ?? "").count { $0.text == "to be sent again" }
        let once = notified.filter { $0 != "uncertain" }
        if Set(once).count != once.count || notified.count - once.count > again + 1 { end.faults.append("notified twice under two ids: \(notified)") }
        if notified.last != "completed" { end.faults.append("the last that the ATS was notified of: \(notified)") }
        await harness.stop()
        external.end()
        try? FileManager.default.removeItem(at: folder)
        return end
    }

    private func stir(_ site: SimulatorSite) {
        switch trouble {
        case "late answers": site.faults.set(account == "zinc" ? .zinc : .workerchecks, "create", .lateAnswer(.milliseconds(80)))
        case "webhooks doubled": site.faults.set(.zinc, "webhook", .duplicateWebhook(2), times: nil)
        case "webhooks out of order": site.faults.set(.zinc, "webhook", .holdWebhook, times: 2)
        case "callbacks failing": site.faults.set(.ats, "callback", .status(500, accepted: true))
        case "answers lost": site.faults.set(account == "zinc" ? .zinc : .workerchecks, "create", .dropAfter)
        default: break
        }
    }

    /// Asks until somebody takes it, as an ATS does.
    private func order(_ external: ExternalSystems) async throws {
        let candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+61491570006")
        for _ in 0..<600 {
            let response = try? await external.site.ats.orderScreening(
                at: "https://host.example.test/ats/\(account == "zinc" ? "acme" : "checks")/standard",
                application: name,
                package: account == "zinc" ? "pkg_1" : "prod_1",
                candidate: candidate,
                id: "msg_1"
            )
            if response?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// What a person does about an order whose answer was lost: looks at the provider, and adopts what is there or sends it again.
    private func settle(_ harness: PipelineHarness) async throws {
        guard let order = try await harness.context.store.orders(OrderQuery(), PageRequest()).items.first, order.state == .uncertain else { return }
        let found = account == "zinc" ? harness.site.zinc.requests.first?.id : harness.site.workerChecks.invitations.first?.id
        _ = try? await harness.commands.resolve(order: order.id, found.map { .adopt(providerRef: $0) } ?? .resubmit)
    }

    private func isFinished(_ harness: PipelineHarness) async throws -> Bool { harness.notifiedStates(of: name).last == "completed" }

    private func describe(_ harness: PipelineHarness) async throws -> String {
        let orders = try await harness.context.store.orders(OrderQuery(), PageRequest()).items
        let runs = try await harness.context.store.runs(RunQuery(), PageRequest()).items
        let shown = runs.map { "\($0.hook) \($0.state) \($0.failure?.message ?? "")" }
        return "\(orders.map { "\($0.state) \($0.status.problem?.code ?? "")" }), \(shown)"
    }
}
