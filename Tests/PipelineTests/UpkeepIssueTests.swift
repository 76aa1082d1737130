import Screening
import Testing

@testable import Pipeline

@Suite("What the upkeep of privacy reports")
struct UpkeepIssueTests {
    /// A chain with one entry, whole or not what was hashed.
    private struct Chain: AuditLog {
        var isBroken: Bool

        func record(_ act: AuditAct) async throws -> AuditEntry { throw StoreError.closed }
        func record(_ acts: [AuditAct]) async throws { throw StoreError.closed }
        func audit(_ query: AuditQuery, _ page: PageRequest) async throws -> Page<AuditEntry> { throw StoreError.closed }
        func auditHead() async throws -> AuditHead { .empty }
        func pruneAudit(before time: Timestamp, limit: Int, by actor: Actor) async throws -> Int { 0 }

        func verifyAudit(anchors: [AuditHead]) async throws -> AuditVerification {
            func entry(_ hash: [UInt8]) -> AuditEntry {
                AuditEntry(
                    seq: 1,
                    at: Timestamp(milliseconds: 0),
                    actorKey: "system",
                    action: "settings.applied",
                    subject: nil,
                    outcome: "done",
                    details: [:],
                    content: [],
                    previous: AuditHead.empty.hash,
                    hash: hash
                )
            }
            let found = entry(isBroken ? [1] : entry([]).computedHash)
            var verifier = AuditVerifier()
            verifier.check(found)
            return verifier.finish(head: AuditHead(seq: 1, hash: found.hash))
        }
    }

    /// A store with one erasure.
    private struct Erasing: ErasureStore {
        var erasure: Erasure

        func erasures() async throws -> [Erasure] { [erasure] }
        func erasure(_ id: String) async throws -> Erasure? { nil }
        func records(of subject: ErasureSubject) async throws -> PersonRecords? { nil }
        func erase(
            _ subject: ErasureSubject,
            as id: String,
            window: Duration,
            by actor: Actor,
            note: Personal<String>?,
            telling: @Sendable (ErasedThings) async -> ErasureTelling
        ) async throws -> Erasure? { nil }
        func erasable(_ subject: ErasureSubject) async throws -> [String: Int]? { nil }
        func replayErasures() async throws -> Int { 0 }
        func isErased(_ marks: [ErasureMark], on connection: String) async throws -> Bool { false }
        func isErased(callbackToken: String) async throws -> Bool { false }
        func isErased(reference: String, at account: String) async throws -> Bool { false }
        func hasErasureMarks(on connection: String) async throws -> Bool { false }
        func eraseLater(event id: String) async throws {}
        func eraseDue() async throws -> Int { 0 }
        func known(_ texts: [Personal<String>]) async throws -> Set<Int> { [] }
        func note(told: [String: String], of erasure: String) async throws {}
    }

    private static func reported(_ environment: Environment) -> (seen: [IssueCause], gone: [IssueCause]) {
        let (sightings, gone) = environment.issues.take { environment.identifier(.issue) }
        return (sightings.map(\.cause), gone)
    }

    @Test("A broken chain of the audit is an issue until it is whole")
    func chain() async throws {
        let harness = try await PipelineHarness(script: "return function(base) return base end")
        let environment = harness.context.environment
        _ = Self.reported(environment)
        await AuditUpkeep(environment: environment, store: Chain(isBroken: true)).look()
        #expect(Self.reported(environment).seen.contains(IssueCause(.chainBroken)))
        await AuditUpkeep(environment: environment, store: Chain(isBroken: false)).look()
        #expect(Self.reported(environment).gone.contains(IssueCause(.chainBroken)))
        await harness.stop()
    }

    @Test("An erasure that is not finished after ten minutes is an issue until it is")
    func erasure() async throws {
        let harness = try await PipelineHarness(script: "return function(base) return base end")
        let environment = harness.context.environment
        var erasure = Erasure(id: "era_1", subject: "s", requestedAt: environment.clock.now() + .seconds(-601))
        _ = Self.reported(environment)
        await ErasureUpkeep(environment: environment, store: Erasing(erasure: erasure)).report()
        #expect(Self.reported(environment).seen.contains(IssueCause(.erasureOverdue)))
        erasure.doneAt = environment.clock.now()
        await ErasureUpkeep(environment: environment, store: Erasing(erasure: erasure)).report()
        #expect(Self.reported(environment).gone.contains(IssueCause(.erasureOverdue)))
        await harness.stop()
    }
}
