import HTTPTypes
import Screening
import Simulators
import Testing

@Suite("WorkerChecks simulator")
struct WorkerChecksTests {
    let harness = SimulatorHarness()

    @Test("It issues a token only for the widget secret, and never logs the secret")
    func givesATokenForTheWidgetSecretOnly() async throws {
        let response = try await harness.workerChecks(.post, "/auth/token", ["widgetSecret": "simulated-widget-secret"])
        #expect(response.status == 200)
        #expect(response.json?["token"]?.text?.isEmpty == false)
        #expect(response.json?["expiresIn"] == 86_400)
        #expect(try await harness.workerChecks(.post, "/auth/token", ["widgetSecret": "another"]).status == 401)
        #expect(try await harness.workerChecks(.post, "/auth/token", [:]).status == 400)
        #expect(!harness.site.log().contains { $0.body.contains("simulated-widget-secret") }, "the log keeps no credential")
    }

    @Test("A token expires after a day, or earlier through the control API")
    func aTokenLivesForADayAndCanBeExpiredBefore() async throws {
        let token = try await harness.token()
        harness.clock.advance(.seconds(86_399))
        #expect(try await harness.workerChecks(.post, "/invitations", SimulatorHarness.invitation(), token: token).status == 201)
        harness.clock.advance(.seconds(1))
        #expect(try await harness.workerChecks(.post, "/invitations", SimulatorHarness.invitation(), token: token).status == 401)
        let second = try await harness.token()
        #expect(try await harness.control(.post, "/workerchecks/expire").status == 200)
        #expect(try await harness.workerChecks(.post, "/invitations", SimulatorHarness.invitation(), token: second).status == 401)
        #expect(try await harness.workerChecks(.post, "/invitations", SimulatorHarness.invitation()).status == 401)
    }

    @Test(
        "An invitation without a required field is refused with the field's name",
        arguments: ["productId", "firstName", "lastName", "email", "mobile"]
    )
    func refusesAnInvitationWithoutAField(name: String) async throws {
        var body = SimulatorHarness.invitation()
        body[name] = nil
        let response = try await harness.workerChecks(.post, "/invitations", body, token: try await harness.token())
        #expect(response.status == 422)
        #expect(response.json?["message"]?.text?.contains(name) == true)
    }

    @Test("Malformed fields and unknown products are refused")
    func refusesMalformedFieldsAndUnknownProducts() async throws {
        let token = try await harness.token()
        for (name, value, status) in [("email", "nobody", 422), ("mobile", "12ab", 422), ("productId", "prod_9", 404)] {
            var body = SimulatorHarness.invitation()
            body[name] = .string(value)
            #expect(try await harness.workerChecks(.post, "/invitations", body, token: token).status == status)
        }
        #expect(harness.site.workerChecks.invitations.isEmpty)
    }

    @Test("A result is null until the check is complete")
    func aResultIsNullUntilItIsComplete() async throws {
        let (id, token) = try await invite(harness)
        let early = try await harness.workerChecks(.get, "/invitations/\(id)/result", token: token)
        #expect(early.json == ["status": "Pending", "result": JSON.null, "releaseDate": JSON.null, "certificateUrl": JSON.null])
        harness.site.workerChecks.set(id, status: "Completed", result: "Refer")
        let late = try await harness.workerChecks(.get, "/invitations/\(id)/result", token: token)
        #expect(late.json?["result"] == "Refer")
        #expect(late.json?["releaseDate"]?.text == harness.clock.now().iso8601)
        #expect(late.json?["certificateUrl"]?.text?.contains(id) == true)
        #expect(try await harness.workerChecks(.get, "/invitations/unknown/result", token: token).status == 404)
    }

    @Test(
        "An invitation advances to the result that the last name selects, without webhooks",
        arguments: [("Roe", "Clear"), ("Consider", "Attention Required"), ("Refer", "Refer")]
    )
    func advancesByItself(lastName: String, result: String) async throws {
        let harness = SimulatorHarness { $0.pace = .seconds(5) }
        let (id, _) = try await invite(harness, lastName: lastName)
        for _ in 0..<4 {
            await harness.site.settle()
            harness.clock.advance(.seconds(5))
        }
        #expect(harness.site.workerChecks.invitation(id)?.history == ["Pending", "In Progress", "Completed"])
        #expect(harness.site.workerChecks.invitation(id)?.result == result)
        #expect(harness.receiver.received.isEmpty, "there are no webhooks")
    }

    @Test("An invitation can be cancelled only before the worker has submitted")
    func cancelsOnlyBeforeTheWorkerSubmits() async throws {
        let (id, token) = try await invite(harness)
        #expect(try await harness.workerChecks(.post, "/invitations/\(id)/cancel", token: token).json?["status"] == "Cancelled")
        #expect(try await harness.workerChecks(.post, "/invitations/\(id)/cancel", token: token).status == 200)
        let (other, _) = try await invite(harness)
        harness.site.workerChecks.advance(other)
        let refused = try await harness.workerChecks(.post, "/invitations/\(other)/cancel", token: token)
        #expect(refused.status == 409)
        #expect(refused.json?["message"]?.text?.contains("submitted") == true)
    }

    @Test("More than thirty reads within any sixty seconds are answered with status 429")
    func answersTooManyReadsWithinAnySixtySeconds() async throws {
        let (id, token) = try await invite(harness)
        func read() async throws -> Int { try await harness.workerChecks(.get, "/invitations/\(id)/result", token: token).status }
        for _ in 0..<15 { #expect(try await read() == 200) }
        harness.clock.advance(.seconds(50))
        for _ in 0..<15 { #expect(try await read() == 200) }
        #expect(try await read() == 429)
        #expect(harness.site.workerChecks.refusedReads == 1)
        #expect(harness.site.workerChecks.peakReads == 31)
        // The window slides: ten seconds later the first fifteen have left it, the others have not.
        harness.clock.advance(.seconds(10))
        for _ in 0..<15 { #expect(try await read() == 200) }
        #expect(try await read() == 429)
    }

    @Test("One account cannot read another account's invitations")
    func accountsAreKeptApart() async throws {
        let harness = SimulatorHarness { $0.workerChecks.widgetSecrets.append(Secret("second-secret")) }
        let (id, _) = try await invite(harness)
        let response = try await harness.workerChecks(.post, "/auth/token", ["widgetSecret": "second-secret"])
        let token = try #require(response.json?["token"]?.text)
        #expect(try await harness.workerChecks(.get, "/invitations/\(id)/result", token: token).status == 404)
    }

    private func invite(_ harness: SimulatorHarness, lastName: String = "Roe") async throws -> (id: String, token: String) {
        let token = try await harness.token()
        let response = try await harness.workerChecks(.post, "/invitations", SimulatorHarness.invitation(lastName: lastName), token: token)
        return (try #require(response.json?["id"]?.text), token)
    }
}
