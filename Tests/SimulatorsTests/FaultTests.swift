import HTTPTypes
import Screening
import Simulators
import Testing

@Suite("Simulated faults")
struct FaultTests {
    let harness = SimulatorHarness()

    @Test("A status fault answers as many requests as asked and then ends")
    func answersAStatusAsOftenAsAsked() async throws {
        harness.site.faults.set(.zinc, "create", .status(503, retryAfter: 7), times: 2)
        for _ in 0..<2 {
            let response = try await harness.zinc(.post, "/checks", SimulatorHarness.check())
            #expect(response.status == 503)
            #expect(response.headers[.retryAfter] == "7")
            #expect(response.json?["statusCode"] != nil)
        }
        #expect(harness.site.zinc.requests.isEmpty)
        #expect(try await harness.zinc(.post, "/checks", SimulatorHarness.check()).status == 201)
        #expect(harness.site.faults.present.isEmpty)
    }

    @Test("A fault affects only its own operation, or all of them when none is named")
    func happensAtItsOwnOperationOnly() async throws {
        harness.site.faults.set(.zinc, "create", .status(500))
        #expect(try await harness.zinc(.get, "/packages").status == 200)
        harness.site.faults.set(.zinc, nil, .status(502), times: nil)
        #expect(try await harness.zinc(.get, "/packages").status == 502)
        #expect(try await harness.zinc(.get, "/results").status == 502)
        harness.site.faults.clear()
        #expect(try await harness.zinc(.get, "/packages").status == 200)
    }

    @Test("Several faults of an operation apply one after another")
    func oneAfterAnother() async throws {
        harness.site.faults.set(Fault(.zinc, "packages", .status(500)), Fault(.zinc, "packages", .status(429)))
        #expect(try await harness.zinc(.get, "/packages").status == 500)
        #expect(try await harness.zinc(.get, "/packages").status == 429)
    }

    @Test("A connection can be dropped before or after the request is accepted")
    func dropsBeforeOrAfterAccepting() async throws {
        harness.site.faults.set(.zinc, "create", .dropBefore)
        await #expect(throws: Disconnect.self) { try await harness.zinc(.post, "/checks", SimulatorHarness.check()) }
        #expect(harness.site.zinc.requests.isEmpty)
        harness.site.faults.set(.zinc, "create", .dropAfter)
        await #expect(throws: Disconnect.self) { try await harness.zinc(.post, "/checks", SimulatorHarness.check()) }
        #expect(harness.site.zinc.requests.count == 1)
        #expect(harness.site.log().map(\.status) == [nil, nil])
        #expect(harness.site.log().allSatisfy { $0.failure == "connection dropped" })
    }

    @Test("A request can be accepted although the answer is an error")
    func mayFailAlthoughItAccepted() async throws {
        harness.site.faults.set(.zinc, "create", .status(502, accepted: true))
        #expect(try await harness.zinc(.post, "/checks", SimulatorHarness.check()).status == 502)
        #expect(harness.site.zinc.requests.count == 1)
    }

    @Test("A creation can be answered without an ID")
    func answersWithoutAnID() async throws {
        harness.site.faults.set(.zinc, "create", .withoutID)
        let response = try await harness.zinc(.post, "/checks", SimulatorHarness.check())
        #expect(response.status == 201)
        #expect(response.json?["id"] == nil)
        #expect(response.json?["status"] == "pending")
    }

    @Test("A delay can come before or after the request takes effect")
    func waitsBeforeOrAfterActing() async throws {
        let start = harness.clock.now()
        harness.site.faults.set(.zinc, "create", .latency(.seconds(3)))
        let first = try await harness.order()
        #expect(harness.site.zinc.request(first)?.createdAt == start + .seconds(3))
        harness.site.faults.set(.zinc, "create", .lateAnswer(.seconds(3)))
        let second = try await harness.order()
        #expect(harness.site.zinc.request(second)?.createdAt == start + .seconds(3))
        #expect(harness.clock.now() == start + .seconds(6))
    }

    @Test("The webhook can arrive before the answer to the creation")
    func theWebhookMayComeBeforeTheAnswer() async throws {
        harness.site.faults.set(.zinc, "create", .webhookFirst)
        _ = try await harness.order()
        #expect(harness.receiver.statuses == ["requested"])
    }

    @Test("Tokens can be expired at an operation, and a new token works")
    func expiresTokensInTheMiddle() async throws {
        let token = try await harness.token()
        harness.site.faults.set(.workerchecks, "create", .expireTokens)
        #expect(try await harness.workerChecks(.post, "/invitations", SimulatorHarness.invitation(), token: token).status == 401)
        let fresh = try await harness.token()
        #expect(try await harness.workerChecks(.post, "/invitations", SimulatorHarness.invitation(), token: fresh).status == 201)
    }

    @Test("Webhooks can be duplicated, reordered, lost or delayed")
    func webhooksMayBeDuplicatedReorderedDelayedAndLost() async throws {
        let id = try await harness.order()
        await harness.site.settle()
        func move(_ statusText: String, _ fault: Fault.Effect?) async {
            if let fault { harness.site.faults.set(.zinc, "webhook", fault) }
            harness.site.zinc.set(id, ZincChange(statusV2: statusText))
            await harness.site.settle()
        }
        await move("awaiting-candidate", .duplicateWebhook(2))
        #expect(harness.receiver.statuses.suffix(3) == ["awaiting-candidate", "awaiting-candidate", "awaiting-candidate"])
        await move("in-progress", .holdWebhook)
        #expect(harness.receiver.statuses.last == "awaiting-candidate")
        await move("all-clear", nil)
        #expect(harness.receiver.statuses.suffix(2) == ["all-clear", "in-progress"])
        await move("reviewed", .loseWebhook)
        #expect(!harness.receiver.statuses.contains("reviewed"))
        await move("paused", .delayWebhook(.seconds(30)))
        #expect(!harness.receiver.statuses.contains("paused"))
        harness.clock.advance(.seconds(30))
        await harness.site.settle()
        #expect(harness.receiver.statuses.last == "paused")
    }

    @Test("A webhook that is not delivered is sent again unchanged, as often as configured")
    func webhooksThatAreNotTakenAreSentAgain() async throws {
        let harness = SimulatorHarness { $0.webhookRetries = [.seconds(1), .seconds(5)] }
        harness.receiver.respond { _ in throw TransportError(.cannotConnect, "nobody there") }
        _ = try await harness.order()
        for pause in [0, 1, 5, 60] {
            harness.clock.advance(.seconds(pause))
            await harness.site.settle()
        }
        #expect(harness.receiver.statuses == ["requested", "requested", "requested"])
        #expect(Set(harness.receiver.received.map(\.body)).count == 1)
        #expect(harness.site.log().filter { $0.direction == .sent }.allSatisfy { $0.failure == "nobody there" })
    }

    @Test(
        "A fault is read from JSON and written back the same",
        arguments: [
            #"{"provider":"zinc","operation":"create","fault":"status","status":503,"accepted":false,"retry_after":5,"times":2}"#,
            #"{"provider":"workerchecks","operation":"result","fault":"latency","milliseconds":250,"times":null}"#,
            #"{"provider":"zinc","operation":"webhook","fault":"duplicate","copies":49,"times":1}"#,
            #"{"provider":"zinc","operation":"create","fault":"drop_after","times":1}"#,
            #"{"provider":"zinc","operation":"create","fault":"without_id","times":1}"#,
            #"{"provider":"zinc","operation":"webhook","fault":"reorder","times":3}"#,
        ]
    )
    func readAndWrittenAsJSON(text: String) throws {
        let json = try JSON(parsing: text)
        #expect(try Fault(json: json).json == json)
    }

    @Test("A malformed fault is refused with the name of the field")
    func malformedFaultsNameTheField() {
        func path(_ json: JSON) -> String? {
            do throws(FieldProblem) {
                _ = try Fault(json: json)
                return nil
            } catch {
                return error.path
            }
        }
        #expect(path(["fault": "lose"]) == "provider")
        #expect(path(["provider": "zinc", "fault": "rain"]) == "fault")
        #expect(path(["provider": "zinc", "fault": "status", "status": 200]) == "status")
        #expect(path(["provider": "zinc", "fault": "lose", "times": "often"]) == "times")
    }
}
