import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("What was refused at the door")
struct RefusedDeliveryTests {
    private let clock = ManualClock()
    private let refusals = RefusedDeliveries()

    @Test("Is said soon, then once a minute with how many there were")
    func isSaidWithCounts() {
        let wrong = RefusedDeliveries.Kind(subject: .connection("acme"), reason: .badSignature)
        for _ in 0..<200 { refusals.note(wrong.subject, wrong.reason) }
        #expect(refusals.take(at: clock.now()) == [RefusedDeliveries.Line(kind: wrong, count: 200)])
        for _ in 0..<50 { refusals.note(wrong.subject, wrong.reason) }
        clock.advance(by: .seconds(59))
        #expect(refusals.take(at: clock.now()).isEmpty)
        clock.advance(by: .seconds(1))
        #expect(refusals.take(at: clock.now()) == [RefusedDeliveries.Line(kind: wrong, count: 50)])
        clock.advance(by: .seconds(60))
        #expect(refusals.take(at: clock.now()).isEmpty)
    }

    @Test("Each connection and each reason has its own line")
    func byCause() {
        refusals.note(.connection("acme"), .badSignature)
        refusals.note(.connection("acme"), .unknownAddress)
        refusals.note(.account("zinc"), .badSignature)
        #expect(refusals.take(at: clock.now()).count == 3)
    }

    @Test("Names that nobody knows are shown while they are few and are names")
    func strangers() {
        refusals.note(.connection("acmee"), .unknownConnection)
        refusals.note(.connection("a\u{1B}[31m"), .unknownConnection)
        for number in 0..<1_000 { refusals.note(.connection("guess-\(number)"), .unknownConnection) }
        let lines = refusals.take(at: clock.now())
        #expect(lines.contains { $0.kind.subject == .connection("acmee") && $0.count == 1 })
        #expect(lines.count <= 22 && lines.reduce(0) { $0 + $1.count } == 1_002)
        #expect(lines.allSatisfy { !$0.kind.subject.id.contains("\u{1B}") })
    }

    @Test("A wrong signature at an account or connection is one, and so is an address that is none")
    func atTheDoor() async throws {
        let harness = try await PipelineHarness(works: false)
        let refusals = harness.context.contacts.refusals
        let request = ReceivedRequest(method: "POST", path: "/standard", query: [:], headers: [:], body: Array("{}".utf8))
        for connection in ["acme", "acmee"] {
            await #expect(throws: CommandError.self) { try await harness.intake.deliver(to: connection, request) }
        }
        await #expect(throws: CommandError.self) { try await harness.intake.admit(account: "nobody", token: "x") }
        let lines = refusals.take(at: harness.context.clock.now())
        let kinds = lines.map(\.kind).map { "\($0.subject.kind) \($0.subject.id) \($0.reason.rawValue)" }
        #expect(Set(kinds) == ["connection acme bad_signature", "connection acmee unknown_connection", "account nobody unknown_account"])
        await harness.stop()
    }
}
