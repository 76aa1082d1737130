import Foundation
import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Simulators
import Synchronization
import Testing

/// Keeps what a webhook's receiver or a script's host is sent.
private final class Receiver: WireHandler {
    private let received = Mutex<[JSON]>([])

    var types: [String] { received.withLock { $0.compactMap { $0["type"]?.text } } }

    func respond(to request: WireRequest) async throws -> WireResponse {
        let body = try? JSON(parsing: request.body)
        received.withLock { $0.append(body ?? .null) }
        return WireResponse(204)
    }
}

/// Counts every request that reaches what is outside, by what it is for.
private final class CountingSite: WireHandler {
    private let site: SimulatorSite
    private let counts = Mutex<[String: Int]>([:])

    init(_ site: SimulatorSite) { self.site = site }

    /// Requests so far by method to what stands below a path.
    func count(_ method: HTTPRequest.Method, _ path: String) -> Int {
        counts.withLock { $0.reduce(0) { $0 + ($1.key.hasPrefix("\(method.rawValue) \(path)") ? $1.value : 0) } }
    }

    /// Requests to create or cancel an order.
    var orders: Int { count(.post, "/zinc") + count(.post, "/workerchecks/invitations") }

    func respond(to request: WireRequest) async throws -> WireResponse {
        counts.withLock { $0["\(request.method.rawValue) \(request.path)", default: 0] += 1 }
        return try await site.respond(to: request)
    }
}

/// A held store takes everything in and sends nothing; released it sends all of it, once.
@Suite("Holding the store") struct HoldTests {
    private func deliver(_ harness: PipelineHarness, _ number: Int) async throws -> WireResponse {
        try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-\(number)",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
    }

    private func isPutOff(_ harness: PipelineHarness, _ work: Work) async throws -> Bool? {
        let place = try await harness.context.store.places(of: [work])[work]
        guard let place, !place.isHeld, place.due > harness.context.clock.now() + .seconds(25) else { return nil }
        return true
    }

    private func waiting(_ harness: PipelineHarness, _ hook: String) async throws -> [RunSummary] {
        try await harness.context.store.runs(RunQuery(), PageRequest(limit: 200)).items.filter { $0.state == .waiting && $0.hook == hook }
    }

    @Test("Held over a restart: deliveries are answered 200, nothing is created, cancelled or told, orders are read; released it is all done once")
    func store() async throws {
        let harness = try await PipelineHarness()
        let counting = CountingSite(harness.site)
        harness.transport.set(counting, for: "simulators.example.test")
        let before = try await harness.place("application-before")
        let polled = try await harness.place("application-polled", account: "workerchecks")
        #expect(try await harness.order(before.id, in: .requested) != nil)
        #expect(try await harness.order(polled.id, in: .awaitingCandidate) != nil)
        #expect(try await eventually { harness.notifiedStates(of: "application-before") == ["requested"] ? true : nil } == true)

        let hold = try await harness.commands.acting(as: .token(id: "tok_1", name: "ops")).hold(note: "moving the database")
        #expect(hold.reason == .byPerson && hold.pause.note?.value == "moving the database")
        let created = counting.orders
        let told = counting.count(.post, "/ats")
        for number in 0..<3 { #expect(try await deliver(harness, number).status == 200) }
        let placed = try await harness.place("application-by-hand")
        let reference = try #require(try await harness.context.store.order(before.id)?.providerRef)
        for _ in 0..<2 { _ = harness.site.zinc.advance(reference) }
        #expect(try await eventually { try await isPutOff(harness, .submit(order: placed.id)) } == true)
        let runs = try await eventually {
            let (events, updates) = (try await waiting(harness, "on_event"), try await waiting(harness, "on_update"))
            return events.count == 3 && !updates.isEmpty ? events + updates : nil
        }
        #expect(runs?.allSatisfy { $0.failure?.code == "held" && $0.attempt == 0 } == true)
        let error = await #expect(throws: CommandError.self) { _ = try await harness.commands.cancel(order: polled.id) }
        #expect(error?.status == 409 && error?.code == "held")
        let reads = counting.count(.get, "/workerchecks")
        #expect(try await eventually { counting.count(.get, "/workerchecks") > reads ? true : nil } == true)
        let situation = try await harness.commands.situation(of: try #require(try await harness.context.store.order(placed.id)))
        #expect(situation.obstacle?.code == "held")
        let explanation = situation.explanation(showsPersonal: true)
        #expect(explanation.contains("the store has been held by ops since") && explanation.contains("fairlead release"), "\(explanation)")
        await harness.stop()

        let external = harness.external
        let again = try await PipelineHarness(folder: harness.folder, external: external)
        #expect(try await again.commands.presentHold()?.pause.actor == .token(id: "tok_1", name: "ops"))
        let late = try await again.place("application-late")
        #expect(try await eventually { try await isPutOff(again, .submit(order: late.id)) } == true)
        #expect(counting.orders == created && counting.count(.post, "/ats") == told)
        try await again.commands.release(note: "moved")
        #expect(try await again.commands.presentHold() == nil)
        for order in [placed, late] { #expect(try await again.order(order.id, in: .requested, within: 40) != nil) }
        #expect(try await eventually(within: 40) { external.site.zinc.requests.count == 6 ? true : nil } == true)
        let last = try #require(try await again.context.store.order(before.id)).state.rawValue
        #expect(try await eventually(within: 40) { again.notifiedStates(of: "application-before").last == last ? true : nil } == true)
        #expect(external.site.zinc.requests.count == 6)
        await again.stop()
        external.end()
    }

    @Test("A run that was under way stops at its next call when the store is held, and goes on there when it is released")
    func underWay() async throws {
        let script = """
            return function(base)
              base.on_update = function(update, ctx)
                local url = update.order.metadata.callback_url
                ctx.http.post(url .. "/one", { json = {} })
                ctx.http.post(url .. "/two", { json = {} })
              end
              return base
            end
            """
        let harness = try await PipelineHarness(script: script)
        let gate = HoldingSite(harness.site)
        harness.transport.set(gate, for: "simulators.example.test")
        _ = try await harness.place("application-1")
        #expect(try await eventually { gate.count(of: "/one") == 1 ? true : nil } == true)
        try await harness.commands.hold()
        gate.open()
        let run = try await eventually { try await waiting(harness, "on_update").first }
        #expect(run?.failure?.code == "held" && gate.count(of: "/one") == 1 && gate.count(of: "/two") == 0)
        try await harness.commands.release()
        #expect(try await eventually(within: 40) { gate.count(of: "/two") == 1 ? true : nil } == true)
        #expect(gate.count(of: "/one") == 1)
        await harness.stop()
    }

    @Test("Outgoing webhooks tell of no order while the store is held, and of issues all the same; afterwards nothing is missing")
    func webhooks() async throws {
        let harness = try await PipelineHarness()
        let receiver = Receiver()
        harness.transport.set(receiver, for: "hooks.example.test")
        let now = harness.context.clock.now()
        let endpoint = WebhookEndpoint(
            id: "ops",
            url: "https://hooks.example.test/in",
            events: .all,
            keys: [WebhookEndpoint.Key(Secret("whsec_" + Array("a secret of thirty-two bytes, ok.".utf8).base64), createdAt: now)],
            createdAt: now
        )
        try await harness.context.store.keep(endpoint, over: 0)
        try await harness.commands.hold()
        _ = try await harness.place("application-1")
        harness.context.issues.saw(IssueCause(.clock), at: harness.context.clock.now())
        #expect(try await eventually(within: 40) { receiver.types.contains("issue.opened") ? true : nil } == true)
        #expect(!receiver.types.contains("order.created"))
        try await harness.commands.release()
        #expect(try await eventually(within: 40) { receiver.types.contains("order.created") ? true : nil } == true)
        await harness.stop()
    }

    @Test("Holding again keeps since when and by whom, and releasing what is not held does nothing")
    func again() async throws {
        let harness = try await PipelineHarness(works: false)
        try await harness.commands.release()
        let first = try await harness.commands.acting(as: .token(id: "tok_1", name: "ops")).hold(note: "one")
        let second = try await harness.commands.acting(as: .token(id: "tok_2", name: "others")).hold(note: "two")
        #expect(second.pause.problem == first.pause.problem && second.pause.actor == first.pause.actor && second.pause.note?.value == "two")
        await harness.stop()
    }
}

/// Answers requests whose path ends with `/one` only once it is opened, and counts those that end with `/one` or `/two`.
private final class HoldingSite: WireHandler {
    private let site: SimulatorSite
    private let counts = Mutex<[String: Int]>([:])
    private let gate = AsyncStream.makeStream(of: Void.self)

    init(_ site: SimulatorSite) { self.site = site }

    func count(of ending: String) -> Int { counts.withLock { $0[ending] ?? 0 } }
    func open() { gate.continuation.finish() }

    func respond(to request: WireRequest) async throws -> WireResponse {
        guard let ending = ["/one", "/two"].first(where: { request.path.hasSuffix($0) }) else { return try await site.respond(to: request) }
        counts.withLock { $0[ending, default: 0] += 1 }
        if ending == "/one" { for await _ in gate.stream {} }
        return WireResponse(204)
    }
}
