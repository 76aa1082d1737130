import Foundation
import Testing

/// What Prometheus makes of a running host and of the files in `examples/monitoring`. `scripts/setup test` installs Prometheus.
@Suite("A host that Prometheus watches", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool")))
struct MonitoringServeTests {
    private static let monitoring = Program.repository.appending(path: "examples/monitoring").path

    @Test("The alert rules are right, fire where they should and nowhere else")
    func rules() async throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try await program.shell(
            "cd \(Self.monitoring) && promtool check rules alerts.yml && promtool check config prometheus.yml && promtool test rules alerts_test.yml"
        )
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    }

    @Test("What a host shows passes the linter, and a Prometheus scrapes it")
    func scrape() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let serving = try program.start(["serve", "--log-level", "error"])
        let address = try await serving.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        // The first figures are there a moment after the start.
        let waiting = "for i in $(seq 100); do curl -s \(address)/metrics > scrape; grep -q '^fairlead_store_up 1' scrape && break; sleep 0.1; done"
        let lint = try await program.shell(waiting + "; promtool check metrics < scrape")
        #expect(lint.code == 0 && lint.errors.isEmpty, "\(lint.output)\(lint.errors)")
        let scrape = program.text(of: "scrape")
        for line in ["fairlead_ready 1", "fairlead_breaker_state{kind=\"account\",name=\"zinc-test\"} 0", "fairlead_config_last_reload_successful 1"]
        {
            #expect(scrape.contains("\n\(line)\n"), "\(line) is not in the scrape")
        }

        let target = address.replacing("http://", with: "")
        let alerts = "rule_files: [\(Self.monitoring)/alerts.yml]"
        let job = "scrape_configs: [{job_name: fairlead, static_configs: [{targets: ['\(target)']}]}]"
        try program.write("global: {scrape_interval: 1s}\n\(alerts)\n\(job)\n", to: "prometheus.yml")
        let free = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let port = try await program.shell("python3 -c \"\(free)\"").lines.first ?? ""
        let prometheus = try program.start(
            ["--config.file=prometheus.yml", "--storage.tsdb.path=series", "--web.listen-address=127.0.0.1:\(port)"],
            executable: URL(filePath: "/usr/bin/prometheus")
        )
        let asking = """
            for i in $(seq 300); do curl -s 'http://127.0.0.1:\(port)/api/v1/query?query=fairlead_ready' > answer
            grep -q '"value":' answer && break; sleep 0.1; done
            """
        _ = try await program.shell(asking)
        #expect(program.text(of: "answer").contains(#""job":"fairlead""#), "\(prometheus.errors)")
        prometheus.send(SIGTERM)
        _ = await prometheus.end()
        serving.send(SIGTERM)
        #expect(await serving.end() == 0)
    }
}
