import GRDB
import Screening
import Testing

@testable import Stores

@Suite("Deliveries that were received before")
struct ReceivedKeysTests {
    private let index = BlindIndexKey([UInt8](repeating: 1, count: 32))

    private func key(_ number: Int) -> [UInt8] { BlindIndex.OnConnection.dedupe.of("\(number)", on: "acme", by: index) }

    @Test("A filter has no false negatives and few false positives")
    func aFilterNeverDeniesWhatItWasGiven() {
        let keys = ReceivedKeys(unread: 0...0)
        keys.adopt(0, KeyFilter())
        for number in 0..<20_000 { keys.add(key(number), bucket: number / 100) }
        for number in 0..<20_000 { #expect(keys.segments(thatMayHold: key(number)).contains(number / 100 / ReceivedKeys.bucketsPerSegment)) }
        let mistaken = (20_000..<40_000).count { !keys.segments(thatMayHold: key($0)).isEmpty }
        #expect(mistaken < 100)
    }

    @Test("A segment whose filter is not loaded yet is always searched")
    func aSegmentThatIsNotReadYetIsAlwaysAsked() {
        let keys = ReceivedKeys(unread: 0...2)
        keys.adopt(1, KeyFilter())
        #expect(keys.segments(thatMayHold: key(1)) == [2, 0])
        var read = KeyFilter()
        read.add(key(1))
        keys.adopt(2, read)
        keys.adopt(0, KeyFilter())
        #expect(keys.segments(thatMayHold: key(1)) == [2])
    }

    @Test("Closing a store while earlier keys are still being loaded does not crash")
    func areNotReadAnyMoreWhenTheStoreIsClosed() async throws {
        let folder = try SQLiteFolder()
        await (try folder.open()).close()
        let database = try DatabaseQueue(path: folder.file())
        try await database.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
                    INSERT INTO received_keys (bucket, key, event) SELECT i / 1024, randomblob(32), i FROM n
                    """
            )
        }
        try database.close()
        // Closed at once, while keys of before are being read: that crashed.
        for _ in 0..<10 { await (try folder.open()).close() }
        let store = try folder.open()
        #expect(try await !store.accept(sampleEvent("evt_new"), dedupe: "new").duplicate)
        await store.close()
    }

    @Test("A duplicate is recognised after restarts, however long ago the first delivery was")
    func areKnownAgainAfterARestartHoweverLongAgo() async throws {
        let folder = try SQLiteFolder()
        // Each time as if a hundred thousand events had come in between.
        for age in 0..<3 {
            let store = try folder.open()
            for past in 0..<age {
                #expect(try await store.accept(sampleEvent("evt_again"), dedupe: "\(past)") == Acceptance(event: "evt_\(past)", duplicate: true))
            }
            #expect(try await store.accept(sampleEvent("evt_\(age)"), dedupe: "\(age)").duplicate == false)
            #expect(try await store.accept(sampleEvent("evt_again"), dedupe: "\(age)").duplicate)
            await store.close()
            let database = try DatabaseQueue(path: folder.file())
            try await database.write { try $0.execute(sql: "UPDATE sqlite_sequence SET seq = seq + 100000 WHERE name = 'events'") }
            try database.close()
        }
        let store = try folder.open()
        #expect(try await store.event("evt_0")?.duplicateCount == 3)
        await store.close()
    }

    @Test("A delivery that failed to be stored is not a duplicate when it is sent again")
    func aDeliveryThatCameToNothingMayComeAgain() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        #expect(try await store.accept(sampleEvent("evt_1"), dedupe: "one").duplicate == false)
        // The identifier is taken, so nothing is written, and the key stays free.
        await #expect(throws: StoreError.conflict) { try await store.accept(sampleEvent("evt_1"), dedupe: "two") }
        #expect(try await store.accept(sampleEvent("evt_2"), dedupe: "two").duplicate == false)
        await store.close()
    }
}
