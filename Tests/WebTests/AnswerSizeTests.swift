import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Large answers of the API") struct AnswerSizeTests {
    private func steps(_ fixture: APIFixture, count: Int, size: Int) async throws {
        let run = Run(
            id: "run_1",
            connection: "acme",
            plugin: "invented",
            pluginVersion: "1",
            script: "x",
            hook: "on_event",
            event: nil,
            order: nil,
            input: .update(Personal(["text": .string(String(repeating: "i", count: size))])),
            state: .done,
            createdAt: fixture.clock.now()
        )
        try await fixture.store.perform([.run(run)])
        let steps = (1...count).map { number in
            Step(
                number: number,
                kind: "http",
                requestHash: "h",
                request: [:],
                reply: .string(String(repeating: "r", count: size)),
                at: fixture.clock.now()
            )
        }
        try await fixture.store.remember(steps, of: run.id, doing: nil)
    }

    @Test("A run whose replies do not fit into an answer marks those that are left out, and each can be read by itself")
    func largeRuns() async throws {
        let fixture = try await APIFixture()
        try await steps(fixture, count: 8, size: 400_000)
        try await fixture.run { (client) async throws in
            let whole = try await client.get("/runs/run_1")
            let steps = whole.json?["steps"]?.items ?? []
            #expect(steps.count == 8 && whole.body.count < 2 << 20)
            #expect(steps.count { $0["reply"] != nil } == 2)
            #expect(steps.last?["truncated"] == true && (steps.last?["bytes"]?.integer ?? 0) > 400_000)
            #expect(try await client.get("/runs/run_1/steps/8").json?["reply"]?.text?.utf8.count == 400_000)
            #expect(try await client.get("/runs/run_1/steps/9").status == 404)
            #expect(try await client.get("/runs/run_1/steps/8", as: "plain").status == 403)
            let plain = try await client.get("/runs/run_1", as: "plain")
            #expect(plain.body.count < 10_000 && plain.json?["steps"]?.items?.count == 8)
        }
    }

    @Test("An input that does not fit is marked, and can be read by itself")
    func largeInput() async throws {
        let fixture = try await APIFixture()
        try await steps(fixture, count: 1, size: 1_100_000)
        try await fixture.run { (client) async throws in
            let run = try await client.get("/runs/run_1").json
            #expect(run?["input"] == nil && run?["input_truncated"] == true)
            #expect(try await client.get("/runs/run_1/input").json?["text"]?.text?.utf8.count == 1_100_000)
        }
    }

    @Test("A body that does not fit is marked, and can be read byte for byte")
    func largeBody() async throws {
        let fixture = try await APIFixture()
        let body: [UInt8] = Array(repeating: 0xFF, count: 1_100_000)
        for (id, bytes) in [("evt_1", body), ("evt_2", Array("{}".utf8))] {
            let request = ReceivedRequest(method: "POST", path: "/webhook", body: bytes)
            _ = try await fixture.store.accept(
                Event(id: id, kind: .ats, connection: "acme", request: request, receivedAt: fixture.clock.now()),
                dedupe: nil
            )
        }
        try await fixture.run { (client) async throws in
            let large = try await client.get("/events/evt_1").json
            #expect(large?.at("request.body_truncated") == true && large?.at("request.body_bytes") == 1_100_000)
            #expect(large?.at("request.body_base64") == nil)
            #expect(try await client.get("/events/evt_1/body").body == body)
            #expect(try await client.get("/events/evt_2").json?.at("request.body") == "{}")
        }
    }

    @Test("Only so many answers are put together at a time; the others wait their turn, and beyond that they are refused")
    func turns() async throws {
        let budget = AnswerBudget(atOnce: 1, maxWaiting: 1)
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let first = Task {
            try await budget.inTurn {
                enter.yield()
                for await _ in released { break }
                return WireResponse(200)
            }
        }
        for await _ in entered { break }
        let others = (0..<3).map { _ in Task { (try? await budget.inTurn { WireResponse(200) })?.status ?? 503 } }
        // Two of the three find no room to wait; only then the first ends.
        var refused = 0
        await withTaskGroup(of: Int.self) { group in
            for other in others { group.addTask { await other.value } }
            for await status in group {
                if status == 503 { refused += 1 }
                if refused == 2 { release.yield() }
            }
        }
        #expect(refused == 2)
        #expect(try await first.value.status == 200)
        #expect(try await budget.inTurn { WireResponse(200) }.status == 200)
    }
}
