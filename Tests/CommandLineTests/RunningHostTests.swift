import Foundation
import Screening
import Testing

/// What is tried on a host that runs.
@Suite("Beside a running host") struct RunningHostTests {
    private func waitForError(_ running: RunningProgram, _ text: String, count: Int = 1) async throws {
        for _ in 0..<1500 {
            if running.errors.components(separatedBy: text).count > count { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the log does not say \(text): \(running.errors)")
    }

    private static func key() -> Data { Data((0..<32).map { _ in UInt8.random(in: 0...255) }) }

    private func store(_ outcome: Program.Outcome) throws -> (verdict: String, message: String) {
        let findings = try JSON(parsing: Array(outcome.output.utf8))["findings"]?.items ?? []
        let finding = try #require(findings.first { $0["subject"] == "store" })
        return (finding["verdict"]?.text ?? "", finding["message"]?.text ?? "")
    }

    @Test("An empty or cut-off settings file takes nothing away, and one that is whole again is taken over") func reload() async throws {
        let program = try Program()
        defer { program.remove() }
        let whole = SampleSettings.text()
        try program.write(whole, to: "fairlead.yaml")
        let host = try program.start(["serve"])
        let address = try await host.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        var count = 0
        for text in ["", String(whole.prefix(whole.count / 2)), whole.components(separatedBy: "connections:")[0]] {
            try program.write(text, to: "fairlead.yaml")
            host.send(SIGHUP)
            count += 1
            try await waitForError(host, "settings were not applied", count: count)
            let list = try await program.run("connection", "list", "--url", address, "--token", "test-admin-token")
            #expect(list.output.contains("acme"), "\(list.output)\(list.errors)")
        }
        try program.write(whole.replacing("default_package: pkg_1", with: "default_package: pkg_2"), to: "fairlead.yaml")
        host.send(SIGHUP)
        try await waitForError(host, "settings applied")
        host.send(SIGTERM)
        host.send(SIGTERM)
        #expect(await host.end() == 0)
    }

    @Test("The doctor looks at the store of the file that it was given, whoever listens") func doctor() async throws {
        var program = try Program()
        defer { program.remove() }
        program.environment = ["FAIRLEAD_ENCRYPTION_KEYS": Self.key().base64EncodedString()]
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let host = try program.start(["serve"])
        let address = try await host.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        program.environment["FAIRLEAD_URL"] = address
        #expect(try store(try await program.run("doctor", "--json")) == ("fine", "a running host has it, and is able to work"))

        var other = program
        other.environment["FAIRLEAD_ENCRYPTION_KEYS"] = Self.key().base64EncodedString()
        let keys = try store(try await other.run("doctor", "--json"))
        #expect(keys.verdict == "problem" && keys.message.contains("could not open it"), "\(keys)")
        other.environment["FAIRLEAD_ENCRYPTION_KEYS"] = nil
        #expect(try store(try await other.run("doctor", "--json")).verdict == "problem")

        other = program
        other.environment["FAIRLEAD_STORE_URL"] = "postgres://fairlead@127.0.0.1:9/none"
        #expect(try store(try await other.run("doctor", "--json")).verdict == "problem")
        other = program
        other.environment["FAIRLEAD_URL"] = "http://127.0.0.1:9"
        let silent = try store(try await other.run("doctor", "--json"))
        #expect(silent.verdict == "warning" && silent.message.contains("no host answers"), "\(silent)")

        // A second host on another store listens where the file says.
        let second = try Program()
        defer { second.remove() }
        try second.write(SampleSettings.text(), to: "fairlead.yaml")
        let elsewhere = try second.start(["serve"])
        other.environment["FAIRLEAD_URL"] = try await elsewhere.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        let another = try store(try await other.run("doctor", "--json"))
        #expect(another.verdict == "warning" && another.message.contains("runs on another store"), "\(another)")
        for program in [host, elsewhere] {
            program.send(SIGTERM)
            #expect(await program.end() == 0)
        }
        let opened = try store(try await other.run("doctor", "--json"))
        #expect(opened.message.hasPrefix("it opens"), "\(opened)")
    }
}
