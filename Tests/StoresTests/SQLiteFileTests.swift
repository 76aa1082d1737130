import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A SQLite store's file")
struct SQLiteFileTests {
    @Test("A file that one store has open cannot be opened by another")
    func belongsToOneStoreAtATime() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        #expect {
            _ = try folder.open()
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return why.contains("another process")
        }
        await store.close()
        await (try folder.open()).close()
    }

    @Test("A file that another process has locked is refused until the lock is released")
    func isRefusedWhereAnotherProcessHasIt() async throws {
        let folder = try SQLiteFolder()
        await (try folder.open()).close()
        // The lock is the system's: taken by a process that knows nothing of the store, it holds as well.
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec 9<>\"$1\" && flock -x 9 && echo held && read -r _", "sh", folder.file() + ".lock"]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let held = output.fileHandleForReading.availableData
        #expect(String(decoding: held, as: UTF8.self) == "held\n")
        #expect(throws: StoreError.self) { _ = try folder.open() }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        await (try folder.open()).close()
    }

    @Test("A file with a schema of a newer version is refused")
    func ofANewerVersionIsRefused() async throws {
        let folder = try SQLiteFolder()
        await (try folder.open()).close()
        let database = try DatabaseQueue(path: folder.file())
        try await database.write { try $0.execute(sql: "INSERT INTO schema_migrations VALUES (9000, 'from the future', 0)") }
        try database.close()
        #expect {
            _ = try folder.open()
        } throws: { error in
            guard case StoreError.newer(let what)? = error as? StoreError else { return false }
            return what.contains("9000")
        }
    }

    @Test("A file of a version before the first release is refused with a sentence that says what to do")
    func ofBeforeTheFirstReleaseIsRefused() async throws {
        let folder = try SQLiteFolder()
        let database = try DatabaseQueue(path: folder.file())
        try await database.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL);
                    INSERT INTO schema_migrations VALUES (1, 'first schema', 0), (2, 'count how often', 0);
                    """
            )
        }
        try database.close()
        #expect {
            _ = try folder.open()
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return why.contains("before the first release") && why.contains("begin with an empty store")
        }
        #expect(folder.size("fairlead-keys.db") == 0)
    }

    @Test("A store whose file of keys is gone is refused, and no new keys are made")
    func withoutItsKeysIsRefused() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open(keys: [SealTests.key(1)])
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        await store.close()
        try FileManager.default.removeItem(atPath: folder.file("fairlead-keys.db"))
        #expect {
            _ = try folder.open(keys: [SealTests.key(1)])
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return why.contains("fairlead-keys.db") && why.contains("put it back")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("fairlead-keys.db")))
    }

    @Test("A file that is not a database is reported as corrupt")
    func thatIsNoDatabaseIsCorrupt() throws {
        let folder = try SQLiteFolder()
        try Data(repeating: 65, count: 8192).write(to: URL(fileURLWithPath: folder.file()))
        #expect {
            _ = try folder.open()
        } throws: { error in
            if case StoreError.corrupt? = error as? StoreError { true } else { false }
        }
    }

    @Test("A path in a folder that does not exist is reported as unavailable")
    func inAFolderThatIsNotThereIsUnavailable() throws {
        #expect {
            _ = try SQLiteStore(path: "/nowhere/at/all/fairlead.db", clock: ManualClock(), random: SeededRandom())
        } throws: { error in
            if case StoreError.unavailable? = error as? StoreError { true } else { false }
        }
    }

    @Test("The files of a store are readable and writable by their owner only")
    func isReadableByItsOwnerOnly() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        for name in ["fairlead.db", "fairlead.db-wal", "fairlead.db.lock", "fairlead-keys.db", "fairlead-keys.db-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        await store.close()
    }

    @Test("Opening a store releases the work that its last process had claimed")
    func givesHeldWorkBackAtOnceWhenOpened() async throws {
        let folder = try SQLiteFolder()
        let clock = ManualClock()
        var store = try folder.open(clock: clock)
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        let request = ClaimRequest(owner: "gone", limit: 9, kinds: [.event], lease: .seconds(3600))
        let lost = try await store.claim(request)
        #expect(lost.map(\.attempt) == [1])
        await store.close()
        store = try folder.open(clock: clock)
        let claims = try await store.claim(ClaimRequest(owner: "new", limit: 9, kinds: [.event]))
        #expect(claims.map(\.work) == [.event("evt_1")])
        #expect(claims.map(\.attempt) == [1])
        let reopened = store
        await #expect(throws: StoreError.conflict) { try await reopened.commit(lost[0], Decision(.done)) }
        await store.close()
    }

    @Test("No personal text is stored outside the opaque columns")
    func holdsNoPersonalTextOutsideTheOpaqueColumns() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let order = Order(
            id: "ord_1",
            connection: "acme",
            account: "zinc-uk",
            provider: "zinc",
            externalID: "application-101",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000"),
            metadata: ["note": "likes tea"],
            callbackToken: Secret("token-of-this-order"),
            createdAt: Timestamp(milliseconds: 0),
            updatedAt: Timestamp(milliseconds: 0)
        )
        _ = try await store.place(order)
        await store.close()
        let database = try DatabaseQueue(path: folder.file())
        let rows = try await database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM orders").map { row in
                row.filter { $0.0 != "body" }.map { "\($0.1)" }.joined(separator: " ")
            }
        }
        #expect(rows.count == 1)
        for text in ["Roe", "ana@", "960000", "tea", "token-of", "application-101"] { #expect(!rows[0].contains(text), "\(text)") }
        try database.close()
    }
}
