import Foundation
import Screening
import Testing

@Suite("The doctor command") struct DoctorTests {
    private func settings(_ base: String, key: String) -> String {
        SampleSettings.text().replacing("http://127.0.0.1:9/zinc/partner/v2", with: base).replacing("test-key", with: key)
    }

    private func findings(_ outcome: Program.Outcome) throws -> [String: (verdict: String, message: String)] {
        var findings: [String: (verdict: String, message: String)] = [:]
        for finding in try JSON(parsing: Array(outcome.output.utf8))["findings"]?.items ?? [] {
            findings[finding["subject"]?.text ?? ""] = (finding["verdict"]?.text ?? "", finding["message"]?.text ?? "")
        }
        return findings
    }

    @Test("it says which credentials are taken and which are not, beside a running host too, and makes no store") func credentials() async throws {
        let program = try Program()
        defer { program.remove() }
        let simulator = try program.start(["simulate", "--port", "0", "--json"])
        let simulators = try JSON(parsing: try await simulator.line(with: "control_page"))
        let base = try #require(simulators.at("zinc.base_url")?.text)
        try program.write(settings(base, key: try #require(simulators.at("zinc.api_key")?.text)), to: "fairlead.yaml")
        let fine = try await program.run("doctor", "--json")
        #expect(fine.code == 0)
        #expect(try findings(fine)["account zinc-test"]?.verdict == "fine")
        #expect(try findings(fine)["store"]?.message.contains("there is no file yet") == true)
        #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "fairlead.db").path))

        try program.write(settings(base, key: "another-key"), to: "fairlead.yaml")
        let serving = try program.start(["serve"])
        let address = try await serving.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        var beside = program
        beside.environment = ["FAIRLEAD_URL": address]
        let wrong = try await beside.run("doctor", "--json")
        #expect(wrong.code == 1)
        #expect(try findings(wrong)["account zinc-test"]?.verdict == "problem")
        #expect(try findings(wrong)["store"]?.message == "a running host has it, and is able to work")
        #expect(!wrong.output.contains("another-key"))
        for program in [serving, simulator] {
            program.send(SIGTERM)
            #expect(await program.end() == 0)
        }
    }

    @Test("a provider that is not there, and settings that are wrong, end with 1") func problems() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let away = try await program.run("doctor")
        #expect(away.code == 1 && away.output.contains("problem   account zinc-test: Zinc does not answer at http://127.0.0.1:9"))
        #expect(away.lines.last == "1 problem.")
        try program.write(SampleSettings.text().replacing("plugin: webhook", with: "plugin: webhok"), to: "fairlead.yaml")
        let wrong = try await program.run("doctor")
        #expect(wrong.code == 1 && wrong.errors.contains("Did you mean webhook?"))
        #expect(!wrong.output.contains("host"))
    }

    @Test("wrong settings are said beside how the host is that runs on what it read before") func beside() async throws {
        var program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let serving = try await program.serve()
        try program.write(SampleSettings.text().replacing("plugin: webhook", with: "plugin: webhok"), to: "fairlead.yaml")
        let text = try await program.run("doctor")
        #expect(text.code == 1 && text.errors.contains("Did you mean webhook?") && text.output.contains("host: one runs at"))
        let json = try await program.run("doctor", "--json")
        let found = try findings(json)
        #expect(found["settings"]?.verdict == "problem" && found["host"]?.verdict == "fine")
        serving.send(SIGTERM)
        #expect(await serving.end() == 0)
    }
}
