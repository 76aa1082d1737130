import CrashTesting
import Foundation
import Testing

/// A store is copied, and the copying killed at every point of it.
@Suite("Killing a copy of a store", .serialized) struct StoreCopyKillTests {
    @Test("A copy that is killed anywhere is run again as it was, and is whole then") func killed() async throws {
        let harness = try await KillHarness(pace: nil)
        defer { harness.serve.kill() }
        let program = RestoringProgram(folder: harness.folder)
        try await harness.serve.start()
        for number in 0..<4 { try await harness.ats.deliver(number) }
        for _ in 0..<600 where try await harness.states()["requested"] != 4 { try await Task.sleep(for: .milliseconds(50)) }
        #expect(harness.serve.terminate() == 0)
        var point = 0
        while true {
            point += 1
            let code = try program.run("store", "copy", "--to", "sqlite:copy.db", killedAt: point)
            // Killed behind the last step it is whole, and says so.
            if code == 0 || point > 6 && code == 1 && program.said.contains("as an earlier copy left it") { break }
            guard code == Int32(SIGKILL), point < 100 else {
                Issue.record("the copy ended with \(code) at point \(point): \(program.said)")
                break
            }
        }
        #expect(point > 6, "only \(point) points were passed")
        let left = try FileManager.default.contentsOfDirectory(atPath: harness.folder.path).filter { $0.hasPrefix("copy") }
        #expect(Set(left).isSubset(of: ["copy.db", "copy-keys.db", "copy-erasures", "copy.db.lock"]), "\(left)")
        #expect(try program.run("store", "copy", "--to", "sqlite:copy.db") == 1 && program.said.contains("already, as an earlier copy left it"))
        try Data("something else".utf8).write(to: harness.folder.appending(path: "taken.db"))
        #expect(try program.run("store", "copy", "--to", "sqlite:taken.db") == 1 && program.said.contains("is not empty"))
        await harness.close()
    }
}
