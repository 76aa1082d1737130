import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Providers

@Suite("WorkerChecks: invitations, results, cancelling")
struct WorkerChecksTests {
    private let transport = ScriptedTransport()
    private let base = "https://workerchecks.example.test/api"
    private let provider = WorkerChecksProvider()

    private func session(_ account: Account = Samples.workerChecks) -> ProviderSession {
        transport.expect(.post, base + "/auth/token", 200, ["token": "t1"], where: body(["widgetSecret": "widget-secret-0123456789"]))
        return Samples.session(account, transport)
    }

    @Test("An invitation carries product, worker and reference")
    func create() async throws {
        let session = session()
        transport.expect(.post, base + "/invitations", 201, ["id": 55, "status": "Pending"]) { request in
            guard request.headers[.authorization] == "Bearer t1" else { return "no token" }
            return body([
                "productId": "pkg_77", "firstName": "Ana", "lastName": "Roe", "email": "ana@example.test", "mobile": "+441632960000",
                "reference": "ord_0123",
            ])(request)
        }
        let submission = try await provider.submit(Samples.order(Samples.workerChecks), request: nil, callback: nil, key: "k", session)
        #expect(submission.reference == "55")
        #expect(submission.report?.status == .recognised(.awaitingCandidate))
        #expect(transport.problems.isEmpty, "\(transport.problems)")
    }

    @Test(
        "Words are compared without case, spaces, _ and -",
        arguments: [
            ("Pending", OrderState.awaitingCandidate), ("In Progress", .inProgress), ("IN_PROGRESS", .inProgress), ("inProgress", .inProgress),
            ("in-progress", .inProgress), ("COMPLETED", .completed), ("cancelled", .cancelled),
        ]
    )
    func statuses(_ statusText: String, _ state: OrderState) async throws {
        let session = session()
        transport.expect(.get, base + "/invitations/inv%201/result", 200, ["status": .string(statusText), "result": .null, "releaseDate": .null])
        let report = try await provider.report(for: "inv 1", session)
        #expect(report == Report(status: .recognised(state), providerStatus: ["status": statusText]))
    }

    @Test("A finished check brings result, release date and certificate")
    func result() async throws {
        let session = session()
        let response: JSON = [
            "status": "Completed", "result": "ATTENTION_REQUIRED", "releaseDate": "2026-03-02", "certificateUrl": "https://cert.example.test/1",
        ]
        transport.expect(.get, base + "/invitations/i1/result", 200, response)
        let report = try await provider.report(for: "i1", session)
        #expect(report?.result == .recognised(.consider))
        #expect(report?.reportURL?.value == "https://cert.example.test/1")
        #expect(report?.providerStatus == ["status": "Completed", "result": "ATTENTION_REQUIRED", "releaseDate": "2026-03-02"])
    }

    @Test("Too many reads: the account rests a minute")
    func rateLimit() async {
        let session = session()
        transport.expect(.get, base + "/invitations/i1/result", 429, ["message": "slow down"])
        let error = await providerError { _ = try await provider.report(for: "i1", session) }
        #expect(error?.code == .rateLimited)
        #expect(error?.retryAfter == .seconds(60))
        #expect(error?.creation == nil)
        #expect(provider.manifest.polling.readsPerMinute == 30)
    }

    @Test(
        "Refusals that mean too late, and those that do not",
        arguments: [
            (409, JSON.object(JSON.Members()), Cancellation.tooLate(nil)), (409, ["message": "submitted"], .tooLate("submitted")),
            (400, ["error": "already submitted"], .tooLate("already submitted")), (422, ["message": "submitted"], .tooLate("submitted")),
            (400, [:], nil), (404, ["message": "no such invitation"], nil), (500, ["message": "oops"], nil),
        ] as [(Int, JSON, Cancellation?)]
    )
    func cancel(_ status: Int, _ response: JSON, _ expected: Cancellation?) async throws {
        let session = session()
        transport.expect(.post, base + "/invitations/i1/cancel", status, response)
        if let expected {
            #expect(try await provider.cancel("i1", session) == expected)
        } else {
            let error = await providerError { _ = try await provider.cancel("i1", session) }
            #expect(error?.status == status)
        }
    }

    @Test("An account may say which statuses mean too late, and how to cancel")
    func configuredCancel() async throws {
        let session = session(Samples.workerChecks.wired(["cancel": ["method": "DELETE", "path": "/invitations/${reference}", "too_late": [404]]]))
        transport.expect(.delete, base + "/invitations/i1", 404, [:])
        #expect(try await provider.cancel("i1", session) == .tooLate(nil))
    }

    @Test("Names, e-mail and mobile are checked before ordering; no value is shown")
    func problems() {
        func paths(_ candidate: Candidate, package: String = "p") -> [String] {
            let problems = provider.problems(with: Samples.draft(Samples.workerChecks, candidate, package: package))
            #expect(problems.allSatisfy { !$0.description.contains("0163") && !$0.description.contains("nowhere") })
            return problems.map(\.path)
        }
        for phone in ["+441632960000", "0412 345 678", "(01632) 960-000", "+44 1632.960000"] {
            #expect(paths(Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: phone)).isEmpty)
        }
        for phone in [nil, "", "01632", "0163-CALL-ANA", "++441632960000", "12345678901234567", "+"] {
            #expect(paths(Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: phone)) == ["candidate.phone"])
        }
        let empty = Candidate(firstName: " ", lastName: "", email: "nowhere", phone: nil)
        #expect(paths(empty, package: "") == ["package", "candidate.first_name", "candidate.last_name", "candidate.email", "candidate.phone"])
        #expect(ZincProvider().problems(with: Samples.draft(Samples.zinc, Candidate(firstName: "A", lastName: "R", email: "a@example.test"))).isEmpty)
    }
}
