import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// The module `screening`: what an ATS's answer says, and what follows from it.
@Suite("What an ATS answers")
struct AnswerTests {
    static let shapes: [(String, String)] = [
        (#"{"success":false,"errors":[{"message":"no such test"}]}"#, "no such test"), (#"{"errors":["a","b"]}"#, "a; b"),
        (#"{"error":"expired"}"#, "expired"), (#"{"error":{"code":7,"message":"expired"}}"#, "expired"), (#""expired""#, "expired"),
        (#"{"errors":{"email":["is bad","is short"]}}"#, "email: is bad; is short"), (#"{"errors":{"name":"is blank"}}"#, "name: is blank"),
        (#"{"type":"about:blank","title":"Bad","status":422,"detail":"The stage is closed"}"#, "The stage is closed"),
        (#"{"message":"Validation error","errors":[{"field":"stage","message":"is closed"}]}"#, "stage: is closed"),
        (#"{"errors":[{"status":"404","title":"Not found","source":{"pointer":"/x"}}]}"#, "Not found"),
        (#"{"errors":[{"detail":"one"},{"detail":"two"},{"detail":"three"},{"detail":"four"}]}"#, "one; two; three"),
        (#"{"success":false,"errorInfo":{"message":"deep"}}"#, "deep"), ("Invalid key", "Invalid key"), ("<html>502</html>", "no reason given"),
        ("", "no reason given"), ("{}", "no reason given"), (#"{"success":false}"#, "no reason given"), ("[]", "no reason given"),
        (#"{"message":"two\nlines\u0007"}"#, "two lines"),
    ]

    @Test("A reason is found in each shape in which vendors give it", arguments: shapes)
    func reasons(_ body: String, _ reason: String) async throws {
        let step = FixtureStep("http.get", answer: .reply(["status": 422, "text": .string(body)]))
        let outcome = try await PluginHarness.run("return screening.reason(ctx.http.get('https://api.example.test/x'))", steps: [step])
        #expect(outcome.value == .string(reason), "\(outcome.end)")
    }

    private func told(_ status: Int64) async throws -> HookEnd {
        let step = FixtureStep("http.post", answer: .reply(["status": .int(status), "json": ["error": "gone for good"]]))
        let script = """
            screening.told(ctx, ctx.http.post("https://api.example.test/x"), {name = "Acme", thing = "the candidate", look_at = "check the key", wait = 7})
            """
        return try await PluginHarness.run(script, steps: [step]).end
    }

    @Test("What an ATS did not take is tried again or waits for a person, and is never skipped")
    func untold() async throws {
        for status in [404, 410] as [Int64] {
            #expect(try await told(status) == .parked("Acme was not told: it does not find the candidate (\(status): gone for good)"))
        }
        #expect(try await told(422) == .parked("Acme was not told: it answered 422: gone for good"))
        #expect(try await told(301) == .parked("Acme was not told: it answered 301: gone for good"))
        #expect(try await told(401) == .parked("Acme did not accept our key (401): check the key"))
        #expect(try await told(429) == .retry(after: .seconds(7), "Acme answered 429"))
        #expect(try await told(503) == .retry(after: nil, "Acme answered 503"))
        #expect(try await told(204) == .done(.null))
    }

    @Test("There is always a word for a state, and a note without one")
    func words() async throws {
        let outcome = try await PluginHarness.run(
            """
            local order = {state = "completed", outcome = "clear"}
            return {screening.word({}, order, {}), screening.word({unknown = "?"}, {state = "new_state"}, {}), screening.note(order, nil),
                screening.word({completed = "Done"}, order, {words = {completed_clear = "Fine"}})}
            """
        )
        #expect(outcome.value == ["Clear", "?", "Screening: Clear.", "Fine"])
    }

    @Test("An error inside a built-in module carries the script's line and no internals")
    func errorsInside() async throws {
        for lua in [
            "screening.note({state='x', report_url={}}, 'w')", "screening.word(nil, {state='x'})", "screening.candidate(ctx, nil)",
            "screening.offered({settings={packages=5}})",
        ] {
            let outcome = try await PluginHarness.run("local v = \(lua) return v")
            #expect(outcome.error?["line"] == 1, "\(outcome.end)")
            #expect(outcome.error?["message"]?.text?.contains("?:-1") == false, "\(outcome.end)")
        }
    }

    @Test("A run that did its work is not undone by a result that is no JSON; the log says so")
    func resultThatIsNoJSON() async throws {
        for lua in ["print", "{1, x = 2}", "0/0", "'\\xff'"] {
            let outcome = try await PluginHarness.run("return \(lua)")
            #expect(outcome.value == .null, "\(outcome.end)")
            #expect(outcome.logs.first?["message"]?.text?.hasPrefix("what the hook returned is not shown: ") == true)
        }
    }

    @Test("A wait that is cut is said in the log")
    func longWait() async throws {
        let outcome = try await PluginHarness.run("ctx.retry { after = 200 * 86400, reason = 'later' }")
        #expect(outcome.end == .retry(after: .seconds(30 * 86_400), "later"))
        #expect(outcome.logs.first?["message"] == "ctx.retry: a run waits for at most 30 days, not 200.0")
    }
}
