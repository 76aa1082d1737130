import Foundation
import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Simulators
import Synchronization
import Testing

/// Counts every request that reaches what is outside, by what it is for.
private final class CountingSite: WireHandler {
    private let site: SimulatorSite
    private let counts = Mutex<[String: Int]>([:])

    init(_ site: SimulatorSite) { self.site = site }

    /// Requests so far to what stands below a path.
    func count(_ path: String) -> Int { counts.withLock { $0.reduce(0) { $0 + ($1.key.hasPrefix(path) ? $1.value : 0) } } }

    func respond(to request: WireRequest) async throws -> WireResponse {
        counts.withLock { $0[request.path, default: 0] += 1 }
        return try await site.respond(to: request)
    }
}

/// A paused account or connection takes everything in and sends nothing; afterwards all of it is sent, once.
@Suite("Pausing by hand") struct BrakeTests {
    private func deliver(_ harness: PipelineHarness, _ number: Int) async throws {
        let response = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-\(number)",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
        #expect(response.status == 200)
    }

    /// Whether work was looked at and put off by a pause.
    private func isPutOff(_ harness: PipelineHarness, _ work: Work) async throws -> Bool? {
        let place = try await harness.context.store.places(of: [work])[work]
        guard let place, !place.isHeld, place.due > harness.context.clock.now() + .seconds(25) else { return nil }
        return true
    }

    @Test("A paused account's orders wait over a restart with another key, and are sent once when it is resumed")
    func account() async throws {
        let harness = try await PipelineHarness()
        let counting = CountingSite(harness.site)
        harness.transport.set(counting, for: "simulators.example.test")
        try await harness.commands.acting(as: .token(id: "tok_1", name: "ops")).pause(account: "zinc", note: "asked to stop")
        var orders: [Order] = []
        for number in 0..<4 { orders.append(try await harness.place("application-\(number)")) }
        for order in orders { #expect(try await eventually { try await isPutOff(harness, .submit(order: order.id)) } == true) }
        #expect(counting.count("/zinc") == 0)
        await harness.stop()

        let external = ExternalSystems(pace: nil)
        let counted = CountingSite(external.site)
        external.transport.set(counted, for: "simulators.example.test")
        let key = Account(
            id: "zinc",
            provider: "zinc",
            environment: "staging",
            baseURL: PipelineHarness.zinc.baseURL,
            secrets: PipelineHarness.zinc.secrets.merging(["webhook_tokens": [Secret("another-token"), Secret("simulated-zinc-signing-token")]]) {
                $1
            }
        )
        let again = try await PipelineHarness(folder: harness.folder, zinc: key, external: external)
        let account = try #require(again.context.registry.account("zinc"))
        let pause = try #require(try await again.commands.pause(of: account))
        #expect(pause.actor == .token(id: "tok_1", name: "ops") && pause.note?.value == "asked to stop")
        let late = try await again.place("application-4")
        #expect(try await eventually { try await isPutOff(again, .submit(order: late.id)) } == true)
        #expect(counted.count("/zinc") == 0)
        try await again.commands.resume(account: "zinc")
        for order in orders + [late] { #expect(try await again.order(order.id, in: .requested, within: 40) != nil) }
        #expect(external.site.zinc.requests.count == 5)
        await again.stop()
        external.end()
    }

    @Test("A paused connection takes deliveries in, orders nothing and tells its ATS nothing; resumed it does all of it once, in order")
    func connection() async throws {
        let harness = try await PipelineHarness()
        let counting = CountingSite(harness.site)
        harness.transport.set(counting, for: "simulators.example.test")
        let before = try await harness.place("application-before")
        #expect(try await harness.order(before.id, in: .requested) != nil)
        #expect(try await eventually { harness.notifiedStates(of: "application-before") == ["requested"] ? true : nil } == true)
        let created = harness.site.zinc.requests.count
        let told = counting.count("/ats")

        try await harness.commands.pause(connection: "acme", note: "wrong mapping")
        for number in 0..<3 { try await deliver(harness, number) }
        let placed = try await harness.place("application-by-hand")
        let reference = try #require(try await harness.context.store.order(before.id)?.providerRef)
        for _ in 0..<2 { _ = harness.site.zinc.advance(reference) }
        #expect(try await eventually { try await isPutOff(harness, .submit(order: placed.id)) } == true)
        let waiting = try await eventually { () -> [RunSummary]? in
            let runs = try await harness.context.store.runs(RunQuery(), PageRequest(limit: 200)).items.filter { $0.state == .waiting }
            return runs.count { $0.hook == "on_event" } == 3 && runs.contains { $0.hook == "on_update" } ? runs : nil
        }
        #expect(waiting?.allSatisfy { $0.failure?.code == "paused" && $0.attempt == 0 } == true)
        #expect(harness.site.zinc.requests.count == created && counting.count("/ats") == told)
        let changed = try #require(try await harness.context.store.order(before.id))
        let situation = try await harness.commands.situation(of: changed)
        #expect(situation.obstacle?.code == "paused" && situation.ats.error?.code == "paused")

        try await harness.commands.resume(connection: "acme")
        #expect(try await harness.order(placed.id, in: .requested, within: 40) != nil)
        #expect(try await eventually(within: 40) { harness.site.zinc.requests.count == created + 4 ? true : nil } == true)
        let last = try #require(try await harness.context.store.order(before.id)).state.rawValue
        #expect(try await eventually(within: 40) { harness.notifiedStates(of: "application-before").last == last ? true : nil } == true)
        #expect(harness.notifiedStates(of: "application-before").count == Set(harness.notifiedStates(of: "application-before")).count)
        #expect(harness.site.zinc.requests.count == created + 4)
        await harness.stop()
    }

    @Test("A request that a paused connection's script would answer is answered 503, leaves a trace, and is no dead letter")
    func route() async throws {
        let script = """
            return function(base)
              base.routes = { ["POST /standard"] = function(request, ctx) return { status = 201, json = { ok = true } } end }
              return base
            end
            """
        let harness = try await PipelineHarness(script: script)
        try await harness.commands.pause(connection: "acme")
        let refused = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-1",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
        #expect(refused.status == 503 && refused.headers[.retryAfter] != nil)
        let run = try #require(try await harness.context.store.runs(RunQuery(), PageRequest()).items.first)
        #expect(run.state == .discarded && run.failure?.code == "paused")
        try await harness.commands.resume(connection: "acme")
        await harness.stop()
    }
}
