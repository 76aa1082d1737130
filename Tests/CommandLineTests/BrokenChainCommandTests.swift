import Foundation
import Screening
import Testing

@Suite("Backups of a broken audit at the command line") struct BrokenChainCommandTests {
    @Test("backup keeps it, says what is wrong and ends with 1; so does verify; restore takes it and says it") func said() async throws {
        var program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let host = try await program.serve()
        program.environment["FAIRLEAD_TOKEN"] = "test-admin-token"
        for name in ["one", "two"] { #expect(try await program.run("token", "create", "--name", name, "--scope", "read").code == 0) }
        host.send(SIGTERM)
        #expect(await host.end() == 0)
        let proven = try await program.run("backup", "mine.backup")
        #expect(proven.code == 0 && proven.output.hasPrefix("mine.backup and mine.backup.keys are written and proven: "), "\(proven.output)")

        // As somebody does who can write to the file.
        let file = program.folder.appending(path: "fairlead.db")
        var bytes = try Data(contentsOf: file)
        while let place = bytes.firstRange(of: Data("token.create".utf8)) { bytes.replaceSubrange(place, with: Data("token.delete".utf8)) }
        try bytes.write(to: file)
        let made = try await program.run("backup", "new.backup")
        #expect(made.code == 1 && made.output.contains("new.backup and new.backup.keys are written and whole: "), "\(made.output)\(made.errors)")
        #expect(made.output.contains("does not count as proven: the audit's chain is broken at entry "), "\(made.output)")
        let beside = try await program.run("backup", "mine.backup", "--json")
        let json = try JSON(parsing: Array(beside.output.utf8))
        #expect(beside.code == 1 && json["proven"] == false && json["problems"] == [], "\(beside.output)\(beside.errors)")
        #expect(json["file"]?.text?.hasSuffix("mine.backup.chain-broken") == true && json["audit_broken_at"]?.integer != nil, "\(beside.output)")
        #expect(try await program.run("backup", "verify", "mine.backup").code == 0)
        let verified = try await program.run("backup", "verify", "new.backup")
        #expect(verified.code == 1 && verified.output.contains("It is whole; the audit's chain is broken at entry "), "\(verified.output)")
        #expect(verified.output.contains("What to do: ") && verified.output.contains("rows were opened"), "\(verified.output)")
        let restored = try await program.run("restore", "new.backup")
        #expect(restored.code == 0 && restored.output.contains("the audit's chain is broken at entry "), "\(restored.output)\(restored.errors)")
        #expect(restored.output.contains("The audit of the restored store records it"), "\(restored.output)")

        let again = try await program.serve()
        let status = try await program.run("status").output
        #expect(status.contains("Last backup made: ") && status.contains("; last proven: ") && status.contains("broken at entry"), "\(status)")
        let audit = try await program.run("audit", "list", "--action", "store.restore", "--json")
        #expect(audit.output.contains("chain_broken_at"), "\(audit.output)\(audit.errors)")
        again.send(SIGTERM)
        #expect(await again.end() == 0)
    }
}
