import Foundation
import Telemetry
import Testing

@Suite("The list of metrics")
struct MetricFamilyTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func sources() throws -> [String] {
        let folder = repository.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return try files.filter { $0.pathExtension == "swift" && !$0.path.contains("/Telemetry/Metrics/") }.map {
            try String(contentsOf: $0, encoding: .utf8)
        }
    }

    @Test("Every metric that the code records is in the list, and nothing else of ours")
    func complete() throws {
        var named: Set<String> = []
        for text in try Self.sources() {
            for match in text.matches(of: /"(fairlead_[a-z_]+)"/) { named.insert(String(match.1)) }
        }
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
        let listed = Set(MetricFamily.all.map(\.name).filter { $0.hasPrefix("fairlead_") })
        // Kept by parts of their own, which come with what they count.
        let later: Set = [
            "fairlead_silence_ratio", "fairlead_issues_open", "fairlead_webhook_deliveries_total", "fairlead_metric_series_refused_total",
        ]
        #expect(listed.subtracting(named).subtracting(later).sorted() == [])
        // What is called so and is no metric: in PostgreSQL schemas and a channel, of the dashboard a cookie and a form's field.
        let others: Set = ["fairlead_keys", "fairlead_keys_before_", "fairlead_work", "fairlead_session", "fairlead_form"]
        #expect(named.subtracting(listed).subtracting(others).sorted() == [])
    }

    @Test("Names say the unit, and counters that they count", arguments: MetricFamily.all.map(\.name))
    func names(_ name: String) throws {
        let family = try #require(MetricFamily.all.first { $0.name == name })
        switch family.kind {
        case .counter, .total: #expect(name.hasSuffix("_total"))
        case .histogram(let bounds):
            #expect(name.hasSuffix("_seconds") || name == "fairlead_store_commit_intents")
            #expect(bounds == bounds.sorted() && Set(bounds).count == bounds.count)
        case .gauge: #expect(!name.hasSuffix("_total"))
        }
        #expect(family.help.hasSuffix(".") && !family.labels.contains("le"))
    }

    @Test("docs/metrics.md has the table that the list gives")
    func page() throws {
        let page = try String(contentsOf: Self.repository.appending(path: "docs/metrics.md"), encoding: .utf8)
        #expect(page.contains(MetricFamily.table), "put this into docs/metrics.md:\n\(MetricFamily.table)")
    }

    @Test("Alert rules and dashboard name only metrics that there are", arguments: ["alerts.yml", "alerts_test.yml", "dashboard.json"])
    func monitoring(_ file: String) throws {
        let text = try String(contentsOf: Self.repository.appending(path: "examples/monitoring/\(file)"), encoding: .utf8)
        let names = Set(MetricFamily.all.map(\.name))
        let found = text.matches(of: /\b(?:fairlead|process)_[a-z_]+/).map { String($0.output) }
        #expect(found.count > 10)
        for name in found {
            let base = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
            #expect(names.contains(name) || base.map(names.contains) ?? false, "\(name)")
        }
    }

    @Test("Every alert names a heading of the documentation")
    func runbooks() throws {
        func text(_ path: String) throws -> String { try String(contentsOf: Self.repository.appending(path: path), encoding: .utf8) }
        let links = try text("examples/monitoring/alerts.yml").matches(of: /runbook_url: (docs\/([a-z]+)\.md)#([a-z-]+)/)
        #expect(links.count == (try text("examples/monitoring/alerts.yml").matches(of: /- alert:/).count))
        for link in links where link.2 != "issues" {
            let headings = try text(String(link.1)).split(separator: "\n").filter { $0.hasPrefix("#") }.map {
                $0.drop { $0 == "#" || $0 == " " }.lowercased().replacing(" ", with: "-")
            }
            #expect(headings.contains(String(link.3)), "\(link.0)")
        }
    }
}
