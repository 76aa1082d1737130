import CrashTesting
import Foundation
import Screening
import ScreeningTesting
import Simulators
import Testing
import Web

@Suite("Killing a host that erases somebody", .serialized) struct ErasureKillTests {
    enum Kind: String, CaseIterable, Sendable { case sqlite, postgres }

    @Test("It finishes what was begun: the person is gone, the certificate right, and nothing is ordered twice", arguments: Kind.allCases)
    func killed(_ kind: Kind) async throws {
        let store = kind == .sqlite ? "sqlite:fairlead.db" : try await PostgresServer.shared.value.newDatabase()
        let harness = try await KillHarness(store: store)
        defer { harness.serve.kill() }
        let random = SeededRandom(5)
        let count = 6
        try await harness.serve.start()
        for number in 0..<count { try await harness.ats.deliver(number) }
        #expect(try await harness.waitForEnds(count))
        for number in 0..<(count - 1) {
            let serve = harness.serve
            let body: JSON = ["email": .string("ana\(number)@example.test"), "force": true]
            let erasing = Task { try? await serve.post("/candidates/erase", body) }
            try await Task.sleep(for: .milliseconds(Int64(random.fraction() * 60)))
            serve.kill()
            _ = await erasing.value
            try await serve.start()
            // Whoever asked got no answer, and asks again.
            let answer = try await serve.post("/candidates/erase", body)
            #expect(answer.status == 202, "\(answer.status)")
            let certificate = try #require(answer.json.flatMap { Erasure(json: $0) })
            #expect(certificate.isSigned)
            let found = try await serve.post("/candidates/find", ["email": .string("ana\(number)@example.test")])
            #expect(found.json?.at("counts.orders") == 0 && found.json?.at("counts.events") == 0)
            // The ATS sends it once more.
            try await harness.ats.deliver(number)
        }
        let erasures = try await harness.serve.get("/erasures")?["items"]?.items ?? []
        #expect(erasures.count >= count - 1)
        for erasure in erasures { #expect(Erasure(json: erasure)?.isSigned == true, "\(erasure["id"]?.text ?? "")") }
        let orders = try await harness.serve.get("/orders?limit=200")?["items"]?.items ?? []
        #expect(orders.map { $0["external_id"] } == [.string("application-\(count - 1)")])
        #expect(harness.site.zinc.requests.count == count)
        #expect(try await harness.serve.get("/audit/verify")?["ok"] == true)
        #expect(harness.serve.terminate() == 0)
        await harness.close()
    }

    @Test("Killed within an erasure, and restored to before it: the person does not come back and is not ordered", arguments: Kind.allCases)
    func killedThenRestored(_ kind: Kind) async throws {
        let store = kind == .sqlite ? "sqlite:fairlead.db" : try await PostgresServer.shared.value.newDatabase()
        let harness = try await KillHarness(store: store)
        defer { harness.serve.kill() }
        let (serve, program) = (harness.serve, RestoringProgram(folder: harness.folder))
        let random = SeededRandom(kind == .sqlite ? 11 : 12)
        let count = 5
        try await serve.start()
        for number in 0..<count { try await harness.ats.deliver(number) }
        #expect(try await harness.waitForEnds(count))
        #expect(try program.run("backup", "older.backup") == 0, "\(program.said)")
        for number in 0..<(count - 1) {
            let body: JSON = ["email": .string("ana\(number)@example.test"), "force": true]
            let erasing = Task { try? await serve.post("/candidates/erase", body) }
            try await Task.sleep(for: .milliseconds(Int64(random.fraction() * 80)))
            serve.kill()
            let answered = await erasing.value?.status == 202
            // Every other time the host finishes what was begun before it is restored.
            let isFinished = number % 2 == 1
            if isFinished {
                try await serve.start()
                #expect(try await serve.post("/candidates/erase", body).status == 202)
                #expect(serve.terminate() == 0)
            }
            // On PostgreSQL a replica counts as alive for five minutes after it was killed.
            if kind == .postgres { try await PostgresServer.shared.value.forgetReplicas(of: store) }
            #expect(try program.run("restore", "older.backup", "--replace") == 0, "\(program.said)")
            try await serve.start()
            let isGone = try await Self.counts(number, serve) == (orders: 0, events: 0)
            #expect(isGone || !answered && !isFinished, "the restore brought a person back")
            // Whoever asked got no answer, and asks again.
            if !isGone { #expect(try await serve.post("/candidates/erase", body).status == 202) }
            _ = try await serve.post("/release", ["force": true, "gap_closed": true])
            for erased in 0...number {
                #expect(try await Self.counts(erased, serve) == (orders: 0, events: 0), "ana\(erased) after \(number)")
                try await harness.ats.deliver(erased)
            }
            try await Task.sleep(for: .milliseconds(300))
            let orders = try await serve.get("/orders?limit=200")?["items"]?.items ?? []
            #expect(orders.count == count - number - 1)
            #expect(harness.site.zinc.requests.count == count)
            #expect(try await serve.get("/audit/verify")?["ok"] == true)
        }
        #expect(serve.terminate() == 0)
        await harness.close()
    }

    private static func counts(_ number: Int, _ serve: ServeProcess) async throws -> (orders: Int64?, events: Int64?) {
        let found = try await serve.post("/candidates/find", ["email": .string("ana\(number)@example.test")])
        return (found.json?.at("counts.orders")?.integer, found.json?.at("counts.events")?.integer)
    }
}
