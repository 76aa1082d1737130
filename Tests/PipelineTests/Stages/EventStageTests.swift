import Plugins
import Screening
import Testing

@testable import Pipeline

@Suite("Looking at an ATS's delivery")
struct EventStageTests {
    private let harness = StageHarness()

    private func event(connection: String = "acme", _ body: [UInt8] = Array(#"{"a":1}"#.utf8)) -> Event {
        let request = ReceivedRequest(method: "POST", path: "/webhook", query: ["b": "2"], headers: ["content-type": "application/json"], body: body)
        return Event(id: "evt_1", kind: .ats, connection: connection, request: request, receivedAt: harness.now)
    }

    @Test("It becomes a run of on_event that is queued at once")
    func run() throws {
        let decision = try #require(harness.event.decide(event()).decision)
        let run = try #require(decision.run)
        #expect(run.hook == "on_event" && run.event == "evt_1" && run.state == .queued && run.script == harness.connection.scripts.id)
        #expect(decision.queued == [QueuedWork(.run(run.id), connection: "acme", due: harness.now)])
        #expect(decision.event?.state == .working && decision.disposition == .done)
    }

    @Test("The script is given the body raw, as text or where it is none in base 64")
    func input() async throws {
        func input(_ event: Event) async throws -> JSON {
            let run = try #require(harness.event.decide(event).decision?.run)
            return try await RunInput(harness.store).json(of: run, event: event)
        }
        let text = try await input(event())
        #expect(text["raw"] == #"{"a":1}"# && text["raw_base64"] == nil && text.at("query.b") == "2" && text["path"] == "/webhook")
        let bytes = try await input(event([0xFF, 0x00]))
        #expect(bytes["raw"] == nil && bytes["raw_base64"] == "/wA=")
    }

    @Test("One of a connection that is not configured is a dead letter that can be replayed")
    func connectionMissing() throws {
        let decision = try #require(harness.event.decide(event(connection: "nobody")).decision)
        #expect(decision.event?.state == .dead && decision.event?.problem?.code == "connection_missing" && decision.run == nil)
    }
}
