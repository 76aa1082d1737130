import Foundation
import Screening
import Testing

@Suite("The serve command") struct ServeTests {
    @Test("wrong settings end with 78, every problem on standard error") func wrongSettings() async throws {
        let program = try Program()
        defer { program.remove() }
        let missing = try await program.run("serve")
        #expect(missing.code == 78)
        #expect(missing.errors.contains("fairlead.yaml: the settings file is not there"))

        try program.write(
            SampleSettings.text().replacing("plugin: webhook", with: "plugin: webhok").replacing("port: 0", with: "prt: 0"),
            to: "fairlead.yaml"
        )
        let wrong = try await program.run("serve")
        #expect(wrong.code == 78)
        #expect(wrong.errors.contains("server.prt: unknown key"))
        #expect(wrong.errors.contains("there is no plugin webhok. Did you mean webhook?"))
        #expect(wrong.output.isEmpty)
    }

    @Test("a store that cannot be had ends with 69") func noStore() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(store: "sqlite:/proc/none/fairlead.db"), to: "fairlead.yaml")
        let outcome = try await program.run("serve")
        #expect(outcome.code == 69)
        #expect(outcome.errors.contains("store.url"))
    }

    @Test("a store that takes nothing is not ready, though it can be read") func notReady() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let serving = try program.start(["serve"])
        let address = try await serving.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        #expect(try await program.shell("curl -s -o /dev/null -w '%{http_code}' \(address)/readyz").output == "200")
        // What SQLite takes before it writes: nobody else writes while it is held. The file of keys is another.
        let names = try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
        let file = try #require(names.first { $0.hasSuffix("-shm") && !$0.contains("-keys") })
        let descriptor = open(program.folder.appending(path: file).path, O_RDWR)
        defer { close(descriptor) }
        var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 120, l_len: 1, l_pid: 0)
        #expect(fcntl(descriptor, F_SETLKW, &lock) == 0)
        let asking = "for i in $(seq 60); do c=$(curl -s -o /dev/null -w '%{http_code}' \(address)/readyz); [ $c = 503 ] && break; sleep 0.5; done"
        #expect(try await program.shell(asking + "; echo $c").output == "503\n")
        #expect(try await program.shell("curl -s -o /dev/null -w '%{http_code}' \(address)/metrics").output == "200")
        lock.l_type = Int16(F_UNLCK)
        #expect(fcntl(descriptor, F_SETLK, &lock) == 0)
        serving.send(SIGTERM)
        #expect(await serving.end() == 0)
    }

    @Test("a second signal ends it at once, whatever is still being asked") func secondSignal() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let serving = try program.start(["serve"])
        let port = try #require(UInt16(try await serving.line(with: "Fairlead listens on ").split(separator: ":").last ?? ""))
        // The answer to the first request says that the second, which lacks its body, has come in too.
        let asking = try HalfRequest(port: port)
        defer { asking.end() }
        #expect(asking.response().hasPrefix("HTTP/1.1 200"))
        serving.send(SIGTERM)
        while !serving.errors.contains("stopping") { try await Task.sleep(for: .milliseconds(10)) }
        // Not the same moment's: two at once are one request.
        let insisting = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(50))
                serving.send(SIGTERM)
            }
        }
        #expect(await serving.end() == 128 + SIGTERM)
        insisting.cancel()
    }

    @Test("it listens, answers the commands, says what is empty, and ends with 0 at SIGTERM; its port is not to be had twice")
    func serving() async throws {
        var program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let serving = try program.start(["serve"])
        let address = try await serving.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        let port = try #require(Int(address.split(separator: ":").last ?? ""))
        program.environment = ["FAIRLEAD_URL": address, "FAIRLEAD_TOKEN": "test-admin-token"]

        #expect(try await program.run("order", "list").output.hasPrefix("No orders yet. The ATS places them"))
        #expect(try await program.run("order", "list", "--state", "uncertain").output == "Nothing matches.\n")
        #expect(try await program.run("event", "list").output.hasPrefix("No events yet."))
        #expect(try await program.run("run", "list").output.hasPrefix("No runs yet."))
        let connections = try await program.run("connection", "list")
        #expect(connections.lines.first?.hasPrefix("CONNECTION  PLUGIN   VERSION  ACCOUNTS") == true)
        #expect(connections.lines.last?.hasPrefix("acme        webhook") == true)
        #expect(try await program.run("account", "list").lines.last?.hasPrefix("zinc-test  zinc      staging") == true)

        let placed = try await program.run(
            "order",
            "place",
            "--connection",
            "acme",
            "--external-id",
            "application-101",
            "--package",
            "pkg_1",
            "--first-name",
            "Ana",
            "--last-name",
            "Roe",
            "--email",
            "ana@example.test",
            "--phone",
            "+441632960000",
            "--json"
        )
        #expect(placed.code == 0, "\(placed.errors)")
        let order = try JSON(parsing: placed.output.trimmed)
        let id = try #require(order["id"]?.text)
        #expect(order["external_id"] == "application-101")
        let shown = try await program.run("order", "show", id)
        #expect(shown.output.contains("Ana Roe, ana@example.test, +441632960000"))
        #expect(shown.output.contains("What happened"))
        #expect(try await program.run("order", "list", "--find", "roe").output.contains(id))

        let wrong = try await program.run("order", "show", "ord_none")
        #expect(wrong.code == 1)
        #expect(wrong.errors.contains("404 not_found"))
        #expect(try await program.run("order", "list", "--state", "nonsense").code == 64)
        #expect(try await program.run("order", "list", "--token", "other").errors.contains("Put a live one into --token."))

        let second = try Program()
        defer { second.remove() }
        try second.write(SampleSettings.text(port: port), to: "fairlead.yaml")
        let refused = try await second.run("serve")
        #expect(refused.code == 69)
        #expect(refused.errors.contains("Cannot listen on 127.0.0.1:\(port)"))

        serving.send(SIGTERM)
        #expect(await serving.end() == 0)
        let log = try serving.errors.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(log.allSatisfy { $0["time"] != nil && $0["level"] != nil && $0["message"] != nil })
        #expect(log.contains { $0["message"] == "listening" && $0["address"]?.text == address })
        #expect(log.contains { $0["message"] == "stopping" && $0["signal"] == "SIGTERM" })
        #expect(!serving.errors.contains("Roe"))
    }
}
