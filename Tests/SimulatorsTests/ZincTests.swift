import HTTPTypes
import Screening
import Simulators
import Testing

@Suite("Zinc simulator")
struct ZincTests {
    let harness = SimulatorHarness()

    @Test("Packages are listed as a root array, with text and numeric IDs")
    func listsPackagesAtTheRootWithBothKindsOfIDs() async throws {
        let response = try await harness.zinc(.get, "/packages")
        #expect(response.status == 200)
        #expect(response.json?.at("0.id") == "pkg_1")
        #expect(response.json?.at("0.name") == "Standard")
        #expect(response.json?.at("2.id") == 3)
    }

    @Test("Packages can be listed under a named member instead")
    func listsMayStandUnderAMember() async throws {
        let harness = SimulatorHarness { $0.zinc.packagesMember = "packages" }
        #expect(try await harness.zinc(.get, "/packages").json?.at("packages.0.id") == "pkg_1")
    }

    @Test("A missing or wrong API key is refused", arguments: [nil, "another-key"])
    func refusesAWrongKey(key: String?) async throws {
        let response = try await harness.zinc(.get, "/packages", key: key)
        #expect(response.status == 401)
        #expect(response.json?["message"]?.text != nil)
        #expect(response.json?["statusCode"]?.integer != 401, "Zinc's own code is not the HTTP status")
    }

    @Test(
        "A check without a required field is refused with the field's name",
        arguments: ["packageId", "candidate", "candidate.firstName", "candidate.lastName", "candidate.email"]
    )
    func refusesACheckWithoutAField(path: String) async throws {
        var body = SimulatorHarness.check()
        let parts = path.split(separator: ".").map(String.init)
        if parts.count == 2 { body[parts[0]]?[parts[1]] = nil } else { body[path] = nil }
        let response = try await harness.zinc(.post, "/checks", body)
        #expect(response.status == 422)
        #expect(response.json?["message"]?.text?.contains(path) == true)
        #expect(harness.site.zinc.requests.isEmpty)
    }

    @Test("A body that is not JSON, an unknown package and an unknown path are refused")
    func refusesWhatIsNotJSONAndAnUnknownPackage() async throws {
        var request = WireRequest(.post, "/zinc/partner/v2/checks", body: Array("nonsense".utf8))
        request.headers[.authorization] = "Bearer simulated-zinc-key"
        #expect(try await harness.site.respond(to: request).status == 400)
        #expect(try await harness.zinc(.post, "/checks", SimulatorHarness.check(package: "pkg_9")).status == 404)
        #expect(try await harness.zinc(.get, "/nowhere").status == 404)
    }

    @Test("It creates a check and sends a webhook signed over its exact bytes")
    func createsAndAnnouncesWithASignatureOverTheExactBytes() async throws {
        let response = try await harness.zinc(.post, "/checks", SimulatorHarness.check())
        let id = try #require(response.json?["id"]?.text)
        #expect(response.status == 201)
        #expect(id.count == 32)
        await harness.site.settle()
        let webhook = try #require(harness.receiver.received.first)
        #expect(webhook.url == "http://host.example.test/providers/zinc-uk/tok")
        #expect(try JSON(parsing: webhook.body) == ["id": .string(id), "status": "pending", "statusV2": "requested"])
        let expected = ZincSimulator.signature(over: webhook.body, token: Secret("simulated-zinc-signing-token"))
        #expect(webhook.headers[HTTPField.Name("x-zinc-webhook-signature")!] == expected)
        #expect(harness.site.zinc.request(id)?.candidate.phone?.value == "+441632960000")
    }

    @Test("The webhook signature matches one computed by another implementation")
    func signsAsTheDocumentSays() {
        // HMAC-SHA256 of this body under this token, by another implementation.
        let signature = ZincSimulator.signature(
            over: Array(#"{"action":"candidate_stage_change","payload":{"application":{"id":101}}}"#.utf8),
            token: Secret("test-secret-1")
        )
        #expect(signature == "b2b0f6788077286f5371bb39ccd9dda5e5fe8781c304868bbb6d1990bbdd83c0")
    }

    @Test("A package can be ordered by its number, given as number or text")
    func aPackageMayBeNamedByANumber() async throws {
        #expect(try await harness.order(package: 3).isEmpty == false)
        #expect(try await harness.order(package: "3").isEmpty == false)
    }

    @Test("Results are listed, filtered by ID and separate for each account")
    func resultsAreListedAndFilteredAndKeptApartByAccount() async throws {
        let harness = SimulatorHarness { $0.zinc.apiKeys = [Secret("simulated-zinc-key"), Secret("second-key")] }
        let first = try await harness.order()
        _ = try await harness.order()
        #expect(try await harness.zinc(.get, "/results").json?.items?.count == 2)
        #expect(try await harness.zinc(.get, "/results?id=\(first)").json?.items?.compactMap { $0["id"]?.text } == [first])
        #expect(try await harness.zinc(.get, "/results?id=unknown").json == [])
        #expect(try await harness.zinc(.get, "/results", key: "second-key").json == [])
    }

    @Test("A pending report contains only its ID and status", arguments: ["requested", "paused", "awaiting-candidate", "attention-needed"])
    func pendingReportsCarryNothingMore(statusText: String) async throws {
        let id = try await harness.order()
        let report = try #require(harness.site.zinc.set(id, ZincChange(statusV2: statusText))).report
        #expect(report == ["id": .string(id), "status": "pending", "statusV2": .string(statusText)])
    }

    @Test("A report in progress contains its checks, and a completed one its result and link")
    func laterReportsCarryChecksThenResultAndLink() async throws {
        let id = try await harness.order(package: "pkg_2")
        let running = try #require(harness.site.zinc.set(id, ZincChange(statusV2: "in-progress"))).report
        #expect(running["status"] == "partially-completed")
        #expect(running["result"] == nil && running["reportUrl"] == nil)
        #expect(running.at("checks.0.status") == "clear")
        #expect(running.at("checks.1.status") == "pending")
        #expect(running.at("checks.0.type") == "address-check")
        #expect(running.at("checks.0.checkType") == nil)
        #expect(running.at("checks.2.checkType") == "degree")
        let done = try #require(harness.site.zinc.set(id, ZincChange(statusV2: "all-clear"))).report
        #expect(done["status"] == "completed")
        #expect(done["result"] == "clear")
        #expect(done["reportUrl"]?.text?.hasPrefix("http://simulators.example.test/zinc/") == true)
        let cancelled = try #require(harness.site.zinc.set(id, ZincChange(statusV2: "cancelled"))).report
        #expect(cancelled["reportUrl"] == nil && cancelled["checks"] == nil)
    }

    @Test("Statuses and results that Zinc does not define can be set")
    func takesWordsThatZincDoesNotHave() async throws {
        let id = try await harness.order()
        let odd = try #require(harness.site.zinc.set(id, ZincChange(statusV2: "napping"))).report
        #expect(odd["statusV2"] == "napping" && odd["status"] == "pending")
        let old = try #require(harness.site.zinc.set(id, ZincChange(status: "completed", result: "superb"))).report
        #expect(old["statusV2"] == nil && old["status"] == "completed" && old["result"] == "superb")
    }

    @Test(
        "A check advances through the statuses that the last name selects",
        arguments: [
            ("Roe", ["requested", "awaiting-candidate", "in-progress", "all-clear"]),
            ("Consider", ["requested", "awaiting-candidate", "in-progress", "ready-for-review", "reviewed"]),
            ("Returning", ["requested", "awaiting-candidate", "in-progress", "awaiting-candidate", "in-progress", "all-clear"]),
            ("Silent", ["requested"]),
        ]
    )
    func advancesByItself(lastName: String, statusTexts: [String]) async throws {
        let harness = SimulatorHarness { $0.pace = .seconds(10) }
        let id = try await harness.order(lastName: lastName)
        for _ in 0..<8 {
            await harness.site.settle()
            harness.clock.advance(.seconds(10))
        }
        #expect(harness.site.zinc.request(id)?.history == statusTexts)
        #expect(harness.receiver.statuses == statusTexts)
        #expect(harness.site.zinc.request(id)?.result == (lastName == "Consider" ? "consider" : lastName == "Silent" ? nil : "clear"))
    }

    @Test("A check can be cancelled until it is complete, and cancelling twice is no error")
    func cancelsUntilTheEnd() async throws {
        let first = try await harness.order()
        #expect(try await harness.zinc(.post, "/checks/\(first)/cancel").status == 200)
        #expect(try await harness.zinc(.delete, "/checks/\(first)").status == 200, "cancelling twice is no error")
        #expect(harness.site.zinc.request(first)?.statusV2 == "cancelled")
        let second = try await harness.order()
        harness.site.zinc.set(second, ZincChange(statusV2: "all-clear"))
        #expect(try await harness.zinc(.post, "/checks/\(second)/cancel").status == 409)
        #expect(try await harness.zinc(.post, "/checks/unknown/cancel").status == 404)
    }

    @Test("Two requests with the same idempotency key create two checks")
    func equalIdempotencyKeysMakeTwoRequests() async throws {
        for _ in 0..<2 {
            var request = WireRequest(.post, "/zinc/partner/v2/checks", json: SimulatorHarness.check())
            request.headers[.authorization] = "Bearer simulated-zinc-key"
            request.headers[HTTPField.Name("Idempotency-Key")!] = "key-1"
            _ = try await harness.site.respond(to: request)
        }
        #expect(harness.site.zinc.requests.map(\.idempotencyKey) == ["key-1", "key-1"])
        #expect(harness.site.log().filter { $0.operation == "create" }.map(\.idempotencyKey) == ["key-1", "key-1"])
    }
}
