import HTTPTypes
import Screening
import Simulators
import Testing

@Suite("Simulator site")
struct SiteTests {
    let harness = SimulatorHarness()

    @Test("It logs received and sent requests, and the log can be cleared")
    func keepsALogOfWhatItWasAsked() async throws {
        _ = try await harness.order()
        await harness.site.settle()
        let log = harness.site.log()
        #expect(log.map(\.direction) == [.received, .sent])
        #expect(log.map(\.operation) == ["create", "webhook"])
        #expect(log.map(\.status) == [201, 200])
        #expect(log.first?.url == "/zinc/partner/v2/checks")
        let shown = try await harness.control(.get, "/log")
        #expect(shown.json?.at("items.0.method") == "POST")
        #expect(try await harness.control(.delete, "/log").status == 200)
        #expect(harness.site.log().isEmpty)
    }

    @Test("The log keeps only the latest entries")
    func theLogForgetsTheOldest() async throws {
        let harness = SimulatorHarness { $0.logLimit = 8 }
        for _ in 0..<20 { _ = try await harness.zinc(.get, "/packages") }
        #expect(harness.site.log().count <= 8)
        #expect(harness.site.log().last?.number == 20)
        #expect(harness.site.log().allSatisfy { $0.status == 200 })
    }

    @Test("The control API advances a request and sets its status and result")
    func movesARequestByControl() async throws {
        let id = try await harness.order()
        let advanced = try await harness.control(.post, "/zinc/requests/\(id)", ["advance": true])
        #expect(advanced.json?.at("report.statusV2") == "awaiting-candidate")
        let set = try await harness.control(.post, "/zinc/requests/\(id)", ["statusV2": "all-clear", "result": "consider"])
        #expect(set.json?.at("report.result") == "consider")
        _ = try await harness.control(.post, "/zinc/requests/\(id)", ["statusV2": "reviewed", "webhook": false])
        _ = try await harness.control(.post, "/zinc/requests/\(id)", [:])
        await harness.site.settle()
        #expect(harness.receiver.statuses == ["requested", "awaiting-candidate", "all-clear", "reviewed"])
        #expect(try await harness.control(.post, "/zinc/requests/unknown", [:]).status == 404)
        #expect(try await harness.control(.get, "/zinc").json?.at("items.0.history.3") == "reviewed")
    }

    @Test("The control API sets, lists and clears faults")
    func setsAndClearsFaultsByControl() async throws {
        let fault: JSON = ["provider": "zinc", "operation": "packages", "fault": "status", "status": 500, "times": 2]
        #expect(try await harness.control(.post, "/faults", [fault, fault]).json?["items"]?.items?.count == 2)
        #expect(try await harness.zinc(.get, "/packages").status == 500)
        #expect(try await harness.control(.get, "/faults").json?.at("items.0.times") == 1)
        #expect(try await harness.control(.delete, "/faults").status == 200)
        #expect(try await harness.zinc(.get, "/packages").status == 200)
        #expect(try await harness.control(.post, "/faults", ["provider": "nobody"]).status == 422)
    }

    @Test("Control forms are accepted, and the page shows requests with HTML escaped")
    func takesFormsAndShowsThePage() async throws {
        let id = try await harness.order(lastName: "<b>Roe</b>")
        var form = WireRequest(.post, "/control/zinc/requests/\(id)", body: Array("statusV2=ready-for-review&result=consider".utf8))
        form.headers[.contentType] = "application/x-www-form-urlencoded"
        let response = try await harness.site.respond(to: form)
        #expect(response.status == 303)
        #expect(response.headers[.location] == "/")
        let page = String(decoding: try await harness.site.respond(to: WireRequest(.get, "/")).body, as: UTF8.self)
        #expect(page.contains(id))
        #expect(page.contains("ready-for-review · consider"))
        #expect(page.contains("&lt;b&gt;Roe&lt;/b&gt;") && !page.contains("<b>Roe"))
    }

    @Test("The control API places ATS orders, and reports invalid input and partner failures")
    func ordersByControl() async throws {
        var form = WireRequest(.post, "/control/ats/events")
        form.headers[.contentType] = "application/x-www-form-urlencoded"
        let fields =
            "url=http%3A%2F%2Fhost.example.test%2Fats%2Facme&application=7&package=pkg_1&first_name=Ana&last_name=Roe&email=ana%40example.test&phone="
        form.body = Array(fields.utf8)
        #expect(try await harness.site.respond(to: form).status == 303)
        #expect(try JSON(parsing: try #require(harness.receiver.received.first).body).at("data.candidate.email") == "ana@example.test")
        let response = try await harness.control(
            .post,
            "/ats/assessments",
            ["partner": "http://host.example.test", "candidate": ["first_name": "Ana"]]
        )
        #expect(response.status == 422)
        harness.receiver.respond { _ in WireResponse(500) }
        let failed = try await harness.control(
            .post,
            "/ats/assessments",
            ["partner": "http://host.example.test", "candidate": SimulatorHarness.person]
        )
        #expect(failed.status == 502)
    }

    @Test("A cross-site form submission is refused")
    func refusesOtherSitesForms() async throws {
        var request = WireRequest(.post, "/control/reset")
        request.headers[HTTPField.Name("Sec-Fetch-Site")!] = "cross-site"
        #expect(try await harness.site.respond(to: request).status == 403)
    }

    @Test("A reset clears requests, the log and faults")
    func resetForgetsEverything() async throws {
        _ = try await harness.order()
        harness.site.faults.set(.zinc, nil, .dropBefore)
        #expect(try await harness.control(.post, "/reset").status == 200)
        await harness.site.settle()
        #expect(harness.site.zinc.requests.isEmpty && harness.site.log().isEmpty && harness.receiver.received.isEmpty)
        #expect(try await harness.zinc(.get, "/packages").status == 200)
    }

    @Test("It advances requests and sends webhooks by itself until it is cancelled")
    func runsByItselfUntilCancelled() async throws {
        let harness = SimulatorHarness { $0.pace = .seconds(2) }
        let (arrived, arrive) = AsyncStream.makeStream(of: String.self)
        harness.receiver.respond { request in
            arrive.yield((try? JSON(parsing: request.body))?["statusV2"]?.text ?? "")
            return WireResponse(200)
        }
        let running = Task { await harness.site.run() }
        _ = try await harness.order()
        var statusTexts: [String] = []
        for await statusText in arrived {
            statusTexts.append(statusText)
            if statusTexts.count == 4 { break }
        }
        #expect(statusTexts == ["requested", "awaiting-candidate", "in-progress", "all-clear"])
        running.cancel()
        await running.value
    }

    @Test("A webhook receiver that does not answer delays no other request's webhooks")
    func oneSilentReceiverDoesNotHoldUpTheOthers() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let first = try await harness.order(lastName: "First")
        harness.receiver.respond { request in
            if (try? JSON(parsing: request.body))?["id"]?.text == first { for await _ in gate { break } }
            return WireResponse(200)
        }
        let running = Task { await harness.site.run() }
        let second = try await harness.order(lastName: "Second")
        harness.site.zinc.set(first, ZincChange(statusV2: "all-clear"))
        while harness.receiver.received.count < 2 { await Task.yield() }
        #expect(harness.site.log().contains { $0.direction == .sent && $0.body.contains(second) })
        open.yield()
        open.finish()
        while harness.receiver.received.count < 3 { await Task.yield() }
        #expect(harness.receiver.statuses.last == "all-clear")
        running.cancel()
        await running.value
    }

    @Test("Two fresh simulators generate the same IDs")
    func everythingIsRepeatable() async throws {
        func ids() async throws -> [String] {
            let harness = SimulatorHarness()
            return [try await harness.order(), try await harness.order()]
        }
        #expect(try await ids() == ids())
    }
}
