import Foundation
import Screening
import Testing

@Suite("The token command") struct TokenTests {
    @Test("tokens are made, listed and revoked, in the store or through the host that has it") func life() async throws {
        var program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        #expect(try await program.run("token", "list").output.hasPrefix("No tokens but admin.token"))
        let first = try await program.run("token", "create", "--name", "before", "--scope", "read")
        #expect(first.code == 0 && first.output.hasPrefix("flt_") && first.lines.count == 1)
        let early = first.output.trimmingCharacters(in: .whitespacesAndNewlines)

        let serving = try program.start(["serve"])
        let address = try await serving.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        program.environment = ["FAIRLEAD_URL": address, "FAIRLEAD_TOKEN": early]
        #expect(try await program.run("order", "list").code == 0)
        let made = try JSON(
            parsing: Array(
                try await program.run(
                    "token",
                    "create",
                    "--name",
                    "later",
                    "--scope",
                    "operate",
                    "--connection",
                    "acme",
                    "--expires",
                    "90d",
                    "--json"
                )
                .output.utf8
            )
        )
        #expect(made["scopes"] == ["read", "operate"] && made["connections"] == ["acme"] && made["expires_at"]?.text != nil)
        let list = try await program.run("token", "list")
        #expect(list.lines.count == 3 && list.output.contains("before") && !list.output.contains("flt_"))
        let id = try #require(list.lines[1].split(separator: " ").first.map(String.init))
        #expect(try await program.run("token", "revoke", id).output == "\(id), before, is revoked.\n")
        let refused = try await program.run("order", "list")
        #expect(refused.code == 1 && refused.errors.contains("FAIRLEAD_TOKEN"))
        serving.send(SIGTERM)
        #expect(await serving.end() == 0)
    }

    @Test("what is wrong is said in a sentence") func wrong() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        #expect(try await program.run("token", "create", "--name", "x").code == 64)
        #expect(try await program.run("token", "create", "--name", "x", "--scope", "read", "--expires", "0d").code == 64)
        let scope = try await program.run("token", "create", "--name", "x", "--scope", "raed")
        #expect(scope.code == 1 && scope.errors.contains("scopes[1]") && scope.errors.contains("read_personal"))
        let connection = try await program.run("token", "create", "--name", "x", "--scope", "read", "--connection", "none")
        #expect(connection.code == 1 && connection.errors.contains("connections[1]"))
        let revoked = try await program.run("token", "revoke", "tok_none")
        #expect(revoked.code == 1 && revoked.errors.contains("no such token"))
    }
}
