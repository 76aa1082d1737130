import HTTPTypes
import Screening
import Simulators
import Testing

@Suite("ATS simulator")
struct ATSTests {
    let harness = SimulatorHarness()
    let ana = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
    let partner = "http://host.example.test/ats/acme/assessments"

    private func playPartner(tests: JSON = [["partner_test_id": "pkg_1", "partner_test_name": "Standard"]], status: JSON) {
        harness.receiver.respond { request in
            switch request.path.split(separator: "/").last {
            case "list_tests": WireResponse(200, json: tests)
            case "send_test": WireResponse(200, json: ["partner_interview_id": "ord_1"])
            case "test_status": WireResponse(200, json: status)
            default: WireResponse(200, json: ["status": 200])
            }
        }
    }

    private func complete(key: String = "simulated-assessment-key") async throws -> Int {
        let authorization = "Basic " + Array("\(key):".utf8).base64
        return try await harness.call(.patch, "/ats/greenhouse/take_home_tests/1", nil, authorization: authorization).status
    }

    @Test("It orders an assessment and reads the status after the partner reports completion")
    func ordersAnAssessmentAndReadsItsStatusOnceTold() async throws {
        playPartner(status: ["partner_status": "complete", "partner_profile_url": "https://reports.example.test/1", "metadata": ["outcome": "clear"]])
        let assessment = try await harness.site.ats.orderAssessment(at: partner, candidate: ana)
        #expect(assessment.interviewID == "ord_1")
        let sent = try #require(harness.receiver.received.last)
        #expect(sent.url == partner + "/send_test")
        #expect(sent.headers[.authorization] == "Basic " + Array("simulated-assessment-key:".utf8).base64)
        let body = try JSON(parsing: sent.body)
        #expect(body["partner_test_id"] == "pkg_1")
        #expect(body.at("candidate.phone_number") == "+441632960000")
        #expect(body["url"] == .string("http://simulators.example.test/ats/greenhouse/take_home_tests/1"))

        #expect(try await complete() == 200)
        await harness.site.settle()
        #expect(harness.receiver.received.last?.url == partner + "/test_status?partner_interview_id=ord_1")
        #expect(harness.site.ats.assessment(1)?.status == "complete")
        #expect(harness.site.ats.assessment(1)?.completions == 1)
        #expect(harness.site.ats.received.map(\.kind) == [.completion])
    }

    @Test("A completion with the wrong key is refused and changes nothing")
    func refusesACompletionWithTheWrongKey() async throws {
        playPartner(status: [:])
        try await harness.site.ats.orderAssessment(at: partner, candidate: ana)
        #expect(try await complete(key: "another") == 401)
        #expect(harness.site.ats.assessment(1)?.completions == 0)
        #expect(harness.site.ats.received.map(\.isVerified) == [false])
    }

    @Test("A malformed list of tests is reported to the partner's error route")
    func aWrongShapeIsToldToTheErrorRoute() async throws {
        playPartner(tests: ["tests": []], status: [:])
        let problem = await #expect(throws: ATSProblem.self) { try await harness.site.ats.orderAssessment(at: partner, candidate: ana) }
        #expect(problem?.call == "list_tests")
        let report = try #require(harness.receiver.received.last)
        #expect(report.url == partner + "/response_error")
        #expect(try JSON(parsing: report.body)["api_call"] == "list_tests")
    }

    @Test(
        "A malformed test status is reported to the partner's error route",
        arguments: [
            JSON.object(JSON.Members()), ["partner_status": "complete"], ["partner_status": "x", "partner_score": "high"],
            ["partner_status": "x", "metadata": ["a": ["b": 1]]],
        ]
    )
    func aWrongStatusIsToldToo(status: JSON) async throws {
        playPartner(status: status)
        try await harness.site.ats.orderAssessment(at: partner, candidate: ana)
        _ = try await complete()
        await harness.site.settle()
        #expect(harness.receiver.received.last?.url == partner + "/response_error")
        #expect(harness.site.ats.assessment(1)?.errors.isEmpty == false)
    }

    @Test("It sends a signed screening event")
    func sendsASignedEvent() async throws {
        let url = "http://host.example.test/ats/acme/standard"
        try await harness.site.ats.orderScreening(at: url, application: "101", package: "prod_1", candidate: ana, id: "msg_1")
        let sent = try #require(harness.receiver.received.first)
        let body = try JSON(parsing: sent.body)
        #expect(body["type"] == "application.screening_requested")
        #expect(body.at("data.application.id") == "101")
        #expect(body.at("data.callback_url") == "http://simulators.example.test/ats/callbacks")
        #expect(sent.headers[HTTPField.Name("webhook-id")!] == "msg_1")
        #expect(sent.headers[HTTPField.Name("webhook-timestamp")!] == "1800000000")
        #expect(sent.headers[HTTPField.Name("webhook-signature")!]?.hasPrefix("v1,") == true)
    }

    @Test("It verifies the signature and age of callbacks, and marks repeated ones")
    func verifiesCallBacks() async throws {
        let harness = SimulatorHarness { $0.ats.callbackSecret = Secret("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3") }
        // The signature of this message was computed by another implementation.
        func call(_ body: String, after pause: Duration) async throws -> Int {
            harness.clock.advance(Timestamp(milliseconds: 1_700_000_000_000) + pause - harness.clock.now())
            var request = WireRequest(.post, "/ats/callbacks", body: Array(body.utf8))
            request.headers[HTTPField.Name("webhook-id")!] = "msg_1"
            request.headers[HTTPField.Name("webhook-timestamp")!] = "1700000000"
            request.headers[HTTPField.Name("webhook-signature")!] = "v1,AAAA v1,WUgAXU8H0NQ1/7M+TtMwKma2b74a3/TCgekiM3YUdN8="
            return try await harness.site.respond(to: request).status
        }
        #expect(try await call(#"{"a":1}"#, after: .zero) == 204)
        #expect(try await call(#"{"a":1}"#, after: .seconds(300)) == 204)
        #expect(try await call(#"{"a":2}"#, after: .zero) == 401)
        #expect(try await call(#"{"a":1}"#, after: .seconds(301)) == 401)
        #expect(harness.site.ats.received.map(\.isVerified) == [true, true, false, false])
        #expect(harness.site.ats.received.map(\.isRepeated).prefix(2) == [false, true])
        #expect(harness.site.ats.received.first?.body == ["a": 1])
    }
}
