import Foundation
import HTTPTypes
import LuaRuntime
import PluginTesting
import Screening
import ScreeningTesting
import Testing

@testable import Plugins

/// A provider in Lua keeps the same promises as those in Swift, and the host keeps the dangerous ones for it.
@Suite("Providers in Lua")
struct LuaProviderTests {
    @Test("The example keeps the contract's promises", arguments: ProviderConformance.checks)
    func example(_ check: ProviderConformance.Check) async throws {
        let provider = try ExampleProviderWire.provider(PluginHarness.shipped("example"))
        let failures = await ProviderConformance(provider, ExampleProviderWire.script).run(check)
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test("The example is short enough for a tutorial, and has every hook that its manifest promises")
    func exampleIsShort() async throws {
        let plugin = try PluginHarness.shipped("example")
        #expect(plugin.main.source.split(separator: "\n", omittingEmptySubsequences: false).count < 80)
        #expect(try await ExampleProviderWire.provider(plugin).scriptProblems() == [])
        let page = try String(contentsOf: PluginHarness.repository.appending(path: "docs/providers.md"), encoding: .utf8)
        let manifest = try String(contentsOfFile: plugin.folder + "/plugin.yaml", encoding: .utf8)
        #expect(page.contains("```lua\n\(plugin.main.source)```") && page.contains("```yaml\n\(manifest)```"), "docs/providers.md shows other files")
    }

    @Test("A hook that the manifest promises and the script lacks is a problem")
    func missingHooks() async throws {
        let problems = try await provider("return { submit = function() end }").scriptProblems().map { "\($0)" }
        #expect(problems.count == 2 && problems[0].contains("packages") && problems[1].contains("report"))
        let broken = try await provider("return {").scriptProblems().map { "\($0)" }
        #expect(broken.first?.contains("main.lua:1: ") == true)
    }

    @Test("What a script sends that is no read gets a connection of its own, whatever key it carries")
    func connections() async throws {
        let transport = HandlerTransport(["*": ClosureHandler { _ in WireResponse(201, json: ["id": "r1"]) }])
        let provider = try provider(script("ctx.http.get(url .. '/x') return { reference = ctx.http.post(url, { json = {} }).json.id }"))
        _ = try await provider.submit(order(provider), request: nil, callback: nil, key: "k", session(transport))
        #expect(transport.requests.map(\.connection) == [.automatic, .fresh])
        #expect(transport.requests.last?.headers[HTTPField.Name("Idempotency-Key")!] != nil)
    }

    @Test("An error of the script says where it is and what was expected; logs say the line alone")
    func scriptErrors() async throws {
        let main = "return { submit = function() end, interpret = function(webhook, ctx)\nlocal body = nil\nreturn body.id end }"
        let webhook = Webhook(headers: [:], body: Array(#"{"name":"Ana Roe"}"#.utf8))
        let transport = HandlerTransport()
        let error = await #expect(throws: ProviderError.self) { try await provider(main).interpret(webhook, session(transport)) }
        let failed = try #require(error)
        #expect(failed.script?.hook == "interpret" && failed.script?.line == 3 && failed.script?.plugin != nil)
        #expect(failed.text.contains("bench/main.lua:3") && failed.text.contains("> 3 | return body.id") && failed.text.contains("interpret of"))
        #expect(failed.place == "unreadable, bench/main.lua:3")
        let wrong = await #expect(throws: ProviderError.self) {
            try await provider("return { interpret = function() return 7 end }").interpret(webhook, session(transport))
        }
        #expect(wrong?.script?.code == "wrong_result" && wrong?.script?.hook == "interpret")
    }

    @Test("A script lists requests with what the provider says of people; one without a reference is an error of its own")
    func requests() async throws {
        let main = """
            return { submit = function() end, requests = function(order, ctx) return {
                { reference = "r1", created_at = "2026-03-01T10:00:00Z", candidate = { email = order.candidate.email, phone = "1" }, order = order.id },
                { reference = "r2", report = { status = "new", state = "requested", candidate = { last_name = "Roe" } } },
            } end }
            """
        let provider = try provider(main)
        let order = order(provider)
        let listed = try await provider.requests(like: order, session(HandlerTransport()))
        #expect(listed.map(\.reference) == ["r1", "r2"] && listed[0].createdAt != nil && listed[1].report?.status == .recognised(.requested))
        #expect(
            listed[0].subject?.reference == order.id && listed[0].subject?.phone == Personal("1") && listed[1].subject?.lastName == Personal("Roe")
        )
        await #expect(throws: ProviderError.self) {
            _ = try await self.provider("return { requests = function() return { {} } end }").requests(like: order, session(HandlerTransport()))
        }
    }

    // MARK: What was sent decides, not the script

    /// Scripts that take no notice of what they are answered.
    static let careless = [
        "return { reference = reply.json and reply.json.id }", "return { reference = reply.json.id }", "ctx.reject('no')", "ctx.skip('no')",
        "ctx.retry { reason = 'again' }", "ctx.park('see')", "error('no')", "return nil", "return 7", "ctx.http.post(url, { json = {} })",
        "pcall(ctx.http.post, url, { json = {} }) error('x')", "while true do end",
    ]

    @Test("After a request that may have created, nothing but a reference is certain", arguments: careless)
    func uncertainStays(_ ending: String) async throws {
        for response in [
            { WireResponse(500, json: ["message": "broken"]) }, { WireResponse(201, json: ["ok": true]) },
            { throw TransportError(.timedOut, "time") },
        ]
            as [@Sendable () throws -> WireResponse]
        {
            let (error, sent) = try await submit("local reply = ctx.http.post(url, { json = {} }) \(ending)", response: response)
            #expect(error?.creation == .uncertain, "\(ending): \(String(describing: error?.creation))")
            #expect(sent == 1)
        }
    }

    @Test("A refusal is a refusal, and what surely did not arrive may be sent again, whatever the script makes of it")
    func certainFailures() async throws {
        for ending in ["return nil", "return { reference = reply.json.id }", "error('x')", "ctx.ok(reply, 'message')"] {
            let body = "local reply = ctx.http.post(url, { json = {} }) \(ending)"
            let refused = try await submit(body) { WireResponse(422, json: ["message": "no such package"]) }
            #expect(refused.error?.creation == .refused && refused.error?.message.value == "no such package", "\(ending)")
            let busy = try await submit(body) { WireResponse(503, headers: [.retryAfter: "7"], json: [:]) }
            #expect(busy.error?.creation == .sendAgain && busy.error?.retryAfter == .seconds(7), "\(ending)")
            let away = try await submit(body) { throw TransportError(.cannotConnect, "away") }
            #expect(away.error?.creation == .sendAgain)
        }
    }

    @Test("An error before anything was sent lets the order go out later; a verdict before that refuses it")
    func beforeSending() async throws {
        #expect(try await submit("error('x')").error?.creation == .sendAgain)
        #expect(try await submit("local x = nil return { reference = x.id }").error?.message.value.contains("bench/main.lua:3") == true)
        #expect(try await submit("ctx.reject('not for minors')").error?.creation == .refused)
        #expect(try await submit("while true do end").error?.creation == .sendAgain)
    }

    @Test("Calls that only prepare may fail and be made again; the one that creates leaves once")
    func preparing() async throws {
        let prepared = "local token = ctx.ok(ctx.http.post(url, { json = {}, creates = false })) local reply = ctx.http.post(url, { json = {} }) "
        let (error, sent) = try await submit(prepared + "return { reference = reply.json.id }") { WireResponse(500) }
        #expect(error?.creation == .sendAgain && sent == 1)
        let both = try await submit(prepared + "return { reference = ctx.ok(reply).id }") { WireResponse(200, json: ["id": "r1"]) }
        #expect(both.error == nil && both.sent == 2)
        let retried = "local a = ctx.http.post(url, { json = {} }) local b = ctx.http.post(url, { json = {} }) return { reference = b.json.id }"
        #expect(try await submit(retried) { WireResponse(201, json: ["id": "r1"]) }.sent == 1)
        #expect(try await submit(retried) { WireResponse(500) }.sent == 1)
        #expect(try await submit(retried) { WireResponse(429) }.sent == 2)
    }

    @Test("A host that stops before anything was sent leaves the order to the next one; after that nobody knows")
    func stopping() async throws {
        for (source, expected) in [("while true do ctx.now() end", CreationRule.sendAgain), ("ctx.http.post(url, {})", nil)] {
            let provider = try provider(script(source), limits: "limits: { steps: 10000 }")
            let started = Gate()
            let transport = HandlerTransport([
                "*": ClosureHandler { _ in
                    started.open()
                    try await Task.sleep(for: .seconds(60))
                    return WireResponse(201)
                }
            ])
            let task = Task {
                try await provider.submit(order(provider), request: nil, callback: nil, key: "k", session(transport))
            }
            if expected == nil { await started.wait() }
            task.cancel()
            let end = await task.result
            if let expected {
                guard case .failure(let error as ProviderError) = end else { continue }
                #expect(error.creation == expected)
            } else {
                guard case .failure(let error) = end else { Issue.record("it returned"); continue }
                #expect((error as? ProviderError)?.creation ?? .uncertain == .uncertain)
            }
        }
    }

    @Test("Where scripts cannot be run at all, an order waits unsent and a webhook is looked at later")
    func noWorkers() async throws {
        let pool = LuaPool(LuaPool.Configuration(count: 1, workerPath: "/nowhere/fairlead-lua"))
        let plugin = try PluginHarness.shipped("example")
        let provider = try #require(LuaProvider(plugin, runner: HookRunner(pool: pool), random: SeededRandom(1)))
        let transport = HandlerTransport(["*": ClosureHandler { _ in WireResponse(201, json: ["id": "chk_1"]) }])
        let session = ExampleProviderWire.session(transport)
        let unsent = await #expect(throws: ProviderError.self) {
            try await provider.submit(ExampleProviderWire.order(), request: nil, callback: nil, key: "k", session)
        }
        #expect(unsent?.creation == .sendAgain && transport.requests.isEmpty)
        let unread = await #expect(throws: ProviderError.self) {
            try await provider.interpret(Webhook(headers: [:], body: Array("{}".utf8)), session)
        }
        #expect(unread?.code == .unavailable)
        await pool.shutdown()
    }

    // MARK: Secrets, reach

    @Test("The provider's words come without the account's secrets, and a script reaches the provider and nobody else")
    func reach() async throws {
        let echo = try await submit("local reply = ctx.http.post(url, { auth = { bearer = ctx.secret.api_key } })") {
            WireResponse(400, json: ["message": .string("bad key \(PluginHarness.secretValue)")])
        }
        #expect(echo.error?.message.value == "bad key ‹secret›")
        let other = try await submit("ctx.http.post('https://elsewhere.example.test/', { json = {} })")
        #expect(other.sent == 0 && other.error?.message.value.contains("does not permit") == true && other.error?.creation == .sendAgain)
        for call in ["ctx.kv.get('a')", "ctx.orders.find { external_id = 'x' }", "ctx.packages()", "ctx.connection.id()"] {
            #expect(try await submit("return \(call)").error?.creation == .sendAgain, "\(call)")
        }
    }

    @Test("Reports are read by the script's tables: unknown words are kept, wrong meanings are errors")
    func reports() async throws {
        #expect(
            try await report("return { status = 'x', result = 'y' }")
                == Report(
                    status: .unrecognised("x"),
                    result: .unrecognised("y"),
                    providerStatus: ["status": "x", "result": "y"]
                )
        )
        let full = """
            return { status = 'd', state = 'completed', outcome = 'refer', result = 'r', report_url = 'https://r.example.test/1',
              checks = { { name = 'Identity', status = 'ok', type = 'id' } }, provider_status = { stage = 'z' } }
            """
        let read = try await report(full)
        #expect(read?.status == .recognised(.completed) && read?.result == .recognised(.refer) && read?.checks?.count == 1)
        #expect(read?.providerStatus == ["status": "d", "result": "r", "stage": "z"])
        #expect(try await report("return nil") == nil)
        for wrong in [
            "{ state = 'completed' }", "{ status = 'x', state = 'complete' }", "{ status = 'x', outcome = 'ok' }", "{ status = 'x', sate = 'y' }",
            "7",
            "{ status = 'x', state = 'submitting' }", "{ status = 'x', checks = { {} } }",
        ] {
            await #expect(throws: ProviderError.self, "\(wrong)") { try await report("return \(wrong)") }
        }
    }

    // MARK: Writing one down

    private func script(_ submit: String) -> String {
        "return { submit = function(order, ctx)\nlocal url = ctx.account.base_url .. '/checks'\n\(submit) end, report = function(r, ctx) end, packages = function() end }"
    }

    private func provider(_ main: String, limits: String = "") throws -> LuaProvider {
        let manifest = """
            name: bench
            version: 1.0.0
            contract: 1
            kind: provider
            capabilities: { packages: true, report: true }
            secrets: { api_key: { required: true } }
            \(limits)
            """
        return try ExampleProviderWire.provider(PluginHarness.plugin(main, manifest: manifest))
    }

    private var account: Account {
        Account(
            id: "bench-test",
            provider: "bench",
            baseURL: "https://bench.example.test/v1",
            secrets: ["api_key": [Secret(PluginHarness.secretValue)]]
        )
    }

    private func session(_ transport: any Transport) -> ProviderSession { ExampleProviderWire.session(transport, account) }
    private func order(_ provider: LuaProvider) -> Order { ExampleProviderWire.order(account) }

    /// What one submission came to, and how many requests left.
    private func submit(
        _ body: String,
        response: @escaping @Sendable () throws -> WireResponse = { WireResponse(200, json: [:]) }
    ) async throws -> (error: ProviderError?, sent: Int) {
        let provider = try provider(script(body))
        let transport = HandlerTransport(["*": ClosureHandler { _ in try response() }])
        do {
            _ = try await provider.submit(order(provider), request: nil, callback: nil, key: "k", session(transport))
            return (nil, transport.requests.count)
        } catch let error as ProviderError {
            return (error, transport.requests.count)
        }
    }

    private func report(_ body: String) async throws -> Report? {
        let provider = try provider("return { submit = function() end, packages = function() end, report = function(r, ctx)\n\(body) end }")
        return try await provider.report(for: "r1", session(HandlerTransport([:])))
    }
}

/// Opened once; whoever waits goes on then.
private final class Gate: Sendable {
    private let stream = AsyncStream<Void>.makeStream()

    func open() { stream.continuation.finish() }
    func wait() async { for await _ in stream.stream {} }
}
