import Foundation
import Screening
import ScreeningTesting
import Stores
import Testing

@Suite("A store's URL")
struct StoreURLTests {
    private func open(_ url: String, relativeTo folder: String) async throws -> any Store {
        try await StoreURL.open(url, relativeTo: folder, clock: ManualClock(), random: SeededRandom())
    }

    @Test("A SQLite URL names a file, relative to a folder or absolute")
    func namesAFileRelativeToAFolder() async throws {
        let folder = try SQLiteFolder()
        for (url, name) in [
            ("sqlite:a.db", "a.db"), ("sqlite://b.db", "b.db"), ("sqlite:\(folder.path)/c.db", "c.db"), ("sqlite://\(folder.path)/d.db", "d.db"),
        ] {
            await (try await open(url, relativeTo: folder.path)).close()
            #expect(FileManager.default.fileExists(atPath: folder.file(name)), "\(url)")
        }
    }

    @Test(
        "A URL that cannot be opened is refused without repeating its password",
        arguments: ["postgres://fairlead:hunter2@db.example.test/fairlead", "mysql://u:hunter2@h/d", "fairlead.db", "sqlite:", ""]
    )
    func ofAnotherKindIsRefusedWithoutRepeatingIt(_ url: String) async throws {
        let folder = try SQLiteFolder()
        do {
            _ = try await open(url, relativeTo: folder.path)
            Issue.record("it was opened")
        } catch let error as StoreError {
            guard case .unavailable(let why) = error else { throw error }
            #expect(!why.contains("hunter2"))
        }
    }
}
