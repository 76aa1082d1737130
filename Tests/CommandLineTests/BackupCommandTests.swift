import Foundation
import Screening
import Testing

@Suite("Backups and the hold from the command line") struct BackupCommandTests {
    private func json(_ outcome: Program.Outcome) throws -> JSON { try JSON(parsing: Array(outcome.output.utf8)) }

    @Test("A running host is backed up by itself and by hand, restored beside it when it is stopped, and comes up held") func whole() async throws {
        var program = try Program()
        defer { program.remove() }
        let settings = SampleSettings.text() + "backup: { path: backups, every: 1d, keep: 2 }\n"
        try program.write(settings, to: "fairlead.yaml")
        let host = try program.start(["serve"])
        let address = try await host.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        program.environment = ["FAIRLEAD_URL": address, "FAIRLEAD_TOKEN": "test-admin-token"]

        var made: JSON?
        for _ in 0..<600 where made == nil {
            let status = try json(try await program.run("status", "--json"))
            if status.at("backup.last_proven_at")?.text != nil { made = status } else { try await Task.sleep(for: .milliseconds(100)) }
        }
        #expect(made != nil)
        let folder = program.folder.appending(path: "backups").path
        let own = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(own.count == 2 && own[0].hasPrefix("fairlead-") && own[0].hasSuffix(".backup") && own[1] == own[0] + ".keys")

        let byHand = try await program.run("backup", "mine.backup", "--json")
        #expect(byHand.code == 0, "\(byHand.output)\(byHand.errors)")
        #expect(try json(byHand)["proven"] == true)
        let verified = try await program.run("backup", "verify", "mine.backup")
        #expect(verified.code == 0 && verified.output.contains("Nothing is wrong with it"), "\(verified.output)\(verified.errors)")
        try FileManager.default.copyItem(at: program.folder.appending(path: "mine.backup"), to: program.folder.appending(path: "alone.backup"))
        let unproven = try await program.run("backup", "verify", "alone.backup")
        #expect(unproven.code == 1 && unproven.output.contains("It is whole, but it is not proven"), "\(unproven.output)\(unproven.errors)")
        let inUse = try await program.run("restore", "mine.backup")
        #expect(inUse.code == 1 && inUse.errors.contains("in use by"), "\(inUse.output)\(inUse.errors)")

        #expect(try await program.run("hold", "--note", "to see").output.hasPrefix("The store is held"))
        let held = try await program.run("status")
        #expect(held.code == 1 && held.output.contains("Held since"), "\(held.output)")
        #expect(try await program.run("release").output.hasPrefix("The store is released"))
        host.send(SIGTERM)
        #expect(await host.end() == 0)

        let restored = try await program.run("restore", "mine.backup")
        #expect(restored.code == 0 && restored.output.contains("It is held"), "\(restored.output)\(restored.errors)")
        let again = try await program.serve()
        let status = try json(try await program.run("status", "--json"))
        #expect(status["held"] == true && status.at("hold.why") == "restored" && status.at("hold.reconciliation.finished") == true)
        let released = try json(try await program.run("release", "--json"))
        #expect(released["held"] == false)
        again.send(SIGTERM)
        #expect(await again.end() == 0)

        let nothing = try await program.run("migrate", "--dry-run")
        #expect(nothing.code == 0 && nothing.output.contains("nothing is to be done"), "\(nothing.output)\(nothing.errors)")
        let copied = try await program.run("store", "copy", "--to", "sqlite:copy.db")
        #expect(copied.code == 0 && copied.output.contains("Every table was read there again"), "\(copied.output)\(copied.errors)")
        try program.write("no backup", to: "broken.backup")
        #expect(try await program.run("backup", "verify", "broken.backup").code == 1)
    }
}
