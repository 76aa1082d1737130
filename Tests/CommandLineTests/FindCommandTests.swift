import Foundation
import Screening
import Testing

/// What the command line says of a host that runs: finding things, errors for programs, and what was refused.
@Suite("Asking a running host") struct FindCommandTests {
    @Test("find takes a text or a delivery, and says of one that never came why it would have been refused") func find() async throws {
        var program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let host = try await program.serve()
        program.environment["FAIRLEAD_TOKEN"] = "test-admin-token"
        let sent = try await program.run("trigger", "acme", "order", "--json")
        let event = try #require(try JSON(parsing: sent.output.trimmed).at("answer.event")?.text, "\(sent.output)\(sent.errors)")
        try program.write(try await program.run("event", "show", event, "--body").output, to: "body.json")

        let byID = try await program.run("find", String(event.prefix(24)))
        #expect(byID.code == 0 && byID.output.hasPrefix("\(event)  ats, "), "\(byID.output)\(byID.errors)")
        let byBody = try await program.run("find", "body.json", "--json")
        let hits = try JSON(parsing: byBody.output.trimmed)
        #expect(byBody.code == 0 && hits.at("items.0.id")?.text == event && hits["received"] == true, "\(byBody.output)\(byBody.errors)")
        let none = try await program.run("find", "nobody at all")
        #expect(none.code == 1 && none.output == "Nothing was found.\n", "\(none.output)\(none.errors)")
        try program.write("POST /ats/acme/hmac HTTP/1.1\nX-Sign: 00\n\n{\"external_id\":\"a-9\"}", to: "lost.http")
        let lost = try await program.run("find", "lost.http")
        #expect(lost.code == 1 && lost.output.hasPrefix("It was never received.\n"), "\(lost.output)\(lost.errors)")
        #expect(lost.output.contains("connection acme: it would be refused (401): the header x-signature is missing."))

        // Errors for programs stand on standard error, as one document in one line.
        for (arguments, code, exit) in [
            (["order", "show", "ord_none", "--json"], "not_found", 1), (["order", "list", "--limit", "0", "--json"], "usage", 64),
            (["order", "list", "--json", "--connection", "acne"], "unknown_connection", 1), (["ordr", "--json"], "usage", 64),
            (["order", "list", "--json", "--url", "http://127.0.0.1:9"], "no_answer", 1),
            (["verify", "acne", "body.json", "--json"], "configuration", 1),
        ] as [([String], String, Int32)] {
            let running = try program.start(arguments)
            let ended = await running.end()
            let document = try JSON(parsing: running.errors.trimmed)
            #expect(ended == exit && running.output.isEmpty && document["code"]?.text == code, "\(arguments): \(running.output)\(running.errors)")
            #expect(document["detail"]?.text?.isEmpty == false && document["title"] != nil && document["status"] != nil)
        }
        let once = try await program.run("top", "--once")
        #expect(
            once.code == 0 && once.output.contains("acme") && once.output.contains(event) && !once.output.contains("\u{1B}"),
            "\(once.output)\(once.errors)"
        )

        // With another secret: refused, counted, and named by the doctor.
        try program.write(SampleSettings.text().replacing("dGVzdC1zaWduaW5nLXNlY3JldA==", with: "b3RoZXItc2lnbmluZy1zZWNyZXQ="), to: "other.yaml")
        for _ in 0..<3 { #expect(try await program.run("trigger", "acme", "order", "--config", "other.yaml", "--json").output.contains("401")) }
        host.send(SIGTERM)
        #expect(await host.end() == 0)
        let findings = try JSON(parsing: try await program.run("doctor", "--json").output.trimmed)["findings"]?.items ?? []
        let finding = try #require(findings.first { $0["subject"] == "connection acme" })
        #expect(
            finding["verdict"] == "problem"
                && finding["message"]?.text?.contains("(bad_signature, 3 since): try fairlead verify acme request.http") == true,
            "\(finding)"
        )
    }
}
