import AcmeChecks
import FairleadHost
import Foundation
import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@Suite("Acme Checks")
struct AcmeProviderTests {
    @Test("keeps every promise of a provider", arguments: ProviderConformance.checks)
    func promises(_ check: ProviderConformance.Check) async {
        let failures = await ProviderConformance(AcmeProvider(), Self.script).run(check)
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test("is a provider of a host like any other: an account names it")
    func inSettings() throws {
        let settings = """
            store: { url: "sqlite:fairlead.db" }
            accounts: { acme: { provider: acme_checks, environment: production, api_key: invented-key } }
            """
        let read = try Settings.read(text: settings, file: "fairlead.yaml", environment: [:], providers: [AcmeProvider().manifest])
        #expect(read.accounts.first?.baseURL == "https://api.acme-checks.example.test")
    }

    private static let account = Account(
        id: "acme",
        provider: "acme_checks",
        environment: "production",
        baseURL: "https://api.acme-checks.example.test",
        secrets: ["api_key": [Secret("acme-key-0123456789")]]
    )

    /// Acme's side of the wire, in each situation that the suite asks for.
    private static let script = ProviderScript(
        account: account,
        order: Order(
            id: "ord_1",
            connection: "connection",
            account: "acme",
            provider: "acme_checks",
            externalID: "application-101",
            package: "basic",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test"),
            metadata: [:],
            callbackToken: Secret("callback-token"),
            createdAt: ManualClock().now(),
            updatedAt: ManualClock().now()
        ),
        reference: "chk_1",
        packages: [ScreeningPackage(id: "basic", name: "Basic")],
        statuses: ["waiting": .awaitingCandidate, "working": .inProgress, "ready": .completed],
        outcomes: ["pass": .clear, "look": .consider],
        finalStatus: "ready",
        isCreation: { $0.method == .post },
        respond: { situation, request in
            guard request.headers[HTTPField.Name("X-Acme-Key") ?? .authorization] == "acme-key-0123456789" else { return WireResponse(401) }
            return switch situation {
            case .listsPackages: WireResponse(200, json: [["code": "basic", "label": "Basic"]])
            case .creates: WireResponse(201, json: ["id": "chk_1"])
            case .createsWithoutID: WireResponse(201, json: [:])
            case .refuses(let message): WireResponse(422, json: ["error": .string(message)])
            case .rejectsCredentials: WireResponse(401, json: ["error": "unknown key"])
            case .reports(let status, let result): WireResponse(200, json: ["stage": .string(status), "verdict": JSON(result)])
            default: WireResponse(404, json: ["error": "no such check"])
            }
        }
    )
}
