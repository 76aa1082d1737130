import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Group commit")
struct GroupCommitTests {
    @Test("Writes that arrive together are committed together")
    func commitsTogetherWhatArrivesTogether() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let before = store.figures
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<500 { group.addTask { _ = try await store.accept(sampleEvent("evt_\(index)"), dedupe: "k\(index)") } }
            try await group.waitForAll()
        }
        let figures = store.figures
        #expect(figures.intents - before.intents == 500)
        #expect(figures.batches - before.batches < 500)
        #expect(figures.largestBatch > 1)
        await store.close()
    }

    @Test("An intent that fails after its first write does not fail the others in its batch")
    func anIntentThatFailsAfterWritingTakesNobodyWithIt() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let results = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<100 {
                group.addTask {
                    do {
                        let record = Effect.record(sampleEvent("evt_\(index)"))
                        // Every third writes the same event twice, so that it fails after its first write.
                        try await store.perform(index % 3 == 0 ? [record, record] : [record])
                        return true
                    } catch {
                        return (error as? StoreError) != .conflict
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results.count { $0 } == 66)
        let events = try await store.events(EventQuery(), PageRequest(limit: 200)).items.map(\.id)
        #expect(Set(events) == Set((0..<100).filter { $0 % 3 != 0 }.map { "evt_\($0)" }))
        await store.close()
    }

    @Test("The write-ahead log stays bounded under steady writes and is empty after closing")
    func theLogStaysBoundedUnderSteadyWrites() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let body = [UInt8](repeating: 120, count: 16_384)
        for round in 0..<40 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<128 { group.addTask { _ = try await store.accept(sampleEvent("evt_\(round)_\(index)", body: body), dedupe: nil) } }
                try await group.waitForAll()
            }
        }
        let written = 40 * 128 * body.count
        #expect(written > 2 * Checkpoints.fileLimit)
        #expect(folder.size("fairlead.db-wal") < written - Checkpoints.fileLimit)
        await store.close()
        #expect(folder.size("fairlead.db-wal") == 0)
        #expect(folder.size("fairlead.db") >= written)
    }
}
