import HTTPTypes
import Screening
import Simulators
import Testing

@Suite struct SiteTests {
    let stand = Stand()

    @Test func keepsALogOfWhatItWasAsked() async throws {
        _ = try await stand.order()
        await stand.site.settle()
        let log = stand.site.log()
        #expect(log.map(\.direction) == [.received, .sent])
        #expect(log.map(\.operation) == ["create", "webhook"])
        #expect(log.map(\.status) == [201, 200])
        #expect(log.first?.url == "/zinc/partner/v2/checks")
        let shown = try await stand.control(.get, "/log")
        #expect(shown.json?.at("items.0.method") == "POST")
        #expect(try await stand.control(.delete, "/log").status == 200)
        #expect(stand.site.log().isEmpty)
    }

    @Test func theLogForgetsTheOldest() async throws {
        let stand = Stand { $0.logLimit = 8 }
        for _ in 0..<20 { _ = try await stand.zinc(.get, "/packages") }
        #expect(stand.site.log().count <= 8)
        #expect(stand.site.log().last?.number == 20)
        #expect(stand.site.log().allSatisfy { $0.status == 200 })
    }

    @Test func movesARequestByControl() async throws {
        let id = try await stand.order()
        let advanced = try await stand.control(.post, "/zinc/requests/\(id)", ["advance": true])
        #expect(advanced.json?.at("report.statusV2") == "awaiting-candidate")
        let set = try await stand.control(.post, "/zinc/requests/\(id)", ["statusV2": "all-clear", "result": "consider"])
        #expect(set.json?.at("report.result") == "consider")
        _ = try await stand.control(.post, "/zinc/requests/\(id)", ["statusV2": "reviewed", "webhook": false])
        _ = try await stand.control(.post, "/zinc/requests/\(id)", [:])
        await stand.site.settle()
        #expect(stand.receiver.statuses == ["requested", "awaiting-candidate", "all-clear", "reviewed"])
        #expect(try await stand.control(.post, "/zinc/requests/unknown", [:]).status == 404)
        #expect(try await stand.control(.get, "/zinc").json?.at("items.0.history.3") == "reviewed")
    }

    @Test func setsAndClearsFaultsByControl() async throws {
        let fault: JSON = ["provider": "zinc", "operation": "packages", "fault": "status", "status": 500, "times": 2]
        #expect(try await stand.control(.post, "/faults", [fault, fault]).json?["items"]?.items?.count == 2)
        #expect(try await stand.zinc(.get, "/packages").status == 500)
        #expect(try await stand.control(.get, "/faults").json?.at("items.0.times") == 1)
        #expect(try await stand.control(.delete, "/faults").status == 200)
        #expect(try await stand.zinc(.get, "/packages").status == 200)
        #expect(try await stand.control(.post, "/faults", ["provider": "nobody"]).status == 422)
    }

    @Test func takesFormsAndShowsThePage() async throws {
        let id = try await stand.order(lastName: "<b>Roe</b>")
        var form = WireRequest(.post, "/control/zinc/requests/\(id)", body: Array("statusV2=ready-for-review&result=consider".utf8))
        form.headers[.contentType] = "application/x-www-form-urlencoded"
        let response = try await stand.site.respond(to: form)
        #expect(response.status == 303)
        #expect(response.headers[.location] == "/")
        let page = String(decoding: try await stand.site.respond(to: WireRequest(.get, "/")).body, as: UTF8.self)
        #expect(page.contains(id))
        #expect(page.contains("ready-for-review · consider"))
        #expect(page.contains("&lt;b&gt;Roe&lt;/b&gt;") && !page.contains("<b>Roe"))
    }

    @Test func ordersByControl() async throws {
        var form = WireRequest(.post, "/control/ats/events")
        form.headers[.contentType] = "application/x-www-form-urlencoded"
        let fields =
            "url=http%3A%2F%2Fhost.example.test%2Fats%2Facme&application=7&package=pkg_1&first_name=Ana&last_name=Roe&email=ana%40example.test&phone="
        form.body = Array(fields.utf8)
        #expect(try await stand.site.respond(to: form).status == 303)
        #expect(try JSON(parsing: try #require(stand.receiver.received.first).body).at("data.candidate.email") == "ana@example.test")
        let response = try await stand.control(
            .post,
            "/ats/assessments",
            ["partner": "http://host.example.test", "candidate": ["first_name": "Ana"]]
        )
        #expect(response.status == 422)
        stand.receiver.respond { _ in WireResponse(500) }
        let failed = try await stand.control(.post, "/ats/assessments", ["partner": "http://host.example.test", "candidate": Stand.person])
        #expect(failed.status == 502)
    }

    @Test func refusesOtherSitesForms() async throws {
        var request = WireRequest(.post, "/control/reset")
        request.headers[HTTPField.Name("Sec-Fetch-Site")!] = "cross-site"
        #expect(try await stand.site.respond(to: request).status == 403)
    }

    @Test func resetForgetsEverything() async throws {
        _ = try await stand.order()
        stand.site.faults.set(.zinc, nil, .dropBefore)
        #expect(try await stand.control(.post, "/reset").status == 200)
        await stand.site.settle()
        #expect(stand.site.zinc.requests.isEmpty && stand.site.log().isEmpty && stand.receiver.received.isEmpty)
        #expect(try await stand.zinc(.get, "/packages").status == 200)
    }

    @Test func runsByItselfUntilCancelled() async throws {
        let stand = Stand { $0.pace = .seconds(2) }
        let (arrived, arrive) = AsyncStream.makeStream(of: String.self)
        stand.receiver.respond { request in
            arrive.yield((try? JSON(parsing: request.body))?["statusV2"]?.text ?? "")
            return WireResponse(200)
        }
        let running = Task { await stand.site.run() }
        _ = try await stand.order()
        var statusTexts: [String] = []
        for await statusText in arrived {
            statusTexts.append(statusText)
            if statusTexts.count == 4 { break }
        }
        #expect(statusTexts == ["requested", "awaiting-candidate", "in-progress", "all-clear"])
        running.cancel()
        await running.value
    }

    @Test func oneSilentReceiverDoesNotHoldUpTheOthers() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let first = try await stand.order(lastName: "First")
        stand.receiver.respond { request in
            if (try? JSON(parsing: request.body))?["id"]?.text == first { for await _ in gate { break } }
            return WireResponse(200)
        }
        let running = Task { await stand.site.run() }
        let second = try await stand.order(lastName: "Second")
        stand.site.zinc.set(first, ZincChange(statusV2: "all-clear"))
        while stand.receiver.received.count < 2 { await Task.yield() }
        #expect(stand.site.log().contains { $0.direction == .sent && $0.body.contains(second) })
        open.yield()
        open.finish()
        while stand.receiver.received.count < 3 { await Task.yield() }
        #expect(stand.receiver.statuses.last == "all-clear")
        running.cancel()
        await running.value
    }

    @Test func everythingIsRepeatable() async throws {
        func ids() async throws -> [String] {
            let stand = Stand()
            return [try await stand.order(), try await stand.order()]
        }
        #expect(try await ids() == ids())
    }
}
