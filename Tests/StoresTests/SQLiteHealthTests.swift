import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// A disk that is full or cannot be written: nothing more is taken, nothing that was taken is lost, and it goes on by itself.
@Suite("The health of a SQLite store") struct SQLiteHealthTests {
    private static func event(_ number: Int, _ clock: ManualClock) -> Event {
        let request = ReceivedRequest(method: "POST", path: "/hmac", body: [UInt8](repeating: 0x61, count: 4000))
        return Event(id: "evt_\(number)", kind: .ats, connection: "acme", request: request, receivedAt: clock.now())
    }

    @Test("Writes fail while the disk is full, lose nothing stored before, and succeed once there is room")
    func aFullDiskRefusesAndRecovers() async throws {
        let folder = try SQLiteFolder()
        let clock = ManualClock()
        let store = try folder.open(clock: clock)
        let pages = try await store.write(TouchedRows()) { try Int.fetchOne($0.db, sql: "PRAGMA page_count") ?? 0 }
        _ = try await store.write(TouchedRows()) { try Int.fetchOne($0.db, sql: "PRAGMA max_page_count = \(pages + 12)") }
        var taken: [String] = []
        var failure: StoreError?
        for number in 0..<200 where failure == nil {
            do { taken.append(try await store.accept(Self.event(number, clock), dedupe: "\(number)").event) } catch let error as StoreError {
                failure = error
            }
        }
        #expect(failure == .unavailable("the disk is full"))
        #expect(!taken.isEmpty)
        await #expect(throws: StoreError.unavailable("the disk is full")) { try await store.accept(Self.event(900, clock), dedupe: "900") }
        for _ in 0..<2 { await #expect(throws: StoreError.unavailable("the disk is full")) { try await store.tryWriting() } }
        for id in taken { #expect(try await store.event(id) != nil) }
        #expect(try await store.event("evt_900") == nil)

        _ = try await store.write(TouchedRows()) { try Int.fetchOne($0.db, sql: "PRAGMA max_page_count = 1000000") }
        try await store.tryWriting()
        let again = try await store.accept(Self.event(901, clock), dedupe: "900")
        #expect(!again.duplicate)
        #expect(try await store.accept(Self.event(902, clock), dedupe: "0").duplicate)
        await store.close()
    }

    @Test(
        "Each SQLite result code becomes the matching store error",
        arguments: [
            (ResultCode.SQLITE_FULL, StoreError.unavailable("the disk is full")),
            (.SQLITE_READONLY, .unavailable("the database file is read-only")), (.SQLITE_BUSY, .unavailable("the database is busy")),
            (.SQLITE_CANTOPEN, .unavailable("the database file cannot be opened")), (.SQLITE_CORRUPT, .corrupt("as invented")),
            (.SQLITE_CONSTRAINT, .conflict),
        ]
    )
    func whatTheDatabaseSaysIsSaidClearly(_ code: ResultCode, _ error: StoreError) {
        #expect(StoreError(DatabaseError(resultCode: code, message: "as invented")) == error)
    }

    @Test("After a corruption error the health check keeps failing, and after an unreadable row it does not")
    func damageThatWasMetOnceKeepsTheStoreFromBeingInOrder() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open(clock: ManualClock())
        _ = try? await store.read { (_) -> Int in throw RowCodec.unreadable(AssociatedData(.orders, "ord_1")) }
        try await store.tryWriting()
        _ = try? await store.write(TouchedRows()) { (_) -> Int in throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "as invented") }
        for _ in 0..<2 { await #expect(throws: StoreError.corrupt("as invented")) { try await store.tryWriting() } }
        await store.close()
    }

    @Test("An I/O error during a commit is reported as an unknown result")
    func aCommitThatTheDiskDidNotTakeMayHaveBeenWritten() {
        #expect(StoreError(committing: DatabaseError(resultCode: .SQLITE_IOERR, message: "as invented")) == .unknown("as invented"))
    }
}
