import Foundation
import Screening
import Testing

/// Commands that work on the store or through the host that has it: what they say where neither can be had.
@Suite("A store that is not to be had") struct StoreMistakeTests {
    @Test("It is the store's reason that is said where no host has it; and what only looks makes no store") func words() async throws {
        var program = try Program()
        defer { program.remove() }
        program.environment["FAIRLEAD_URL"] = "http://127.0.0.1:1"
        func settings(_ key: String) throws { try program.write(SampleSettings.text() + "encryption: { keys: [\(key)] }\n", to: "fairlead.yaml") }
        func key() async throws -> String { try await program.run("key", "new").output.trimmingCharacters(in: .whitespacesAndNewlines) }
        let (first, second) = (try await key(), try await key())
        try settings(first)
        for command in [["key", "list"], ["key", "rotate"]] {
            let none = try await program.run(command)
            #expect(none.code == 1 && none.errors.contains("there is no store in "), "\(none.output)\(none.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "fairlead.db").path))
        #expect(try await program.run("token", "create", "--name", "a", "--scope", "read").code == 0)
        #expect(try await program.run("key", "list").code == 0)
        try settings(second)
        for command in [["key", "list"], ["token", "list"]] {
            let wrong = try await program.run(command)
            #expect(wrong.code == 1 && wrong.errors.contains("sealed with other keys than those in encryption.keys"), "\(wrong.errors)")
            #expect(wrong.errors.contains("no host has it at http://127.0.0.1:1"), "\(wrong.errors)")
        }
        try program.write("{}", to: "certificate.json")
        let missing = try await program.run("erasure", "verify", "missing.json")
        #expect(missing.code == 1 && missing.errors.contains("missing.json: the file is not there"), "\(missing.errors)")
    }
}
