import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing

/// `map_request`: a connection's script changes what goes to the provider, and can do nothing else with it.
@Suite("Mapping requests with a script") struct MappingTests {
    private func script(_ body: String) -> String {
        "return function(base)\nbase.map_request = function(request, order, ctx)\n\(body)\nreturn request end\nreturn base end"
    }

    private func creations(_ harness: PipelineHarness) -> [WireRequest] {
        harness.transport.requests.filter { $0.method == .post && $0.url.contains("/zinc/") && !$0.url.contains("/providers/") }
    }

    @Test("A map_request script changes the request and keeps its credentials")
    func changesTheRequestAndKeepsTheCredentials() async throws {
        let harness = try await PipelineHarness(
            script: script(
                "request.json.reference = order.external_id request.headers['x-site'] = order.metadata.site or 'none' request.path = request.path .. '?source=ats'"
            )
        )
        let order = try await harness.place("application-mapped")
        _ = try await eventually { creations(harness).isEmpty ? nil : true }
        let sent = try #require(creations(harness).first)
        let body = try JSON(parsing: sent.body)
        #expect(body["reference"] == "application-mapped" && body["packageId"] == "pkg_1")
        #expect(sent.url.hasPrefix("https://simulators.example.test/zinc/") && sent.url.hasSuffix("?source=ats"))
        #expect(sent.headers[.authorization]?.hasPrefix("Bearer ") == true)
        #expect(HTTPField.Name("x-site").flatMap { sent.headers[$0] } == "none")
        #expect(try await harness.order(order.id, in: .requested) != nil)
        await harness.stop()
    }

    @Test("A map_request script sees neither credentials nor the host name")
    func theScriptSeesNoCredentialAndNoHost() async throws {
        let look = """
            local seen = {}
            for name, value in pairs(request.headers) do seen[#seen + 1] = name .. '=' .. value end
            request.json.seen = table.concat(seen, ' ') .. ' ' .. request.path
            """
        let harness = try await PipelineHarness(script: script(look))
        _ = try await harness.place("application-seen")
        _ = try await eventually { creations(harness).isEmpty ? nil : true }
        let seen = try JSON(parsing: try #require(creations(harness).first).body)["seen"]?.text ?? ""
        let key = try #require(PipelineHarness.zinc.secrets["api_key"]?.first).value
        #expect(!seen.isEmpty && !seen.contains(key) && !seen.lowercased().contains("authorization") && !seen.contains("simulators"))
        await harness.stop()
    }

    @Test(
        "A map_request script that fails or oversteps its limits sends nothing",
        arguments: [
            "error('no')", "local x = request.json.none.more", "request.path = 'https://elsewhere.example.test/'",
            "request.path = '//elsewhere.example.test/'",
            "request.path = '/../admin'", "request.path = '/%2e%2E/admin'", "request.path = '/a b'", "request.path = '@elsewhere.example.test/'",
            "request.headers.authorization = 'Bearer mine'", "request.headers.Host = 'elsewhere.example.test'",
            "request.headers['x-a'] = 'a\\r\\nb: c'",
            "request.method = 'GET'", "request.json.resultsCallbackURL = 'https://elsewhere.example.test/hook'",
            "request.json.candidate.site = { 'see https://elsewhere.example.test/' }", "request.url = 'https://elsewhere.example.test/'",
            "request = 7",
            "ctx.http.get('https://elsewhere.example.test/')",
            "ctx.orders.find { external_id = 'x' }", "ctx.kv.set('a', 1)", "ctx.park('see')", "ctx.retry { reason = 'later' }", "while true do end",
        ]
    )
    func aFailureSendsNothing(_ body: String) async throws {
        let harness = try await PipelineHarness(script: script(body))
        let order = try await harness.place("application-failing")
        let problem = try await eventually { try await harness.context.store.order(order.id)?.status.problem }
        #expect(problem?.code == "map_request_failed")
        #expect(creations(harness).isEmpty)
        #expect(try await harness.context.store.order(order.id)?.state == .accepted)
        #expect(try await harness.context.store.due(.submit(order: order.id)) != nil)
        if body.hasPrefix("error") { #expect(problem?.message.contains("acme.lua:3") == true, "\(problem?.message ?? "")") }
        await harness.stop()
    }

    @Test(
        "What a map_request script logs appears on the order's timeline, redacted",
        arguments: [("", "submitting", OrderState.requested), ("ctx.reject('no')", "submitted", .refused), ("error('no')", "problem", .accepted)]
    )
    func whatItLogsStandsOnTheTimeline(_ end: String, _ kind: String, _ state: OrderState) async throws {
        let harness = try await PipelineHarness(script: script("ctx.log.warn('mapped for ' .. order.candidate.email, { site = 'Leeds' }) \(end)"))
        let order = try await harness.place("application-logged")
        let entry = try await eventually { try await harness.context.store.timeline(of: order.id).first { $0.kind == kind } }
        let line = try #require(entry?.details.at("logs.0"))
        #expect(line["level"] == "warn" && line["message"] == "mapped for ‹personal›" && line.at("fields.site") == "Leeds")
        #expect(try await harness.order(order.id, in: state) != nil)
        await harness.stop()
    }

    @Test("An order that a map_request script rejects is refused and not sent")
    func aRejectionRefusesTheOrder() async throws {
        let harness = try await PipelineHarness(script: script("ctx.reject('no order without a site')"))
        let order = try await harness.place("application-rejected")
        let stored = try #require(try await harness.order(order.id, in: .refused))
        #expect(stored.status.problem?.message == "no order without a site")
        #expect(creations(harness).isEmpty)
        await harness.stop()
    }
}
