import Crypto
import HTTPTypes
import Screening
import ScreeningTesting

@testable import Providers

/// Invented accounts, orders and wires that the tests of this module share.
enum Samples {
    static let zinc = Account(
        id: "zinc-test",
        provider: "zinc",
        environment: "staging",
        baseURL: "https://zinc.example.test/partner/v2",
        secrets: ["api_key": [Secret("zinc-key-0123456789")], "webhook_tokens": [Secret("old-signing-token"), Secret("new-signing-token")]]
    )

    static let workerChecks = Account(
        id: "workerchecks-test",
        provider: "workerchecks",
        baseURL: "https://workerchecks.example.test/api",
        secrets: ["widget_secret": [Secret("widget-secret-0123456789")]]
    )

    static func order(_ account: Account, phone: String? = "+441632960000", metadata: JSON = ["site": "North", "grade": 7]) -> Order {
        Order(
            id: "ord_0123",
            connection: "acme",
            account: account.id,
            provider: account.provider,
            externalID: "application-101",
            package: "pkg_77",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: phone),
            metadata: metadata,
            callbackToken: Secret("callback-token-0123456789"),
            createdAt: ManualClock().now(),
            updatedAt: ManualClock().now()
        )
    }

    static func draft(_ account: Account, _ candidate: Candidate, package: String = "pkg_77") -> OrderDraft {
        OrderDraft(
            connection: "acme",
            account: account.id,
            provider: account.provider,
            externalID: "application-101",
            package: package,
            candidate: candidate
        )
    }

    static func session(_ account: Account, _ transport: any Transport, clock: ManualClock = ManualClock(), log: LogRecorder = LogRecorder())
        -> ProviderSession
    {
        ProviderSession(account: account, transport: transport, tokens: TokenCache(), clock: clock, logger: log.logger)
    }

    static func webhook(_ body: String, token: String = "new-signing-token") -> Webhook {
        Webhook(headers: ["x-zinc-webhook-signature": signature(Array(body.utf8), token)], body: Array(body.utf8))
    }

    static func signature(_ bytes: [UInt8], _ token: String) -> String {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: Array(token.utf8)))).hex
    }
}

extension Account {
    /// The same account with another `wire:` block.
    func wired(_ wire: JSON) -> Account {
        var account = self
        account.wire = wire
        return account
    }
}

extension ScriptedTransport {
    /// Expects a request and answers it with JSON.
    func expect(
        _ method: HTTPRequest.Method,
        _ url: String,
        _ status: Int,
        _ json: JSON,
        headers: HTTPFields = [:],
        where check: @escaping @Sendable (WireRequest) -> String? = { _ in nil }
    ) {
        expect(method, url, reply: .response(WireResponse(status, headers: headers, json: json)), where: check)
    }
}

/// Compares a request's JSON body with an expected one.
func body(_ expected: JSON) -> @Sendable (WireRequest) -> String? {
    { request in
        (try? JSON(parsing: request.body)) == expected ? nil : "sent \(String(decoding: request.body, as: UTF8.self))"
    }
}

/// The ``ProviderError`` that `work` throws; nil where it throws none.
func providerError(_ work: () async throws -> Void) async -> ProviderError? {
    do {
        try await work()
        return nil
    } catch {
        return error as? ProviderError
    }
}
