import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("What the ATS knows of an order")
struct ATSStatusTests {
    private func update(_ id: String, of order: Order, _ state: OrderState, _ runState: Run.State, _ fixture: APIFixture) -> Run {
        var run = Run(
            id: id,
            connection: order.connection,
            plugin: "invented",
            pluginVersion: "1",
            script: "x",
            hook: "on_update",
            event: nil,
            order: order.id,
            input: .update(Personal(["order": ["state": .string(state.rawValue)]])),
            state: runState,
            attempt: 1,
            createdAt: fixture.clock.now()
        )
        if runState == .parked { run.result = Personal(["kind": "parked", "reason": "the ATS did not accept our key (401)"]) }
        if runState.isEnded { run.endedAt = fixture.clock.now() }
        return run
    }

    @Test("An order shows what the ATS was told, what not and why; an update that gave up waits on the operator until it is told or discarded")
    func status() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1")
        let other = try await fixture.order("a-2")
        let runs = [
            update("run_1", of: order, .requested, .done, fixture), update("run_2", of: order, .awaitingCandidate, .parked, fixture),
            update("run_3", of: order, .inProgress, .parked, fixture),
        ]
        for run in runs { try await fixture.store.perform([.run(run)]) }
        try await fixture.run { (client) async throws in
            func shown(_ token: String = "all") async throws -> JSON {
                try #require(try await client.get("/orders/\(order.id)", as: token).json)
            }
            var ats = try #require(try await shown()["ats"])
            #expect(ats["told"] == "requested" && ats["told_at"]?.text != nil && ats["pending"] == "awaiting_candidate")
            #expect(ats["error"]?["code"] == "parked" && ats["error"]?["message"] == "the ATS did not accept our key (401)")
            #expect(ats["run"] == "run_2")
            #expect(try await shown("plain")["ats"]?["error"]?["message"]?.text?.contains("401") == false)
            #expect(try await shown()["waiting_on"] == "operator")
            #expect(try await client.list("/orders?waiting_on=operator", "id") == [order.id])
            let list = try await client.get("/orders?sort=asc").json?["items"]?.items ?? []
            #expect(list.map { $0["ats"]?["told"] } == ["requested", .null])
            let retried = try await client.post("/runs/run_3/retry")
            #expect(retried.status == 202)
            var told = runs[2]
            told.state = .done
            told.endedAt = fixture.clock.now()
            try await fixture.store.perform([.run(told)])
            ats = try #require(try await shown()["ats"])
            #expect(ats["told"] == "in_progress" && ats["pending"] == .null && ats["error"] == .null)
            #expect(try await shown()["waiting_on"] != "operator")
            #expect(try await client.list("/orders?waiting_on=operator", "id").isEmpty)
            let older = try await client.post("/runs/run_2/retry")
            #expect(older.status == 409 && older.json?["code"] == "superseded")
            let batch = try await client.post("/runs/retry", ["state": "parked", "limit": 200])
            #expect(batch.json == ["done": 0, "refused": 1, "superseded": 1, "next": .null])
            let job = try await client.post("/runs/retry", ["state": "parked"]).json
            #expect(job?["done"] == 0 && job?["refused"] == 1 && job?["superseded"] == 1 && job?["state"] == "done")
            try await fixture.store.perform([.run(update("run_4", of: other, .requested, .dead, fixture))])
            #expect(try await client.list("/orders?waiting_on=operator", "id") == [other.id])
            #expect(try await client.post("/runs/run_4/discard", ["note": "told by phone"]).status == 202)
            #expect(try await client.list("/orders?waiting_on=operator", "id").isEmpty)
        }
    }
}
