import Foundation
import Screening
import Testing

@testable import Stores

/// What is named and is no backup: the words name the file, say what is wrong with it, and speak of no store that nothing is wrong with.
@Suite("Files that are no backup") struct BackupRefusalTests {
    @Test("What is missing, a folder, of another kind, cut off or the keys is named, and so is what to do") func words() async throws {
        let bed = try await BackupBed(.sqlite)
        let store = try await bed.open()
        try await bed.fill(store, 0..<3)
        _ = try await bed.backup()
        await store.close()
        let files = FileManager.default
        func file(_ name: String, _ bytes: Data = Data()) throws -> String {
            try bytes.write(to: URL(fileURLWithPath: bed.folder.file(name)))
            return bed.folder.file(name)
        }
        try files.createDirectory(atPath: bed.folder.file("folder"), withIntermediateDirectories: true)
        let whole = try Data(contentsOf: URL(fileURLWithPath: bed.file))
        let cases: [(String, String)] = [
            (bed.folder.file("missing"), "missing is not there"), (bed.folder.file("folder"), "folder is a folder"),
            (try file("text", Data("no backup, and long enough to be looked at".utf8)), "text is no backup"),
            (try file("empty"), "empty is no backup"), (bed.file + ".keys", "holds the keys of a backup, and not its rows"),
            (try file("cut", whole.prefix(whole.count / 2)), "cut is damaged"),
        ]
        for (path, words) in cases {
            func isSaid(_ error: any Error) -> Bool {
                let text = "\(error)"
                return text.contains(words) && text.contains(path) && !text.contains("the store ")
            }
            await #expect { _ = try await StoreBackup.verify(path, keys: bed.keys) } throws: { isSaid($0) }
            await #expect { _ = try await bed.restore(path) } throws: { isSaid($0) }
        }
        let none = bed.folder.file("none")
        await #expect { _ = try await bed.restore(keysPath: none) } throws: { "\($0)" == "\(none) is not there" }
        await #expect { _ = try await bed.backup(at: bed.folder.file("nowhere/backup")) } throws: { "\($0)".hasPrefix("there is no folder ") }
        let swapped = try await StoreBackup.verify(bed.file, keysPath: bed.file, keys: bed.keys)
        #expect(swapped.problems.contains { $0.hasSuffix("it holds no keys") }, "\(swapped.problems)")
    }

    @Test("A full disk is named") func full() {
        #expect(StoreError.unavailable("the disk is full").naming(disk: "/backups").why.hasPrefix("the disk of /backups is full"))
        #expect(StoreError.unavailable("away").naming(disk: "/backups") == .unavailable("away"))
    }
}
