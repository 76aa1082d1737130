import Foundation
import GRDB
import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("A SQLite store's identity")
struct StoreIdentityTests {
    @Test("A store is new once, and keeps its identifier; it stands in the lock's file with who has it open")
    func isKept() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let identity = store.identity
        #expect(identity.isNew && identity.id.hasPrefix("sto_") && identity.place == folder.file())
        let note = try #require(LockNote.read(folder.file("fairlead.db.lock")))
        #expect(note.store == identity.id && note.pid == Int(ProcessInfo.processInfo.processIdentifier) && note.host != nil)
        await store.close()
        #expect(LockNote.read(folder.file("fairlead.db.lock"))?.store == identity.id)
        #expect(LockNote.read(folder.file("fairlead.db.lock"))?.pid == nil)
        let again = try folder.open()
        #expect(again.identity == StoreIdentity(id: identity.id, isNew: false, place: identity.place))
        await again.close()
    }

    @Test("Who is refused is told who has the file")
    func refusalNamesTheHolder() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        Self.expectRefusal(folder, ["pid \(ProcessInfo.processInfo.processIdentifier)", " on "])
        await store.close()
    }

    @Test("No empty store is begun where there was one, unless that is asked for", arguments: ["removed", "emptied"])
    func isNotBegunAnew(_ how: String) async throws {
        for kept in [["fairlead.db.lock", "fairlead-keys.db"], ["fairlead.db.lock"], ["fairlead-keys.db"]] {
            let folder = try SQLiteFolder()
            let store = try folder.open()
            _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
            await store.close()
            for name in ["fairlead.db", "fairlead.db.lock", "fairlead-keys.db"] where !kept.contains(name) {
                try FileManager.default.removeItem(atPath: folder.file(name))
            }
            if how == "emptied" { try Data().write(to: URL(fileURLWithPath: folder.file())) }
            Self.expectRefusal(folder, [folder.file(), "--new-store", how == "emptied" ? "empty" : "not there"])
            Self.expectRefusal(folder, ["--new-store"])
            #expect(folder.size("fairlead.db") == 0)
            let new = try SQLiteStore(path: folder.file(), newStore: true, clock: ManualClock(), random: SystemRandom())
            #expect(new.identity.isNew && new.identity.id != store.identity.id)
            #expect(try await new.event("evt_1") == nil)
            _ = try await new.accept(sampleEvent("evt_2"), dedupe: nil)
            await new.close()
            await (try folder.open()).close()
        }
    }

    @Test("A store that was never begun does not stand in its own way")
    func isBegunAfterAFailedStart() async throws {
        let folder = try SQLiteFolder()
        // What a start leaves behind that ended before the store was there.
        try Data().write(to: URL(fileURLWithPath: folder.file("fairlead.db.lock")))
        try Data().write(to: URL(fileURLWithPath: folder.file("fairlead-keys.db")))
        try Data().write(to: URL(fileURLWithPath: folder.file()))
        let store = try folder.open()
        #expect(store.identity.isNew)
        await store.close()
    }

    @Test(
        "While a file is not the one that was opened, nothing is accepted",
        arguments: ["fairlead.db", "fairlead.db-wal", "fairlead-keys.db", "fairlead-keys.db-wal", "fairlead.db.lock"]
    )
    func acceptsNothingWithoutItsFiles(_ name: String) async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        let (file, aside) = (folder.file(name), folder.file("aside"))
        try FileManager.default.moveItem(atPath: file, toPath: aside)
        await Self.expectNothingIsAccepted(store, file)
        // A copy is another file.
        try FileManager.default.copyItem(atPath: aside, toPath: file)
        await Self.expectNothingIsAccepted(store, file)
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.moveItem(atPath: aside, toPath: file)
        try await store.tryWriting()
        _ = try await store.accept(sampleEvent("evt_2"), dedupe: nil)
        await store.close()
        let reopened = try folder.open()
        #expect(try await reopened.event("evt_1") != nil)
        #expect(try await reopened.event("evt_2") != nil)
        await reopened.close()
    }

    @Test("Once a file was cut off nothing is accepted any more", arguments: ["fairlead.db", "fairlead.db-wal"])
    func acceptsNothingOnceCutOff(_ name: String) async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        for number in 0..<3 { _ = try await store.accept(sampleEvent("evt_\(number)"), dedupe: nil) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file(name)))
        try handle.truncate(atOffset: 0)
        try handle.close()
        await Self.expectNothingIsAccepted(store, "cut off")
        await store.close()
    }

    @Test("The store's locks stay while it looks at its files: no other process takes it for one that nobody has open")
    func locksStay() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        for number in 0..<3 { _ = try await store.accept(sampleEvent("evt_\(number)"), dedupe: nil) }
        // SQLite's own sign that somebody has the log open: who can lock this byte begins the log's index anew under those who use it.
        let python = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)"
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        other.arguments = ["python3", "-c", python, folder.file("fairlead.db-shm")]
        other.standardError = FileHandle.nullDevice
        try other.run()
        other.waitUntilExit()
        #expect(other.terminationStatus == 1)
        await store.close()
    }

    @Test(
        "What happens to a file long after its folder was last changed is noticed at once",
        arguments: ["fairlead.db", "fairlead.db-wal", "fairlead-keys.db"]
    )
    func noticesChangesInAQuietFolder(_ name: String) async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let paths = ["fairlead.db", "fairlead.db-wal", "fairlead.db-shm", "fairlead-keys.db"].map(folder.file)
        // An hour later, so that looking at the folder stands for looking at the files.
        let later = Int64(Date().timeIntervalSince1970 + 3600) * 1_000_000_000
        let watch = try FileWatch(paths, growing: [], log: folder.file(), now: { later })
        for _ in 0..<2 {
            try watch.check()
            try watch.checkWritten()
        }
        // File systems count time in steps: the change has to come in a later one.
        func changed(_ path: String) throws -> Date? { try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date }
        let other = try SQLiteFolder()
        let before = try changed(folder.path)
        repeat { try Data().write(to: URL(fileURLWithPath: other.file(UUID().uuidString))) } while try changed(other.path) == before
        try FileManager.default.moveItem(atPath: folder.file(name), toPath: folder.file("aside"))
        #expect(throws: StoreError.self) { try watch.check() }
        #expect(throws: StoreError.self) { try watch.checkWritten() }
        try FileManager.default.moveItem(atPath: folder.file("aside"), toPath: folder.file(name))
        try watch.check()
        await store.close()
    }

    @Test("A checkpoint that another process makes is not taken for harm")
    func othersMayMakeCheckpoints() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        _ = try await store.accept(sampleEvent("evt_1"), dedupe: nil)
        let other = try DatabaseQueue(path: folder.file())
        _ = try await other.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        #expect(folder.size("fairlead.db-wal") == 0)
        try await store.tryWriting()
        _ = try await store.accept(sampleEvent("evt_2"), dedupe: nil)
        try other.close()
        await store.close()
    }

    @Test("A long log that is made shorter by the store itself is not taken for one that was cut off")
    func ownLogMayBecomeShorter() async throws {
        let folder = try SQLiteFolder()
        let store = try folder.open()
        let body = [UInt8](repeating: 65, count: 1 << 20)
        for number in 0..<48 { _ = try await store.accept(sampleEvent("evt_\(number)", body: body), dedupe: nil) }
        try await store.tryWriting()
        await store.close()
    }

    private static func expectRefusal(_ folder: SQLiteFolder, _ words: [String]) {
        #expect {
            _ = try folder.open()
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return words.allSatisfy(why.contains)
        }
    }

    private static func expectNothingIsAccepted(_ store: SQLiteStore, _ word: String) async {
        await #expect {
            try await store.tryWriting()
        } throws: { error in
            guard case StoreError.unavailable(let why)? = error as? StoreError else { return false }
            return why.contains(word)
        }
        await #expect(throws: StoreError.self) { _ = try await store.accept(sampleEvent("evt_2"), dedupe: nil) }
        await #expect(throws: StoreError.self) { _ = try await store.place(sampleOrder("ord_1", "application-1")) }
        await #expect(throws: StoreError.self) { _ = try await store.claim(ClaimRequest(owner: "a", limit: 1, kinds: [.event])) }
    }
}
