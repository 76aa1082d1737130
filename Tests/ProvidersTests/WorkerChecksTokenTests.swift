import HTTPTypes
import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Providers

@Suite("WorkerChecks: tokens")
struct WorkerChecksTokenTests {
    private let clock = ManualClock()
    private let provider = WorkerChecksProvider()

    /// Hands out numbered tokens, of which it accepts only the newest, and counts.
    private final class TokenServer: WireHandler {
        let counts = Mutex((tokens: 0, calls: 0))
        let response: @Sendable (Int) -> WireResponse

        init(_ response: @escaping @Sendable (Int) -> WireResponse = { WireResponse(200, json: ["token": .string("t\($0)")]) }) {
            self.response = response
        }

        var tokens: Int { counts.withLock { $0.tokens } }
        func expire() { counts.withLock { $0.tokens += 1 } }

        func respond(to request: WireRequest) async throws -> WireResponse {
            if request.path.hasSuffix("/token") {
                let number = counts.withLock { counts in
                    counts.tokens += 1
                    return counts.tokens
                }
                await Task.yield()
                return response(number)
            }
            let newest = counts.withLock { counts in
                counts.calls += 1
                return counts.tokens
            }
            guard request.headers[.authorization] == "Bearer t\(newest)" else { return WireResponse(401) }
            return WireResponse(200, json: ["id": "i1", "status": "Pending"])
        }
    }

    private func session(_ server: TokenServer, _ account: Account = Samples.workerChecks) -> ProviderSession {
        Samples.session(account, HandlerTransport(["workerchecks.example.test": server]), clock: clock)
    }

    @Test("One token serves all calls of a day, fetched anew an hour before its end")
    func renewal() async throws {
        let server = TokenServer()
        let session = session(server)
        for _ in 0..<3 { _ = try await provider.report(for: "i1", session) }
        #expect(server.tokens == 1)
        clock.advance(by: .seconds(23 * 3600 - 1))
        _ = try await provider.report(for: "i1", session)
        #expect(server.tokens == 1)
        clock.advance(by: .seconds(1))
        _ = try await provider.report(for: "i1", session)
        #expect(server.tokens == 2)
    }

    @Test(
        "The life that the answer states counts",
        arguments: [
            ["accessToken": "t%", "expiresIn": 2400], ["token": "t%", "expires_in": "2400"], ["token": "t%", "expiresAt": "2026-03-01T10:10:00Z"],
            ["data": ["token": "t%"], "expiresAt": 1_772_359_800], ["token": "t%", "expiresAt": 1_772_359_800_000],
        ] as [JSON]
    )
    func statedLife(_ response: JSON) async throws {
        let server = TokenServer { number in
            let text = String(decoding: response.bytes(), as: UTF8.self).replacing("t%", with: "t\(number)")
            return WireResponse(200, body: Array(text.utf8))
        }
        let session = session(server)
        _ = try await provider.report(for: "i1", session)
        clock.advance(by: .seconds(2299))
        _ = try await provider.report(for: "i1", session)
        #expect(server.tokens == 1)
        clock.advance(by: .seconds(1))
        _ = try await provider.report(for: "i1", session)
        #expect(server.tokens == 2)
    }

    @Test("Many calls at once fetch one token")
    func singleFlight() async throws {
        let server = TokenServer()
        let session = session(server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await provider.report(for: "i1", session) } }
            try await group.waitForAll()
        }
        #expect(server.tokens == 1)
    }

    @Test("A token that is answered 401 is fetched again, once")
    func expired() async throws {
        let server = TokenServer()
        let session = session(server)
        _ = try await provider.report(for: "i1", session)
        server.expire()
        let submission = try await provider.submit(Samples.order(Samples.workerChecks), request: nil, callback: nil, key: "k", session)
        #expect(submission.reference == "i1")
        #expect(server.tokens == 3)

        let stubborn = TokenServer { _ in WireResponse(200, json: ["token": "never-right"]) }
        let refused = self.session(stubborn)
        let error = await providerError {
            _ = try await provider.submit(Samples.order(Samples.workerChecks), request: nil, callback: nil, key: "k", refused)
        }
        #expect(error?.code == .unauthorised)
        #expect(error?.creation == .sendAgain)
        #expect(stubborn.counts.withLock { $0.calls } == 2)
        #expect(stubborn.tokens == 2)
    }

    @Test(
        "Where the token cannot be had nothing was ordered",
        arguments: [
            (401, ProviderError.Code.unauthorised), (403, .unauthorised), (400, .unauthorised), (422, .unauthorised), (404, .refused),
            (429, .rateLimited), (500, .unavailable), (504, .unavailable),
        ]
    )
    func failingToken(_ status: Int, _ code: ProviderError.Code) async {
        let server = TokenServer { _ in WireResponse(status, json: ["message": "no"]) }
        let error = await providerError {
            _ = try await provider.submit(Samples.order(Samples.workerChecks), request: nil, callback: nil, key: "k", session(server))
        }
        #expect(error?.creation == .sendAgain)
        #expect(error?.code == code)
        #expect(error?.status == status)
        #expect(server.counts.withLock { $0.calls } == 0)
    }

    @Test("A token that is lost or missing is fetched again with the next call")
    func lostToken() async throws {
        let transport = HandlerTransport(["workerchecks.example.test": ClosureHandler { _ in throw Disconnect() }])
        let session = Samples.session(Samples.workerChecks, transport, clock: clock)
        let order = Samples.order(Samples.workerChecks)
        let lost = await providerError { _ = try await provider.submit(order, request: nil, callback: nil, key: "k", session) }
        #expect(lost?.code == .noAnswer)
        #expect(lost?.creation == .sendAgain)
        transport.set(TokenServer { _ in WireResponse(200, json: ["ok": true]) }, for: "workerchecks.example.test")
        let missing = await providerError { _ = try await provider.submit(order, request: nil, callback: nil, key: "k", session) }
        #expect(missing?.code == .unreadable)
        #expect(missing?.creation == .sendAgain)
        transport.set(TokenServer(), for: "workerchecks.example.test")
        #expect(try await provider.submit(order, request: nil, callback: nil, key: "k", session).reference == "i1")
    }

    @Test("Every name on the token's wire can be changed")
    func configured() async throws {
        let transport = ScriptedTransport()
        let account = Samples.workerChecks.wired([
            "token": [
                "path": "/v2/login", "headers": ["X-Widget-Secret": "${account.widget_secret}"], "body": .null, "token": "session.key",
                "lifetime_seconds": 240,
            ],
            "auth": ["header": "X-Session", "value": "${token}"],
        ])
        transport.expect(.post, "https://workerchecks.example.test/api/v2/login", 200, ["session": ["key": "s1"]]) { request in
            guard request.headers[HTTPField.Name("X-Widget-Secret")!] == "widget-secret-0123456789" else { return "no secret" }
            return request.body.isEmpty ? nil : "a body"
        }
        transport.expect(.get, "https://workerchecks.example.test/api/invitations/i1/result", 200, ["status": "Pending"]) { request in
            request.headers[HTTPField.Name("X-Session")!] == "s1" && request.headers[.authorization] == nil ? nil : "wrong credentials"
        }
        #expect(try await provider.report(for: "i1", Samples.session(account, transport)) != nil)
        #expect(transport.problems.isEmpty, "\(transport.problems)")
    }
}
