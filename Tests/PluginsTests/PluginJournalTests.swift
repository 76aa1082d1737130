import HTTPTypes
import PluginTesting
import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Plugins

/// A run's host calls are done once, whatever interrupts the run.
@Suite("Journal of host calls")
struct PluginJournalTests {
    private func failure(_ end: HookEnd) -> JSON? { if case .failed(let failure) = end { failure.error.json } else { nil } }
    private func isRetried(_ end: HookEnd) -> HookFailure.Retry? { if case .failed(let failure) = end { failure.retry } else { nil } }

    @Test("A retried run gets the recorded answers without making the calls again")
    func rememberedAnswersAreGivenAgain() async throws {
        let host = PluginScriptHost { _, number in WireResponse(201, json: ["id": .int(Int64(number))]) }
        let script = PluginHarness.script(
            """
            local seen = { now = ctx.now(), uuid = ctx.uuid(), random = ctx.random(), packages = ctx.packages() }
            seen.note = ctx.http.post("https://api.example.test/notes", { json = { a = 1 } }).json.id
            seen.read = ctx.http.get("https://api.example.test/notes").json.id
            seen.order = ctx.orders.place { external_id = "x", package = "p",
              candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test" } }.id
            ctx.kv.set("a", 1)
            return seen
            """
        )
        let first = try await host.attempt(script)
        let second = try await host.attempt(script, number: 2)
        guard case .done = first else { return #expect(Bool(false), "\(first)") }
        #expect(first == second)
        #expect(host.sent.count == 2)
        #expect(host.orders.count == 1)
        #expect(host.steps.map(\.number) == Array(1...8))
        #expect(host.steps.allSatisfy { $0.reply != nil })
    }

    @Test("A retry that makes a different call fails as nondeterministic, and the error names both calls")
    func aChangedRequestIsAnErrorThatNamesBoth() async throws {
        let host = PluginScriptHost()
        let script = PluginHarness.script(
            """
            if ctx.run.attempt == 1 then ctx.http.post("https://api.example.test/a", { json = {} }) error("again") end
            ctx.kv.set("a", 1)
            """
        )
        _ = try await host.attempt(script)
        let end = try await host.attempt(script, number: 2)
        #expect(failure(end)?["code"] == "nondeterministic_script")
        let message = failure(end)?["message"]?.text ?? ""
        #expect(message.contains("step 1 was http POST https://api.example.test") && message.contains("kv.set"))
        #expect(failure(end)?["expected"] == "http POST https://api.example.test" && failure(end)?["found"] == "kv.set")
        #expect(failure(end)?["line"] == 2 && failure(end)?["script"]?.text?.hasSuffix("main.lua") == true)
        #expect(isRetried(end) == .never)
        #expect(host.sent.count == 1)
    }

    @Test("After a transient failure is resolved, the retried script may take another branch")
    func afterAFailureThatPassedTheScriptMayGoAnotherWay() async throws {
        let host = PluginScriptHost { request, number in WireResponse(number == 1 ? 503 : 201, json: [:]) }
        let script = PluginHarness.script(
            """
            local reply = ctx.http.post("https://api.example.test/a", { json = {} })
            if reply.status == 503 then
              ctx.kv.set("failures", 1)
              ctx.retry { after = 1, reason = "away" }
            end
            ctx.http.post("https://api.example.test/b", { json = {} })
            """
        )
        guard case .retry = try await host.attempt(script) else { return #expect(Bool(false)) }
        guard case .done = try await host.attempt(script, number: 2) else { return #expect(Bool(false)) }
        #expect(host.sent.map(\.path) == ["/a", "/a", "/b"])
        #expect(host.keys[0] == host.keys[1])
        #expect(host.keys[2] != host.keys[1])
    }

    @Test("A request that is sent again is signed with a new timestamp")
    func everyAttemptIsSignedAnew() async throws {
        let host = PluginScriptHost { request, number in WireResponse(number == 1 ? 503 : 200, json: [:]) }
        let script = PluginHarness.script(
            """
            local reply = ctx.http.post("https://api.example.test/a",
              { json = { a = 1 }, sign = { standard_webhooks = ctx.secret.api_key, id = "msg_1" } })
            if reply.status == 503 then ctx.retry { after = 1, reason = "away" } end
            """
        )
        _ = try await host.attempt(script)
        (host.clock as? ManualClock)?.advance(by: .seconds(3600))
        _ = try await host.attempt(script, number: 2)
        let times = host.sent.compactMap { HTTPField.Name("webhook-timestamp").flatMap($0.headers.value) }
        #expect(times.count == 2)
        #expect(Set(times).count == 2)
        #expect(Set(host.sent.compactMap { HTTPField.Name("webhook-id").flatMap($0.headers.value) }) == ["msg_1"])
    }

    @Test("A key-value lifetime that is too long is refused")
    func aLifetimeBeyondReasonIsRefused() async throws {
        let host = PluginScriptHost()
        let end = try await host.attempt(PluginHarness.script(#"ctx.kv.set("a", 1, { ttl = 1e300 })"#))
        #expect(failure(end)?["path"] == "ttl")
    }

    @Test("A retry that makes the same call with other arguments fails as nondeterministic")
    func changedArgumentsAreOneToo() async throws {
        let host = PluginScriptHost()
        let script = PluginHarness.script(#"ctx.http.post("https://api.example.test/a", { json = { n = ctx.run.attempt } }) error("again")"#)
        _ = try await host.attempt(script)
        let end = try await host.attempt(script, number: 2)
        #expect(failure(end)?["message"]?.text?.contains("the same call with other arguments") == true)
        #expect(failure(end)?["found"] == "http POST https://api.example.test with another json.n")
        #expect(host.sent.count == 1)
    }

    @Test("A request that got a transient error status is sent again with the same idempotency key", arguments: [408, 425, 429, 500, 503])
    func whatMayPassIsSentAgainWithTheSameKey(_ status: Int) async throws {
        let host = PluginScriptHost { _, number in WireResponse(number == 2 ? status : 201) }
        let script = PluginHarness.script(
            """
            ctx.http.post("https://api.example.test/first", { json = {} })
            local r = ctx.http.post("https://api.example.test/second", { json = {} })
            if r.status >= 400 then ctx.retry { reason = "busy" } end
            return r.status
            """
        )
        #expect(try await host.attempt(script) == .retry(after: nil, "busy"))
        #expect(try await host.attempt(script, number: 2) == .done(201))
        #expect(host.sent.map(\.path) == ["/first", "/second", "/second"])
        #expect(host.keys[1] == host.keys[2] && host.keys[0] != host.keys[1] && host.keys[0] != nil)
        #expect(host.steps.map(\.attempts) == [1, 2])
    }

    @Test("A request with a transient failure is sent again even if the host crashed before recording the retry", arguments: [503, 0])
    func whatMayPassIsSentAgainAlsoWhereTheHostDiedBeforeItCouldSaySo(_ status: Int) async throws {
        let host = PluginScriptHost { _, number in
            guard number == 1 else { return WireResponse(201) }
            if status == 0 { throw TransportError(.cannotConnect, "no connection") }
            return WireResponse(status)
        }
        let script = PluginHarness.script(
            """
            local r = ctx.http.post("https://api.example.test/a", { json = {}, on_error = "return" })
            if r.error or r.status >= 400 then ctx.retry { reason = "busy" } end
            return r.status
            """
        )
        _ = try await host.attempt(script)
        host.dieBeforeTheEnd()
        // The same attempt again, with the answer that was written; then one that may pass.
        #expect(try await host.attempt(script) == .retry(after: nil, "busy"))
        #expect(host.sent.count == 1)
        #expect(try await host.attempt(script, number: 2) == .done(201))
        #expect(host.keys[0] == host.keys[1])
    }

    @Test("A permanent error status is replayed on retry and not requested again")
    func otherAnswersStand() async throws {
        let host = PluginScriptHost { _, _ in WireResponse(404) }
        let script = PluginHarness.script(#"ctx.http.post("https://api.example.test/a", { json = {} }) ctx.retry { reason = "later" }"#)
        _ = try await host.attempt(script)
        _ = try await host.attempt(script, number: 2)
        #expect(host.sent.count == 1)
    }

    @Test("A failed connection ends the attempt even inside pcall, and the run is retried")
    func aFailedConnectionEndsTheAttempt() async throws {
        let host = PluginScriptHost { _, number in
            if number == 1 { throw TransportError(.cannotConnect, "api.example.test does not answer") }
            return WireResponse(200)
        }
        let script = PluginHarness.script(#"pcall(ctx.http.get, "https://api.example.test/a") return "went on""#)
        let end = try await host.attempt(script)
        #expect(failure(end)?["code"] == "connection_failed")
        #expect(isRetried(end) == .later)
        #expect(try await host.attempt(script, number: 2) == .done("went on"))
        #expect(host.sent.count == 2)
    }

    @Test("A script can handle a failed connection itself with on_error set to return")
    func aFailedConnectionMayBeTheScriptsToHandle() async throws {
        let host = PluginScriptHost { _, _ in throw TransportError(.timedOut, "no answer in time") }
        let script = PluginHarness.script(#"return ctx.http.get("https://api.example.test/a", { on_error = "return" }).error"#)
        #expect(try await host.attempt(script) == .done("no answer in time"))
    }

    @Test("A call whose answer was lost in a crash is sent again with the same idempotency key")
    func aCallWhoseAnswerWasLostGoesOutAgainWithTheSameKey() async throws {
        struct Crash: Error {}
        let host = PluginScriptHost { _, number in
            if number == 1 { throw Crash() }
            return WireResponse(201)
        }
        let script = PluginHarness.script(#"return ctx.http.post("https://api.example.test/a", { json = {} }).status"#)
        await #expect(throws: Crash.self) { try await host.attempt(script) }
        #expect(host.steps.map { $0.reply == nil } == [true])
        #expect(try await host.attempt(script, number: 2) == .done(201))
        #expect(host.keys[0] != nil && host.keys[0] == host.keys[1])
    }

    @Test("The answer of a call is on disk before anything else is waited for, and goes with the end of the run where nothing else is")
    func answersAreWrittenBeforeAnythingElse() async throws {
        let post = #"ctx.http.post("https://api.example.test/a", { json = {} })"#
        let answered = Mutex<[Bool]>([])
        let alone = PluginScriptHost()
        #expect(try await alone.attempt(PluginHarness.script("\(post) ctx.now() return 1")) == .done(1))
        // That it is made, and the end.
        #expect(alone.writings == 2)
        for next in [#"ctx.http.get("https://api.example.test/b")"#, #"ctx.http.put("https://api.example.test/b", { json = {} })"#] {
            let host = Mutex<PluginScriptHost?>(nil)
            let made = PluginScriptHost { _, number in
                if number == 2 { answered.withLock { $0.append(host.withLock { $0 }?.steps.first?.reply != nil) } }
                return WireResponse(201)
            }
            host.withLock { $0 = made }
            #expect(try await made.attempt(PluginHarness.script("\(post) \(next) return 1")) == .done(1))
        }
        #expect(answered.withLock { $0 } == [true, true])
    }

    @Test("The answer of a call is on disk where the run is cut short after it")
    func answersOutliveAnInterruption() async throws {
        struct Crash: Error {}
        let host = PluginScriptHost { _, number in
            if number == 2 { throw Crash() }
            return WireResponse(201)
        }
        let script =
            #"ctx.http.post("https://api.example.test/a", { json = {} }) return ctx.http.post("https://api.example.test/b", { json = {} }).status"#
        await #expect(throws: Crash.self) { try await host.attempt(PluginHarness.script(script)) }
        #expect(host.steps.map { $0.reply == nil } == [false, true])
        #expect(try await host.attempt(PluginHarness.script(script), number: 2) == .done(201))
        #expect(host.sent.map(\.url).map { $0.hasSuffix("/a") } == [true, false, false])
    }

    @Test("A run that exceeds its number of host calls fails and is not retried")
    func theNumberOfCallsIsLimited() async throws {
        let host = PluginScriptHost()
        let end = try await host.attempt(PluginHarness.script("for i = 1, 200 do ctx.now() end pcall(ctx.now) return 1"))
        #expect(failure(end)?["code"] == "step_limit")
        #expect(isRetried(end) == .never)
        #expect(try await PluginScriptHost().attempt(PluginHarness.script("for i = 1, 200 do ctx.now() end return 1")) == .done(1))
    }

    @Test("Secrets are inserted into outgoing requests and redacted from the response")
    func secretsGoInOnTheWayOutAndAreTakenFromTheReply() async throws {
        let secret = PluginHarness.secretValue
        let host = PluginScriptHost { request, _ in
            WireResponse(
                200,
                headers: [.server: "echo \(secret)"],
                body: Array("you sent \(secret) and \(request.headers[.authorization] ?? "")".utf8)
            )
        }
        let script = PluginHarness.script(
            """
            local s = ctx.secret.api_key
            local r = ctx.http.post("https://api.example.test/a", {
              headers = { ["X-Key"] = "k " .. s }, query = { q = s }, auth = { basic = { s, "" } }, json = { list = { 1, s }, text = "secret:api_key" },
            })
            return { r.body, r.headers.server }
            """
        )
        let end = try await host.attempt(script)
        let request = try #require(host.sent.first)
        #expect(request.url == "https://api.example.test/a?q=\(secret)")
        #expect(request.headers[.authorization] == "Basic " + Array("\(secret):".utf8).base64)
        #expect(request.headers.contains { $0.name.canonicalName == "x-key" && $0.value == "k \(secret)" })
        #expect(try JSON(parsing: request.body) == ["list": [1, .string(secret)], "text": "secret:api_key"])
        #expect(!"\(end)".contains(secret) && !"\(end)".contains(Array("\(secret):".utf8).base64))
        guard case .done(let value) = end else { return #expect(Bool(false), "\(end)") }
        #expect(value.items?.first?.text?.hasPrefix("you sent ‹secret› and Basic ‹secret›") == true)
        #expect(!JSON.array(host.steps.map(\.json)).string().contains(secret))
    }

    @Test("Requests to origins that the manifest does not permit are refused")
    func hostsThatAreNotPermittedAreNotCalled() async throws {
        let host = PluginScriptHost()
        let script = PluginHarness.script(
            """
            local codes = {}
            for _, url in ipairs { "https://other.example.test/", "http://api.example.test/", "https://api.example.test:444/", "https://api.example.test@evil.test/",
              "https://api.example.test.evil.test/", "ftp://api.example.test/", "not a url" } do
              local ok, why = pcall(ctx.http.get, url)
              codes[#codes + 1] = ok or why.code
            end
            return codes
            """
        )
        let refused: JSON = "url_not_permitted"
        #expect(try await host.attempt(script) == .done([refused, refused, refused, "bad_url", refused, "bad_url", "bad_url"]))
        #expect(host.sent.isEmpty)
    }

    @Test("An HMAC over a secret placeholder is computed by the host with the real secret")
    func signaturesAreMadeByTheHost() async throws {
        let script = PluginHarness.script("return crypto.hex(crypto.hmac('sha256', ctx.secret.api_key, 'x'))")
        let known = PluginHarness.script("return crypto.hex(crypto.hmac('sha256', '\(PluginHarness.secretValue)', 'x'))")
        #expect(try await PluginScriptHost().attempt(script) == PluginScriptHost().attempt(known))
    }
}

extension HTTPFields {
    fileprivate func value(_ name: HTTPField.Name) -> String? { self[name] }
}
