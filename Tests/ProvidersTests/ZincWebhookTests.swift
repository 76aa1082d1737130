import Screening
import ScreeningTesting
import Testing

@testable import Providers

@Suite("Zinc: webhooks")
struct ZincWebhookTests {
    private let body = #"{"id":"a1","status":"pending","statusV2":"awaiting-candidate"}"#
    private let session = Samples.session(Samples.zinc, ScriptedTransport())

    private func accepts(_ webhook: Webhook, _ account: Account = Samples.zinc) -> Bool {
        do {
            try ZincProvider().verify(webhook, Samples.session(account, ScriptedTransport()))
            return true
        } catch {
            #expect(error == .badSignature)
            return false
        }
    }

    @Test("Every live token is accepted, in hexadecimal of either case")
    func tokens() {
        #expect(accepts(Samples.webhook(body, token: "old-signing-token")))
        #expect(accepts(Samples.webhook(body, token: "new-signing-token")))
        #expect(!accepts(Samples.webhook(body, token: "another-token")))
        let upper = Samples.signature(Array(body.utf8), "new-signing-token").uppercased()
        #expect(accepts(Webhook(headers: ["x-zinc-webhook-signature": upper], body: Array(body.utf8))))
    }

    @Test("A signature that is missing, cut, or not hexadecimal is refused")
    func malformed() {
        let right = Samples.signature(Array(body.utf8), "new-signing-token")
        for signature in ["", "zz", String(right.dropLast(2)), right + "00", "sha256=" + right] {
            #expect(!accepts(Webhook(headers: ["x-zinc-webhook-signature": signature], body: Array(body.utf8))))
        }
        #expect(!accepts(Webhook(headers: [:], body: Array(body.utf8))))
    }

    @Test("An account without tokens, or with an empty one, accepts nothing")
    func noTokens() {
        var account = Samples.zinc
        account.secrets["webhook_tokens"] = [Secret("")]
        let empty = Samples.webhook(body, token: "")
        #expect(!accepts(empty, account))
        account.secrets["webhook_tokens"] = nil
        #expect(!accepts(empty, account))
    }

    @Test("raw signs the bytes received; stringify what JavaScript writes of them")
    func modes() {
        let spaced = #"{ "b": 1.0, "a": "\u00e9\/", "2": 1, "1": 2 }"#
        let written = #"{"1":2,"2":1,"b":1,"a":"é/"}"#
        let signature = Samples.signature(Array(written.utf8), "new-signing-token")
        let webhook = Webhook(headers: ["x-zinc-webhook-signature": signature], body: Array(spaced.utf8))
        #expect(!accepts(webhook))
        var account = Samples.zinc
        account.signature = .stringify
        #expect(accepts(webhook, account))
        #expect(!accepts(Samples.webhook("not JSON"), account))
        #expect(accepts(Samples.webhook("not JSON")))
    }

    @Test("The header's name can be changed")
    func header() {
        let signature = Samples.signature(Array(body.utf8), "new-signing-token")
        let webhook = Webhook(headers: ["x-signature": signature], body: Array(body.utf8))
        #expect(accepts(webhook, Samples.zinc.wired(["webhook": ["header": "X-Signature"]])))
    }

    @Test("A webhook names its request and reports on it")
    func interpret() throws {
        let reports = try ZincProvider().interpret(Samples.webhook(body), session)
        let report = Report(
            status: .recognised(.awaitingCandidate),
            providerStatus: ["status": "pending", "statusV2": "awaiting-candidate"]
        )
        #expect(reports == [WebhookReport(reference: "a1", report: report)])
    }

    @Test("Without a status a webhook says only that something changed; without an object it says nothing")
    func sparse() throws {
        #expect(try ZincProvider().interpret(Samples.webhook(#"{"id":5}"#), session) == [WebhookReport(reference: "5", report: nil)])
        #expect(throws: ProviderError.self) { try ZincProvider().interpret(Samples.webhook("[1]"), session) }
    }
}
