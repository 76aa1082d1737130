import ArgumentParser
@testable import FairleadCLI
import FairleadTools
import Foundation
import Screening
import Testing

@Suite("Filters of the command line") struct FilterOptionTests {
    private static let lists: [(path: String, command: any ParsableCommand.Type)] = [
        ("/orders", OrderList.self), ("/events", EventList.self), ("/runs", RunList.self),
    ]
    private static let batches: [(path: String, command: any ParsableCommand.Type)] = [
        ("/orders/retry", OrderRetry.self), ("/orders/discard", OrderDiscard.self), ("/events/replay", EventReplay.self),
        ("/events/discard", EventDiscard.self), ("/runs/retry", RunRetry.self), ("/runs/discard", RunDiscard.self),
    ]

    @Test("every filter of the API is an option of the command for the same list, and of the commands for many things") func filters() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        let host = try program.start(["serve"])
        let address = try await host.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
        let client = APIClient(url: address, token: Secret("test-admin-token"))
        let paths = try await client.get(["openapi.json"]).json["paths"]
        await client.close()
        host.send(SIGTERM)
        _ = await host.end()
        func hasOption(_ command: any ParsableCommand.Type, _ name: String) -> Bool {
            command.helpMessage(columns: 400).contains("--" + name.replacing("_", with: "-"))
        }
        for (path, command) in Self.lists {
            let names = (paths?[path]?.at("get.parameters")?.items ?? []).filter { $0["in"] == "query" }.compactMap { $0["name"]?.text }
            #expect(names.count > 8, "\(path) \(names)")
            for name in names { #expect(hasOption(command, name), "\(path) \(name)") }
        }
        for (path, command) in Self.batches {
            let schema = paths?[path]?.at("post.requestBody.content")?["application/json"]?["schema"]
            let names = (schema?["properties"]?.members?.pairs ?? []).map(\.name).filter { !["limit", "cursor"].contains($0) }
            #expect(names.count > 5, "\(path) \(names)")
            for name in names { #expect(hasOption(command, name), "\(path) \(name)") }
        }
    }
}
