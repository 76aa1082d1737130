import Crypto
import Foundation
import HTTPTypes
import PluginTesting
import Screening
import ScreeningTesting

@testable import Plugins

/// The invented service of the plugin `example`, as a provider's conformance suite needs it.
enum ExampleProviderWire {
    static let account = Account(
        id: "example-test",
        provider: "example",
        baseURL: "https://checks.example.test/v1",
        secrets: ["api_key": [Secret("example-key-0123456789")], "signing_key": [Secret("old-signing-key"), Secret("example-signing-key")]]
    )

    static func order(_ account: Account = account, package: String = "pkg_77") -> Order {
        Order(
            id: "ord_0123",
            connection: "acme",
            account: account.id,
            provider: account.provider,
            externalID: "application-101",
            package: package,
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000"),
            metadata: ["site": "North"],
            callbackToken: Secret("callback-token-0123456789"),
            createdAt: ManualClock().now(),
            updatedAt: ManualClock().now()
        )
    }

    static func session(_ transport: any Transport, _ account: Account = account, log: LogRecorder = LogRecorder()) -> ProviderSession {
        ProviderSession(account: account, transport: transport, tokens: TokenCache(), clock: ManualClock(), logger: log.logger)
    }

    static func provider(_ plugin: Plugin) throws -> LuaProvider {
        guard let provider = LuaProvider(plugin, runner: PluginHarness.hooks, random: SeededRandom(11)) else { throw NotAProvider() }
        return provider
    }

    struct NotAProvider: Error {}

    private static func check(_ status: String, _ result: String?) -> JSON {
        var check: JSON = ["id": "chk_1", "status": .string(status), "report_url": "https://app.example.test/ana-roe"]
        check["result"] = result.map { .string($0) }
        return check
    }

    static let script = ProviderScript(
        account: account,
        order: order(),
        reference: "chk_1",
        packages: [ScreeningPackage(id: "pkg_77", name: "Standard"), ScreeningPackage(id: "8", name: "Plus")],
        statuses: [
            "created": .requested, "invited": .awaitingCandidate, "working": .inProgress, "on_hold": .paused, "done": .completed,
            "stopped": .cancelled,
        ],
        outcomes: ["clear": .clear, "review": .consider],
        finalStatus: "done",
        isCreation: { $0.method == .post && $0.path == "/v1/checks" },
        respond: { situation, request in
            guard request.headers[.authorization] == "Bearer example-key-0123456789", situation != .rejectsCredentials else {
                return WireResponse(401, json: ["message": "unknown key"])
            }
            switch situation {
            case .listsPackages: return WireResponse(200, json: ["packages": [["id": "pkg_77", "name": "Standard"], ["id": 8, "name": "Plus"]]])
            case .creates: return WireResponse(201, json: ["id": "chk_1", "status": "created"])
            case .createsWithoutID: return WireResponse(200, json: ["status": "created"])
            case .refuses(let message): return WireResponse(422, json: ["message": .string(message)])
            case .reports(let status, let result): return WireResponse(200, json: check(status, result))
            case .knowsNothing: return WireResponse(404, json: ["message": "no such check"])
            case .cancels: return WireResponse(204)
            case .isTooLate: return WireResponse(409, json: ["message": "the checks have begun"])
            default: return WireResponse(404)
            }
        },
        webhook: { status, result in
            let body = check(status, result).bytes()
            let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array("example-signing-key".utf8)))
            return Webhook(headers: ["x-example-signature": Array(code).hex], body: body)
        }
    )
}
