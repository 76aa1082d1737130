import Foundation
import Screening
import Testing

@Suite("The simulate command") struct SimulateTests {
    @Test("the stand-ins say where they are and what they take, and end with 0") func simulating() async throws {
        let program = try Program()
        defer { program.remove() }
        let running = try program.start(["simulate", "--port", "0", "--zinc-key", "my-key", "--json"])
        let json = try JSON(parsing: try await running.line(with: "control_page"))
        #expect(json.at("zinc.api_key") == "my-key")
        #expect(json.at("zinc.base_url")?.text?.hasSuffix("/zinc/partner/v2") == true)
        running.send(SIGINT)
        #expect(await running.end() == 0)
    }
}
