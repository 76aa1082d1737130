import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("Sending a webhook")
struct DeliveryStageTests {
    private let harness = StageHarness()
    private let transport = ScriptedTransport()
    private static let url = "https://hooks.example.test/fairlead"
    private static let secret = Secret("whsec_" + Array("a secret of thirty-two bytes, ok.".utf8).base64)

    private func endpoint(_ change: (inout WebhookEndpoint) -> Void = { _ in }) -> WebhookEndpoint {
        var endpoint = WebhookEndpoint(
            id: "ops",
            url: Self.url,
            events: .all,
            keys: [WebhookEndpoint.Key(Self.secret, createdAt: harness.now)],
            createdAt: harness.now
        )
        change(&endpoint)
        harness.store.with { [endpoint] in $0.endpoints["ops"] = endpoint }
        return endpoint
    }

    private func delivery(_ notice: Notice? = nil) -> WebhookDelivery {
        let notice = notice ?? Notice(.orderUpdated, about: "ord_1", 3, at: harness.now, order: "ord_1", data: ["order": "ord_1", "sequence": 3])
        let delivery = WebhookDelivery(id: "dlv_1", of: notice, to: "ops", at: harness.now)
        harness.store.with {
            $0.notices[notice.id] = notice
            $0.deliveries["dlv_1"] = delivery
        }
        return delivery
    }

    private func decide(attempt: Int = 1, _ delivery: WebhookDelivery? = nil) async throws -> Decision {
        let delivery = delivery ?? self.delivery()
        let result = try await harness.delivery(by: transport).decide(harness.claim(.delivery("dlv_1"), attempt: attempt), delivery)
        return try #require(result.decision)
    }

    private func answer(_ status: Int, _ headers: HTTPFields = [:], _ body: String = "") {
        transport.expect(.post, Self.url, reply: .response(WireResponse(status, headers: headers, body: Array(body.utf8))))
    }

    // MARK: What is sent

    @Test("A delivery is signed over id, the attempt's time and body, and holds type, time and data alone")
    func signed() async throws {
        _ = endpoint()
        answer(204)
        let decision = try await decide()
        let request = try #require(transport.requests.first)
        let sent: JSON = ["type": "order.updated", "timestamp": JSON(harness.now), "data": ["order": "ord_1", "sequence": 3]]
        #expect(try JSON(parsing: request.body) == sent)

        let verifier = try #require(WebhookVerifier([Self.secret]))
        let header: (String) -> String? = { name in HTTPField.Name(name).flatMap { request.headers[$0] } }
        #expect(header("webhook-id") == "ntf_ord_1_3_updated")
        #expect(verifier.isGenuine(request.body, header: header, at: harness.now))
        #expect(!verifier.isGenuine(request.body + [32], header: header, at: harness.now))
        #expect(!verifier.isGenuine(request.body, header: header, at: harness.now + .seconds(301)), "the clock of the receiver is too far off")
        #expect(decision.disposition == .done && decision.delivery?.state == .delivered && decision.delivery?.attempts.first?.status == 204)
        #expect(request.timeout == .seconds(15))
    }

    @Test("While a secret is rotated a delivery carries a signature by each, and by none that has expired")
    func rotation() async throws {
        let (old, older) = (Secret("whsec_b2xk"), Secret("whsec_b2xkZXI="))
        _ = endpoint {
            $0.keys.append(.init(old, createdAt: harness.now, expiresAt: harness.now + .seconds(10)))
            $0.keys.append(.init(older, createdAt: harness.now, expiresAt: harness.now))
        }
        answer(200)
        _ = try await decide()
        let request = try #require(transport.requests.first)
        let header: (String) -> String? = { name in HTTPField.Name(name).flatMap { request.headers[$0] } }
        #expect(header("webhook-signature")?.split(separator: " ").count == 2)
        for (secret, isRight) in [(Self.secret, true), (old, true), (older, false)] {
            let verifier = try #require(WebhookVerifier([secret]))
            #expect(verifier.isGenuine(request.body, header: header, at: harness.now) == isRight)
        }
    }

    @Test("An endpoint with a key pair is signed for by v1a, and verified with the public half")
    func keyPair() async throws {
        let secret = StandardWebhooks.newKeyPair(from: harness.random)
        _ = endpoint {
            $0.algorithm = .ed25519
            $0.keys = [.init(secret, createdAt: harness.now)]
        }
        answer(200)
        _ = try await decide()
        let request = try #require(transport.requests.first)
        let header: (String) -> String? = { name in HTTPField.Name(name).flatMap { request.headers[$0] } }
        #expect(header("webhook-signature")?.hasPrefix("v1a,") == true)
        let publicKey = try #require(StandardWebhooks.publicKey(of: secret))
        let verifier = try #require(WebhookVerifier([Secret(publicKey)]))
        #expect(verifier.isGenuine(request.body, header: header, at: harness.now))
    }

    @Test("A notice with too much in it is sent with what is short, below 20 KB")
    func large() async throws {
        _ = endpoint()
        answer(200)
        let data: JSON = ["issue": "iss_1", "text": .string(String(repeating: "a", count: 30_000)), "count": 3]
        _ = try await decide(delivery(Notice(.issueOpened, about: "iss_1", 1, at: harness.now, issue: "iss_1", data: data)))
        let body = try #require(transport.requests.first).body
        #expect(body.count < 20_000)
        #expect(try JSON(parsing: body)["data"] == ["truncated": true, "issue": "iss_1", "count": 3])
    }

    // MARK: What becomes of it

    @Test("One that somebody asks for again while its last attempt is under way is not given up with that attempt", arguments: [1, 10])
    func askedAnew(attempt: Int) async throws {
        _ = endpoint()
        let stored = delivery()
        var asked = stored
        asked.nextAttemptAt = harness.now + .milliseconds(7)
        harness.store.with { [asked] in $0.deliveries["dlv_1"] = asked }
        answer(500)
        let decision = try await decide(attempt: attempt, stored)
        #expect(decision.disposition == .again(at: harness.now + .seconds(1), spent: false))
        #expect(decision.delivery?.state == .pending && decision.delivery?.attempts.count == 1)
    }

    @Test("Anything but 2xx is a failure, a redirect too, and it is tried again 5 s, 5 min … later with jitter", arguments: [302, 404, 500])
    func refused(status: Int) async throws {
        _ = endpoint()
        answer(status, [:], "no: \(Self.secret.value)")
        let decision = try await decide()
        let wait = try #require(decision.again) - harness.now
        #expect(wait >= .milliseconds(4_500) && wait <= .milliseconds(5_500) && decision.spent == true)
        let attempt = try #require(decision.delivery?.attempts.first)
        #expect(decision.delivery?.state == .pending && attempt.status == status && attempt.error?.contains("\(status)") == true)
        #expect(attempt.answer?.value.contains("no: ‹secret›") == true, "the secret that it echoed is kept")
    }

    @Test("The schedule is that of the specification: ten attempts in 75 hours and 35 minutes, then it has failed")
    func schedule() async throws {
        let whole: Duration = DeliveryStage.schedule.waits.reduce(.zero, +)
        #expect(whole == .seconds(272_105))
        _ = endpoint()
        answer(500)
        let decision = try await decide(attempt: 10)
        #expect(decision.disposition == .done && decision.delivery?.state == .failed)
    }

    @Test("No answer in time, and a body without end, are failures", arguments: [TransportError.Kind.timedOut, .tooLarge, .cannotConnect, .refused])
    func noAnswer(kind: TransportError.Kind) async throws {
        _ = endpoint()
        transport.expect(.post, Self.url, reply: .failure(TransportError(kind, "no answer from hooks.example.test")))
        let decision = try await decide()
        #expect(decision.again != nil && decision.delivery?.attempts.first?.error == "no answer from hooks.example.test")
    }

    @Test("Retry-After in seconds or as a date is kept, and the whole endpoint is left alone for so long", arguments: [true, false])
    func retryAfter(isDate: Bool) async throws {
        _ = endpoint()
        // The clock of these tests begins at 2026-03-01 09:30:00.
        answer(429, [.retryAfter: isDate ? "Sun, 01 Mar 2026 09:40:00 GMT" : "600"])
        let decision = try await decide()
        #expect(decision.again == harness.now + .seconds(600))
        #expect(decision.changes == [.failed(at: harness.now, counts: false, throttledUntil: harness.now + .seconds(600))])
    }

    @Test(
        "429, 502 and 504 slow an endpoint down, other failures do not",
        arguments: [(429, true), (502, true), (504, true), (500, false), (503, false)]
    )
    func throttles(status: Int, isSlowed: Bool) async throws {
        _ = endpoint { $0.health.failures = 2 }
        answer(status)
        guard case .failed(_, false, let until)? = try await decide().changes.first else { return #expect(Bool(false)) }
        #expect(until == (isSlowed ? harness.now + .seconds(20) : nil))
    }

    @Test("What is for an endpoint that is left alone waits, and spends no attempt")
    func throttled() async throws {
        _ = endpoint { $0.health.throttledUntil = harness.now + .seconds(60) }
        let decision = try await decide()
        let due = try #require(decision.again)
        #expect(due >= harness.now + .seconds(60) && due <= harness.now + .seconds(65) && decision.spent == false && transport.requests.isEmpty)
        #expect(decision.delivery?.nextAttemptAt == due)
    }

    @Test("410 disables the endpoint at once and tells others; the delivery has failed")
    func gone() async throws {
        _ = endpoint()
        answer(410)
        let decision = try await decide()
        #expect(decision.disposition == .done && decision.delivery?.state == .failed)
        guard case .disabled(let problem, _)? = decision.changes.last else { return #expect(Bool(false)) }
        #expect(problem.code == "gone")
        let told = try #require(decision.notices.first)
        #expect(told.kind == .webhookDisabled && told.data == ["webhook": "ops", "reason": "gone"])
        #expect(!endpoint().isTold(of: told), "it is told itself")
    }

    @Test("The clock runs from the fourth failure in a row; others are warned after a day, once, and after five it is disabled")
    func failing() async throws {
        func changes(_ health: (inout WebhookEndpoint.Health) -> Void) async throws -> (changes: [WebhookEndpoint.Change], told: [Notice.Kind]) {
            _ = endpoint { health(&$0.health) }
            answer(500)
            let decision = try await decide()
            return (decision.changes, decision.notices.map(\.kind))
        }
        let now = harness.now
        let third = try await changes { $0.failures = 2 }
        #expect(third.changes == [.failed(at: now, counts: false, throttledUntil: nil)] && third.told.isEmpty)
        let fourth = try await changes { $0.failures = 3 }
        #expect(fourth.changes == [.failed(at: now, counts: true, throttledUntil: nil)] && fourth.told.isEmpty)
        let aDay = try await changes { $0 = .failing(since: now + .seconds(-86_400)) }
        #expect(aDay.changes.last == .warned(at: now) && aDay.told == [.webhookFailing])
        let later = try await changes {
            $0 = .failing(since: now + .seconds(-90_000))
            $0.warnedAt = now
        }
        #expect(later.changes.count == 1 && later.told.isEmpty)
        let fiveDays = try await changes { $0 = .failing(since: now + .seconds(-432_000)) }
        guard case .disabled(let problem, _)? = fiveDays.changes.last else { return #expect(Bool(false)) }
        #expect(problem.code == "failing" && fiveDays.told == [.webhookDisabled])
    }

    @Test("What succeeds forgets all failures, and says so where others were warned")
    func recovered() async throws {
        _ = endpoint {
            $0.health = .failing(since: harness.now + .seconds(-90_000))
            $0.health.warnedAt = harness.now
        }
        answer(200)
        let decision = try await decide()
        #expect(decision.changes == [.succeeded] && decision.notices.map(\.kind) == [.webhookRecovered])
    }

    @Test("What is for a disabled endpoint is kept as missed, but for a trial")
    func disabled() async throws {
        _ = endpoint { $0.isEnabled = false }
        let missed = try await decide()
        #expect(missed.disposition == .done && missed.delivery?.state == .missed && transport.requests.isEmpty)
        answer(200)
        let trial = Notice(.test, about: "ops", 1, at: harness.now, data: ["webhook": "ops"], addressee: "ops")
        #expect(try await decide(delivery(trial)).delivery?.state == .delivered)
    }

    @Test("What was delivered is not sent again, nor what is for an endpoint that is gone")
    func nothing() async throws {
        var delivered = delivery()
        delivered.state = .delivered
        _ = endpoint()
        #expect(try await decide(delivered).effects.isEmpty)
        harness.store.with { $0.endpoints = [:] }
        #expect(try await decide().effects.isEmpty && transport.requests.isEmpty)
    }
}

extension WebhookEndpoint.Health {
    fileprivate static func failing(since: Timestamp) -> Self {
        var health = Self()
        health.failures = 9
        health.failingSince = since
        return health
    }
}

extension Decision {
    var delivery: WebhookDelivery? { effects.lazy.compactMap { if case .delivery(let delivery) = $0 { delivery } else { nil } }.first }
    var deliveries: [WebhookDelivery] { effects.compactMap { if case .delivery(let delivery) = $0 { delivery } else { nil } } }
    var changes: [WebhookEndpoint.Change] { effects.compactMap { if case .endpoint(_, let change) = $0 { change } else { nil } } }
    var notices: [Notice] { effects.compactMap { if case .notify(let notice) = $0 { notice } else { nil } } }
}
