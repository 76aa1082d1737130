import Foundation
import Screening
import Testing

@Suite("Status and issues of a running host") struct StatusTests {
    @Test("status ends with 1 where something needs a person, and issue shows what and takes a note") func status() async throws {
        var program = try Program()
        defer { program.remove() }
        let whole = SampleSettings.text()
        try program.write(whole, to: "fairlead.yaml")
        let host = try program.start(["serve"])
        let address = try await host.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        program.environment = ["FAIRLEAD_URL": address, "FAIRLEAD_TOKEN": "test-admin-token"]
        // The disk of the machine that tests run on may itself be nearly full.
        #expect(try await program.run("issue", "list", "--kind", "reload_refused").output == "Nothing matches.\n")
        let before = try await program.run("status")
        #expect(before.output.contains("Able to work.") && before.output.contains("acme"), "\(before.output)\(before.errors)")

        try program.write(whole + "\nnonsense: true\n", to: "fairlead.yaml")
        host.send(SIGHUP)
        var found: JSON?
        for _ in 0..<1500 where found == nil {
            let list = try await program.run("issue", "list", "--json", "--kind", "reload_refused")
            found = try JSON(parsing: Array(list.output.utf8)).at("items.0")
            if found == nil { try await Task.sleep(for: .milliseconds(100)) }
        }
        let id = try #require(found?["id"]?.text)
        let after = try await program.run("status")
        #expect(after.code == 1 && after.output.contains("Needs a person") && after.output.contains(id), "\(after.output)")
        let json = try JSON(parsing: Array(try await program.run("status", "--json").output.utf8))
        #expect(json["needs_a_person"] == true)
        #expect(try await program.run("issue", "note", id, "--owner", "Ben", "--note", "mine").output == "\(id): written down. Ben sees to it.\n")
        let snoozed = try await program.run("issue", "snooze", id, "--until", "2h")
        #expect(snoozed.output.hasPrefix("\(id) is snoozed until "), "\(snoozed.output)\(snoozed.errors)")
        let shown = try await program.run("issue", "show", id)
        #expect(shown.output.contains("snoozed, reload_refused") && shown.output.contains("fairlead check") && shown.output.contains("mine"))
        let resolved = try await program.run("issue", "resolve", id)
        #expect(resolved.output.contains("is resolved. Its cause is still there: it opens again within a minute."), "\(resolved.output)")
        host.send(SIGTERM)
        #expect(await host.end() == 0)
    }
}
