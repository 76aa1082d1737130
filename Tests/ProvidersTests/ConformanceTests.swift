import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Providers

@Suite("Both providers keep the contract's promises")
struct ConformanceTests {
    @Test("Zinc", arguments: ProviderConformance.checks)
    func zinc(_ check: ProviderConformance.Check) async {
        let failures = await ProviderConformance(ZincProvider(), Self.zincScript(Samples.zinc)).run(check)
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test("Zinc with cancel, find and stringify switched on", arguments: ProviderConformance.checks)
    func configuredZinc(_ check: ProviderConformance.Check) async {
        var account = Samples.zinc.wired([
            "cancel": ["method": "DELETE", "path": "/checks/${reference}"], "find": ["by": "candidate.email"],
        ])
        account.signature = .stringify
        let failures = await ProviderConformance(ZincProvider(), Self.zincScript(account)).run(check)
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test("WorkerChecks", arguments: ProviderConformance.checks)
    func workerChecks(_ check: ProviderConformance.Check) async {
        let failures = await ProviderConformance(WorkerChecksProvider(), Self.workerChecksScript).run(check)
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test("The catalog lists both, each under its own name")
    func catalog() {
        #expect(Catalog.builtIn.map(\.manifest.name) == ["zinc", "workerchecks"])
    }

    @Test("The default profiles pass their own check")
    func defaultsAreSound() {
        for provider in Catalog.builtIn { #expect(WireShape.profile.problems(in: provider.manifest.wire).isEmpty) }
    }

    private static func zincScript(_ account: Account) -> ProviderScript {
        @Sendable func item(_ status: String, _ result: String?) -> JSON {
            var item: JSON = ["id": "req_1", "status": "pending", "statusV2": .string(status), "reportUrl": "https://app.example.test/ana-roe"]
            if let result { item["result"] = .string(result) }
            item["checks"] = [["name": "Address check for Ana Roe", "status": "clear", "type": "address-check"]]
            return item
        }
        return ProviderScript(
            account: account,
            order: Samples.order(account),
            reference: "req_1",
            packages: [ScreeningPackage(id: "pkg_77", name: "Standard"), ScreeningPackage(id: "8", name: "Plus")],
            statuses: [
                "requested": .requested, "paused": .paused, "awaiting-candidate": .awaitingCandidate, "attention-needed": .attentionNeeded,
                "in-progress": .inProgress, "ready-for-review": .readyForReview, "all-clear": .completed, "reviewed": .reviewed,
                "cancelled": .cancelled,
            ],
            outcomes: ["clear": .clear, "consider": .consider],
            finalStatus: "all-clear",
            isCreation: { $0.method == .post && $0.path == "/partner/v2/checks" },
            respond: { situation, request in
                guard request.headers[.authorization] == "Bearer zinc-key-0123456789", situation != .rejectsCredentials else {
                    return WireResponse(401, json: ["statusCode": 1001, "message": "unknown key"])
                }
                switch situation {
                case .listsPackages:
                    return WireResponse(200, json: ["packages": [["id": "pkg_77", "name": "Standard"], ["id": 8, "name": "Plus"]]])
                case .creates: return WireResponse(201, json: ["id": "req_1", "status": "pending", "statusV2": "requested"])
                case .createsWithoutID: return WireResponse(200, json: ["status": "pending"])
                case .refuses(let message): return WireResponse(422, json: ["statusCode": 2002, "message": .string(message)])
                case .reports(let status, let result):
                    return WireResponse(200, json: [["id": "other", "status": "completed"], item(status, result)])
                case .knowsNothing: return WireResponse(200, json: ["results": []])
                case .holdsRequest: return WireResponse(200, json: ["data": [["id": "req_1", "candidate": ["email": "ANA@example.test"]]]])
                case .cancels: return WireResponse(204)
                case .isTooLate: return WireResponse(409, json: ["statusCode": 3003, "message": "already finished"])
                case .rejectsCredentials: return WireResponse(401)
                }
            },
            webhook: { Samples.webhook(String(decoding: item($0, $1).bytes(), as: UTF8.self)) }
        )
    }

    private static let workerChecksScript = ProviderScript(
        account: Samples.workerChecks,
        order: Samples.order(Samples.workerChecks),
        reference: "inv_1",
        statuses: ["Pending": .awaitingCandidate, "IN_PROGRESS": .inProgress, "completed": .completed, "Cancelled": .cancelled],
        outcomes: ["Clear": .clear, "attention-required": .consider, "Refer": .refer],
        finalStatus: "completed",
        isCreation: { $0.method == .post && $0.path == "/api/invitations" },
        respond: { situation, request in
            if request.path == "/api/auth/token" {
                guard situation != .rejectsCredentials else { return WireResponse(401, json: ["message": "unknown secret"]) }
                return WireResponse(200, json: ["token": "bearer-token-0123456789"])
            }
            guard request.headers[.authorization] == "Bearer bearer-token-0123456789" else { return WireResponse(401) }
            switch situation {
            case .creates: return WireResponse(200, json: ["invitationId": "inv_1"])
            case .createsWithoutID: return WireResponse(200, json: ["ok": true])
            case .refuses(let message): return WireResponse(400, json: ["error": ["message": .string(message)]])
            case .reports(let status, let result):
                return WireResponse(
                    200,
                    json: ["status": .string(status), "result": JSON(result), "certificateUrl": "https://cert.example.test/ana"]
                )
            case .knowsNothing: return WireResponse(404, json: ["message": "no such invitation"])
            case .cancels: return WireResponse(200, json: ["status": "Cancelled"])
            case .isTooLate: return WireResponse(409, json: ["message": "already submitted"])
            default: return WireResponse(404)
            }
        }
    )
}
