import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Providers

@Suite("The requests that a provider lists")
struct ListedRequestTests {
    private func session(_ account: Account, _ json: JSON) -> (session: ProviderSession, transport: HandlerTransport) {
        let transport = HandlerTransport(["*": ClosureHandler { _ in WireResponse(200, json: json) }])
        return (Samples.session(account, transport), transport)
    }

    @Test("Zinc's results are listed in their order, with what they say of people; only what is older by a month is left out")
    func zinc() async throws {
        let order = Samples.order(Samples.zinc)
        let (session, transport) = session(
            Samples.zinc,
            [
                ["id": "a0", "statusV2": "requested", "createdAt": .string((order.createdAt + .seconds(-31 * 86_400)).iso8601)], ["name": "odd"],
                ["id": "slow", "statusV2": "requested", "createdAt": .string((order.createdAt + .seconds(-3600)).iso8601)],
                [
                    "id": "a1", "statusV2": "requested",
                    "candidate": ["firstName": "Ana", "lastName": "Roe", "email": "ana@example.test", "phone": "1"],
                ],
                [
                    "id": "a2", "statusV2": "in-progress",
                    "checks": [["name": "Address check for Ana Roe", "status": "pending", "type": "address-check"]],
                ],
            ]
        )
        let listed = try await ZincProvider().requests(like: order, session)
        #expect(listed.map(\.reference) == ["slow", "a1", "a2"] && transport.requests.count == 1)
        #expect(listed[1].subject?.phone == Personal("1") && listed[1].report?.status == .recognised(.requested))
        #expect(listed.last?.subject == nil && listed.last?.report?.checks?.count == 1)
    }

    @Test("An account whose results are read one by one lists nothing, unless its find names a list")
    func byReference() async throws {
        var account = Samples.zinc
        account.wire = ["results": ["path": "/results/${reference}"]]
        let (session, _) = session(account, [["id": "b1"]])
        await #expect(throws: ProviderError.self) { _ = try await ZincProvider().requests(like: Samples.order(account), session) }
        account.wire = ["find": ["path": "/checks", "by": "email"]]
        let (finding, _) = self.session(account, ["results": []])
        await #expect(throws: Never.self) { _ = try await ZincProvider().requests(like: Samples.order(account), finding) }
        #expect(ProviderManifest.zinc.capabilities(for: account).requests)
        #expect(!ProviderManifest.workerChecks.capabilities(for: Samples.zinc).requests)
    }
}
