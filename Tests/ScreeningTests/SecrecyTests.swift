import Logging
import Screening
import ScreeningTesting
import Testing

@Suite("Personal data and secrets do not print themselves")
struct SecrecyTests {
    private let hidden = [
        "Ana", "Roe", "ana@example.test", "632960000", "site-7", "callback-token-0123", "report-77", "s3cret-value", "Address check",
    ]

    private func order() -> Order {
        Order(
            id: "ord_1",
            connection: "acme",
            account: "a",
            provider: "zinc",
            externalID: "x",
            package: "p",
            candidate: Candidate(
                firstName: "Ana",
                lastName: "Roe",
                email: "ana@example.test",
                phone: "+441632960000",
                other: .init([("site", "site-7")])
            ),
            metadata: ["site": "site-7"],
            callbackToken: Secret("callback-token-0123"),
            status: Order.Status(
                .completed,
                reportURL: Personal("https://app.example.test/report-77"),
                checks: [Check(name: "Address check for Ana Roe", status: "clear")]
            ),
            createdAt: Timestamp(milliseconds: 0),
            updatedAt: Timestamp(milliseconds: 0)
        )
    }

    private func expectSilence(_ value: Any, _ sourceLocation: SourceLocation = #_sourceLocation) {
        var dumped = ""
        dump(value, to: &dumped)
        let log = LogRecorder()
        log.logger.info("\(value)", metadata: ["value": "\(value)", "reflected": "\(String(reflecting: value))"])
        for text in ["\(value)", String(reflecting: value), String(describing: value), dumped] + log.lines {
            for secret in hidden { #expect(!text.contains(secret), sourceLocation: sourceLocation) }
        }
    }

    @Test("Neither alone nor inside other values, by no way of printing")
    func silence() {
        expectSilence(Secret("s3cret-value"))
        expectSilence(Personal("Ana Roe"))
        expectSilence([Secret("s3cret-value")])
        expectSilence(["key": Personal("Ana Roe")])
        expectSilence(Optional(Secret("s3cret-value")) as Any)
        expectSilence(order())
        expectSilence(order().candidate)
        expectSilence(Update(from: order(), to: order(), cause: .poll) as Any)
        expectSilence(Report(status: .recognised(.completed), reportURL: "report-77", checks: order().status.checks))
        expectSilence(ProviderError(.refused, "Ana Roe was refused", status: 422, providerCode: "7"))
        expectSilence(Account(id: "a", provider: "zinc", baseURL: "https://x.example.test", secrets: ["api_key": [Secret("s3cret-value")]]))
    }

    @Test("Secrets are compared whole")
    func comparison() {
        #expect(Secret("abc") == Secret("abc"))
        for other in ["", "ab", "abd", "abcd", "Abc"] { #expect(Secret("abc") != Secret(other)) }
        #expect(Secret("\u{E9}") != Secret("e\u{301}"))
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(constantTimeEqual([], []))
    }
}
