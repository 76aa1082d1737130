import CrashTesting
import Screening
import Synchronization
import Testing

@Suite("Two hosts that write the audit at once", .serialized) struct AuditKillTests {
    private final class Counter: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    @Test("Their entries are one chain in one order, also when one and then the other is killed in the middle; what was answered is in it")
    func oneChain() async throws {
        let harness = try await ReplicaHarness(replicas: 2)
        defer { harness.kill() }
        for serve in harness.serves { try await serve.start() }
        let answered = Counter()
        for round in 0..<4 {
            let victim = harness.serves[round % 2]
            await withTaskGroup(of: Void.self) { group in
                for serve in harness.serves {
                    for writer in 0..<4 {
                        group.addTask {
                            for number in 0..<30 {
                                let token: JSON = ["name": .string("round \(round), \(writer), \(number)"), "scopes": ["read"]]
                                // Whoever was killed answers no more in this round.
                                guard let answer = try? await serve.post("/tokens", token) else { break }
                                if answer.status == 201 { answered.add() }
                            }
                        }
                    }
                }
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(150 + 100 * round))
                    victim.kill()
                }
            }
            try await victim.start()
        }
        for serve in harness.serves {
            let found = try await serve.get("/audit/verify")
            #expect(found?["ok"] == true, "\(found?.string() ?? "no answer")")
            #expect(found?["entries"]?.integer ?? 0 >= Int64(answered.count))
        }
        #expect(answered.count >= 480, "hardly anything was answered")
        for serve in harness.serves { #expect(serve.terminate() == 0) }
        await harness.close()
    }
}
