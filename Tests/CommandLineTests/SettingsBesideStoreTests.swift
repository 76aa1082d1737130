import Foundation
import Screening
import Testing

@Suite("Settings that do not go with the store, and secrets that programs print") struct SettingsBesideStoreTests {
    @Test("A restore and a start beside settings that lack an account say which, and how many orders name it") func missingAccount() async throws {
        var program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let host = try program.start(["serve"])
        let address = try await host.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        program.environment = ["FAIRLEAD_URL": address, "FAIRLEAD_TOKEN": "test-admin-token"]
        let candidate = #"{"first_name":"Ana","last_name":"Roe","email":"ana@example.test","phone":"+441632960000"}"#
        try program.write(#"{"connection":"acme","external_id":"a-1","package":"p","candidate":\#(candidate)}"#, to: "order.json")
        let placed = try await program.run("order", "place", "--file", "order.json")
        #expect(placed.code == 0, "\(placed.output)\(placed.errors)")
        #expect(try await program.run("backup", "mine.backup").code == 0)
        host.send(SIGTERM)
        #expect(await host.end() == 0)

        try program.write(SampleSettings.text().replacing("zinc-test", with: "zinc-new"), to: "fairlead.yaml")
        let restored = try await program.run("restore", "mine.backup")
        #expect(restored.code == 0 && restored.output.contains("the account zinc-test, open orders: 1"), "\(restored.output)\(restored.errors)")
        let doctor = try await program.run("doctor")
        #expect(doctor.output.contains("the account zinc-test, which an open order names, is not in the settings"), "\(doctor.output)")
        let again = try await program.serve()
        #expect(again.errors.contains("settings.name_missing") && again.errors.contains("zinc-test"))
        var status = ""
        for _ in 0..<300 where !status.contains("The account zinc-test is not in the settings") {
            try await Task.sleep(for: .milliseconds(100))
            status = try await program.run("status").output
        }
        #expect(status.contains("The account zinc-test is not in the settings"), "\(status)")
        #expect(status.contains("Last backup made and proven"), "\(status)")
        again.send(SIGTERM)
        #expect(await again.end() == 0)
    }

    @Test("A program that prints a secret runs once at a start, at one that fails too, and once for doctor") func once() async throws {
        let program = try Program()
        defer { program.remove() }
        let settings = SampleSettings.text().replacing("api_key: test-key", with: "api_key: \"${exec:/bin/sh secret.sh}\"")
        try program.write(settings.replacing("port: 0", with: "prt: 0"), to: "fairlead.yaml")
        try program.write("echo run >> runs; echo broken >&2; exit 1\n", to: "secret.sh")
        let failed = try await program.run("serve")
        #expect(failed.code == 78 && program.text(of: "runs") == "run\n", "\(failed.errors)")
        for problem in ["ended with 1", "server.prt: unknown key"] {
            #expect(failed.errorLines.count { $0.contains(problem) } == 1, "\(failed.errors)")
        }
        _ = try await program.run("doctor")
        #expect(program.text(of: "runs") == "run\nrun\n")

        try program.write("", to: "runs")
        try program.write("echo run >> runs; echo test-key\n", to: "secret.sh")
        try program.write(settings, to: "fairlead.yaml")
        _ = try await program.run("doctor")
        #expect(program.text(of: "runs") == "run\n")
        // What sends nothing needs no secret.
        try program.write("{}", to: "payload.json")
        _ = try await program.run("map", "acme", "payload.json")
        #expect(try await program.run("plugin", "list").code == 0)
        #expect(program.text(of: "runs") == "run\n")
    }

    @Test("A key file that others can read is warned of by check and at a start") func exposed() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write("q7Jx0o5m3cV9yT2hWk8sRb1nZ4eU6gLdPaFiXjCvB0M=\n", to: "key")
        let key = program.folder.appending(path: "key").path
        try program.write(SampleSettings.text() + "encryption: { keys: [\"${file:key}\"] }\n", to: "fairlead.yaml")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        let check = try await program.run("check")
        #expect(check.code == 0 && check.output.contains("others than its owner can reach (mode 0644)"), "\(check.output)")
        let host = try program.start(["serve"])
        _ = try await host.line(with: "Fairlead listens on ")
        #expect(host.errors.contains("settings.secret_exposed"))
        host.send(SIGTERM)
        #expect(await host.end() == 0)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        #expect(try await !program.run("check").output.contains("can reach"))
    }
}
