import Foundation
import Screening
import Testing

/// Listing, exporting and verifying the audit, as who looks after a host does.
@Suite("The audit at the command line") struct AuditCommandTests {
    @Test("It is listed, exported and verified elsewhere; what was cut, changed, dropped or put in is said in words") func audit() async throws {
        var program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let host = try await program.serve()
        program.environment["FAIRLEAD_TOKEN"] = "test-admin-token"
        for name in ["one", "two", "three"] {
            #expect(try await program.run("token", "create", "--name", name, "--scope", "read").code == 0)
        }
        let listed = try await program.run("audit", "list", "--action", "token.create")
        let rows = listed.lines.filter { $0.contains("token.create") && $0.contains("done") }
        #expect(listed.code == 0 && rows.count == 3, "\(listed.output)\(listed.errors)")
        let none = try await program.run("audit", "list", "--subject", "ord_none")
        #expect(none.code == 0 && !none.output.contains("token.create"), "\(none.output)")
        #expect(try await program.run("audit", "list", "--since", "never").code == 64)
        let verified = try await program.run("audit", "verify")
        #expect(verified.code == 0 && verified.output.hasPrefix("The chain is whole: "), "\(verified.output)\(verified.errors)")

        let exported = try await program.run("audit", "export")
        var lines = exported.output.split(separator: "\n").map(String.init)
        #expect(exported.code == 0 && lines.count >= 3)
        lines = Array(lines.prefix(3))
        let entries = try lines.map { try #require(AuditEntry(json: try JSON(parsing: Array($0.utf8)))) }
        func verify(_ lines: [String], _ anchor: AuditHead? = nil) async throws -> (code: Int32, output: String) {
            try program.write(lines.joined(separator: "\n"), to: "audit.ndjson")
            let running = try program.start(["audit", "verify", "--file", "audit.ndjson"] + (anchor.map { ["--anchor", $0.description] } ?? []))
            let code = await running.end()
            return (code, running.output)
        }
        let head = AuditHead(seq: entries[2].seq, hash: entries[2].hash)
        let whole = try await verify(lines, head)
        #expect(whole.code == 0 && whole.output.contains("The chain is whole: 3 entries"), "\(whole.output)")
        let cut = try await verify(Array(lines.prefix(2)), head)
        #expect(cut.code == 1 && cut.output.contains("cut off"), "\(cut.output)")
        let dropped = try await verify([lines[0], lines[2]], head)
        #expect(dropped.code == 1 && dropped.output.contains("Entry \(entries[1].seq) is missing"), "\(dropped.output)")
        let changed = try await verify([lines[0], lines[1].replacing("\"done\"", with: "\"refused\""), lines[2]])
        #expect(changed.code == 1 && changed.output.contains("Entry \(entries[1].seq) was changed after it was written"), "\(changed.output)")
        #expect(changed.output.contains("What to do:") && changed.output.contains("give that as --anchor"), "\(changed.output)")
        let forked = try await verify([lines[0], try Self.rewritten(entries[1]), lines[2]], head)
        #expect(forked.code == 1 && forked.output.contains("does not follow"), "\(forked.output)")
        try program.write("no entry", to: "other.ndjson")
        let other = try await program.run("audit", "verify", "--file", "other.ndjson")
        #expect(other.code == 1 && other.errors.contains("other.ndjson:1 is no entry"), "\(other.errors)")
        host.send(SIGTERM)
        #expect(await host.end() == 0)
    }

    /// An entry as another history has it, hashed rightly.
    private static func rewritten(_ entry: AuditEntry) throws -> String {
        func made(_ hash: [UInt8]) -> AuditEntry {
            AuditEntry(
                seq: entry.seq,
                at: entry.at,
                actorKey: entry.actorKey,
                action: "token.remove",
                subject: entry.subject,
                outcome: entry.outcome,
                details: entry.details,
                content: entry.content,
                previous: entry.previous,
                hash: hash,
                actor: entry.actor,
                note: entry.note,
                reason: entry.reason
            )
        }
        return made(made([]).computedHash).json.string()
    }
}
