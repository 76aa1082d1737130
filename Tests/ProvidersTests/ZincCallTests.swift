import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Providers

@Suite("Zinc: what is sent and how answers are read")
struct ZincCallTests {
    private let transport = ScriptedTransport()
    private let base = "https://zinc.example.test/partner/v2"

    @Test("Creating sends the documented members and reads the id")
    func create() async throws {
        transport.expect(.post, base + "/checks", 201, ["id": "a1b2", "status": "pending", "statusV2": "requested"]) { request in
            guard request.headers[.authorization] == "Bearer zinc-key-0123456789" else { return "no key" }
            guard request.headers[.contentType] == "application/json" else { return "not said to be JSON" }
            guard request.headers[HTTPField.Name("Idempotency-Key")!] == "key-1" else { return "no idempotency key" }
            return body([
                "packageId": "pkg_77",
                "candidate": ["firstName": "Ana", "lastName": "Roe", "email": "ana@example.test", "phone": "+441632960000"],
                "resultsCallbackURL": "https://host.example.test/providers/zinc-test/t",
            ])(request)
        }
        let submission = try await ZincProvider().submit(
            Samples.order(Samples.zinc),
            request: nil,
            callback: "https://host.example.test/providers/zinc-test/t",
            key: "key-1",
            Samples.session(Samples.zinc, transport)
        )
        #expect(submission.reference == "a1b2")
        #expect(submission.report?.status == .recognised(.requested))
        #expect(transport.problems.isEmpty, "\(transport.problems)")
    }

    @Test("Without phone and callback their members are left out")
    func createSparsely() async throws {
        let expected = body(["packageId": "pkg_77", "candidate": ["firstName": "Ana", "lastName": "Roe", "email": "ana@example.test"]])
        transport.expect(.post, base + "/checks", 200, ["data": ["id": 991]], where: expected)
        let order = Samples.order(Samples.zinc, phone: nil)
        let submission = try await ZincProvider().submit(order, request: nil, callback: nil, key: "k", Samples.session(Samples.zinc, transport))
        #expect(submission == Submission(reference: "991", report: nil))
        #expect(transport.problems.isEmpty, "\(transport.problems)")
    }

    @Test("Every member that an id may stand in", arguments: ["id", "requestId", "checkId"])
    func idMembers(_ name: String) async throws {
        transport.expect(.post, base + "/checks", 200, [name: "x1", "status": "success"])
        let submission = try await ZincProvider().submit(
            Samples.order(Samples.zinc),
            request: nil,
            callback: nil,
            key: "k",
            Samples.session(Samples.zinc, transport)
        )
        #expect(submission == Submission(reference: "x1", report: nil))
    }

    @Test("Zinc's own error number is kept apart from the HTTP status")
    func errors() async {
        transport.expect(.post, base + "/checks", 403, ["statusCode": 4711, "message": "CV check is not enabled"])
        let error = await providerError {
            _ = try await ZincProvider().submit(
                Samples.order(Samples.zinc),
                request: nil,
                callback: nil,
                key: "k",
                Samples.session(Samples.zinc, transport)
            )
        }
        #expect(error?.code == .unauthorised)
        #expect(error?.status == 403)
        #expect(error?.providerCode == "4711")
        #expect(error?.message.value == "CV check is not enabled")
        #expect(error?.creation == .sendAgain)
    }

    @Test("429 asks to wait as long as the answer says, or a minute", arguments: [("17", 17), ("Sun, 01 Mar 2026 09:32:00 GMT", 120), ("soon", 60)])
    func rateLimit(_ header: String, _ seconds: Int) async {
        transport.expect(.post, base + "/checks", 429, [:], headers: [HTTPField.Name("Retry-After")!: header])
        let error = await providerError {
            _ = try await ZincProvider().submit(
                Samples.order(Samples.zinc),
                request: nil,
                callback: nil,
                key: "k",
                Samples.session(Samples.zinc, transport)
            )
        }
        #expect(error?.code == .rateLimited)
        #expect(error?.retryAfter == .seconds(seconds))
        #expect(error?.creation == .sendAgain)
    }

    @Test("Packages are read from each container, with ids of either kind")
    func packages() async throws {
        let list: JSON = [["id": 7, "name": "Basic"], ["id": "p8"]]
        for response: JSON in [list, ["packages": list], ["data": list], ["items": list]] {
            transport.expect(.get, base + "/packages", 200, response)
            let packages = try await ZincProvider().packages(Samples.session(Samples.zinc, transport))
            #expect(packages == [ScreeningPackage(id: "7", name: "Basic"), ScreeningPackage(id: "p8", name: "p8")])
        }
        transport.expect(.get, base + "/packages", 200, ["packages": "none"])
        let error = await providerError { _ = try await ZincProvider().packages(Samples.session(Samples.zinc, transport)) }
        #expect(error?.code == .unreadable)
    }

    @Test("An answer to a new order without its id says so, and that the order may be there")
    func withoutID() async {
        for (body, lack) in [(["ok": true] as JSON, "lacks the id"), ("text", "lacks the id")] {
            transport.expect(.post, base + "/checks", 201, body)
            let error = await providerError {
                _ = try await ZincProvider().submit(
                    Samples.order(Samples.zinc),
                    request: nil,
                    callback: nil,
                    key: "k",
                    Samples.session(Samples.zinc, transport)
                )
            }
            #expect(error?.code == .unreadable && error?.creation == .uncertain && error?.message.value.contains(lack) == true)
        }
    }

    @Test("An account without its key sends nothing")
    func noKey() async {
        var account = Samples.zinc
        account.secrets = [:]
        let error = await providerError {
            _ = try await ZincProvider().submit(Samples.order(account), request: nil, callback: nil, key: "k", Samples.session(account, transport))
        }
        #expect(error?.code == .unauthorised)
        #expect(error?.creation == .sendAgain)
        #expect(transport.requests.isEmpty)
    }

    @Test("Cancelling exists only where the account names it")
    func cancel() async throws {
        #expect(try await ZincProvider().cancel("r/1", Samples.session(Samples.zinc, transport)) == .unsupported)
        #expect(transport.requests.isEmpty)

        let account = Samples.zinc.wired(["cancel": ["method": "post", "path": "/checks/{id}/cancel", "body": ["reason": "withdrawn"]]])
        transport.expect(.post, base + "/checks/r%2F1/cancel", 202, [:], where: body(["reason": "withdrawn"]))
        #expect(try await ZincProvider().cancel("r/1", Samples.session(account, transport)) == .cancelled)
        transport.expect(.post, base + "/checks/r%2F1/cancel", 422, ["statusCode": 1, "message": "already complete"])
        #expect(try await ZincProvider().cancel("r/1", Samples.session(account, transport)) == .tooLate("already complete"))
        #expect(transport.problems.isEmpty, "\(transport.problems)")
    }

    @Test("A lost request is found by what the account names, and never by guessing")
    func find() async throws {
        let account = Samples.zinc.wired(["find": ["match": ["candidate.email": "${order.candidate.email}", "packageId": "${order.package}"]]])
        let mine: JSON = ["id": "r1", "packageId": "pkg_77", "candidate": ["email": "Ana@Example.test"], "createdAt": "2026-03-01T09:30:01Z"]
        var earlier = mine
        earlier["id"] = "r0"
        earlier["createdAt"] = "2026-02-01T09:30:00Z"
        var other = mine
        other["packageId"] = "pkg_1"
        let session = Samples.session(account, transport)
        transport.expect(.get, base + "/results", 200, [earlier, other, mine])
        #expect(try await ZincProvider().find(Samples.order(account), session)?.reference == "r1")
        transport.expect(.get, base + "/results", 200, [other])
        #expect(try await ZincProvider().find(Samples.order(account), session) == nil)
        // What matches and seems older is perhaps the order's: a clock may be wrong.
        transport.expect(.get, base + "/results", 200, [earlier, other])
        let older = await providerError { _ = try await ZincProvider().find(Samples.order(account), session) }
        #expect(older?.code == .unreadable && older?.matches == ["r0"])
        var twin = mine
        twin["id"] = "r2"
        transport.expect(.get, base + "/results", 200, [mine, twin])
        let error = await providerError { _ = try await ZincProvider().find(Samples.order(account), session) }
        #expect(error?.code == .unreadable)
        // One that carries our own reference is the order's, whatever else matches and whatever its clock says.
        let order = Samples.order(account)
        earlier["reference"] = .string(order.id)
        transport.expect(.get, base + "/results", 200, [mine, earlier])
        let own = try await ZincProvider().find(order, session)
        #expect(own?.reference == "r0" && own?.subject?.reference == order.id)
    }
}
