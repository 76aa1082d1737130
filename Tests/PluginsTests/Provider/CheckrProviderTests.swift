import HTTPTypes
import PluginTesting
import Screening
import ScreeningTesting
import Testing

@testable import Plugins

/// The plugin `checkr` keeps the promises of a provider against a stand-in that answers as Checkr's documentation says.
@Suite("Checkr in Lua")
struct CheckrProviderTests {
    @Test("It keeps the contract's promises", arguments: ProviderConformance.checks)
    func promises(_ check: ProviderConformance.Check) async throws {
        let provider = try ExampleProviderWire.provider(PluginHarness.shipped("checkr"))
        let failures = await ProviderConformance(provider, Self.script).run(check)
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test("Its manifest and script agree, and an account with wrong settings is told so")
    func agree() async throws {
        let plugin = try PluginHarness.shipped("checkr")
        let provider = try ExampleProviderWire.provider(plugin)
        #expect(try await provider.scriptProblems() == [])
        #expect(plugin.manifest.problems(with: Self.account) == [])
        var wrong = Self.account
        wrong.settings = ["work_locaton": [:]]
        #expect(provider.problems(with: wrong).first?.contains("work_location") == true)
    }

    private static let account = Account(
        id: "checkr-test",
        provider: "checkr",
        environment: "staging",
        baseURL: "https://api.checkr-staging.com/v1",
        secrets: ["api_key": [Secret("checkr-key-0123456789")]]
    )

    private static func page(_ items: JSON) -> WireResponse { WireResponse(200, json: ["object": "list", "next_href": .null, "data": items]) }

    /// The words of reports; an invitation's own stand in the fixtures.
    private static let script = ProviderScript(
        account: account,
        order: ExampleProviderWire.order(account),
        reference: "inv_1",
        packages: [ScreeningPackage(id: "basic", name: "Basic"), ScreeningPackage(id: "plus", name: "Plus")],
        statuses: [
            "pending": .inProgress, "suspended": .awaitingCandidate, "paused": .paused, "complete": .completed, "dispute": .attentionNeeded,
            "canceled": .cancelled,
        ],
        outcomes: ["clear": .clear, "consider": .consider],
        finalStatus: "complete",
        isCreation: { $0.method == .post && $0.path == "/v1/invitations" },
        respond: { situation, request in
            guard request.headers[.authorization] == "Basic " + Array("checkr-key-0123456789:".utf8).base64, situation != .rejectsCredentials else {
                return WireResponse(401, json: ["error": "Bad authentication error"])
            }
            switch (request.method, request.path) {
            case (.get, "/v1/packages"): return page([["slug": "basic", "name": "Basic"], ["slug": "plus", "name": "Plus"]])
            case (.get, "/v1/candidates"):
                return page(situation == .holdsRequest ? [["id": "cand_1", "custom_id": "ord_0123"]] : [])
            case (.get, "/v1/invitations"): return page([["id": "inv_1", "package": "pkg_77"]])
            case (.post, "/v1/candidates"): return WireResponse(201, json: ["id": "cand_1"])
            case (.post, "/v1/invitations"):
                switch situation {
                case .createsWithoutID: return WireResponse(201, json: ["status": "pending"])
                case .refuses(let message): return WireResponse(422, json: ["error": [.string(message)]])
                default: return WireResponse(201, json: ["id": "inv_1", "status": "pending"])
                }
            case (.get, "/v1/invitations/inv_1"):
                switch situation {
                case .knowsNothing: return WireResponse(404, json: ["error": "not found"])
                case .reports, .isTooLate: return WireResponse(200, json: ["id": "inv_1", "status": "completed", "report_id": "rep_1"])
                default: return WireResponse(200, json: ["id": "inv_1", "status": "pending", "report_id": .null])
                }
            case (.get, "/v1/reports/rep_1"):
                guard case .reports(let status, let result) = situation else { return WireResponse(404) }
                return WireResponse(200, json: ["id": "rep_1", "status": .string(status), "result": JSON(result)])
            case (.delete, "/v1/invitations/inv_1"): return WireResponse(200, json: ["id": "inv_1", "status": "pending"])
            default: return WireResponse(404, json: ["error": "not found"])
            }
        }
    )
}
