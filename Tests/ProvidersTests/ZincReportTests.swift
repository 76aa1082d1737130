import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Providers

@Suite("Zinc: reports")
struct ZincReportTests {
    private let transport = ScriptedTransport()
    private let results = "https://zinc.example.test/partner/v2/results"

    private func report(_ response: JSON, _ account: Account = Samples.zinc, url: String? = nil) async throws -> Report? {
        transport.expect(.get, url ?? results, 200, response)
        return try await ZincProvider().report(for: "a1", Samples.session(account, transport))
    }

    @Test("The request is found in each container, by an id of either kind")
    func containers() async throws {
        let items: JSON = [["id": "b2", "status": "cancelled"], ["id": "a1", "status": "pending", "statusV2": "paused"]]
        for response: JSON in [items, ["results": items], ["data": items]] {
            #expect(try await report(response)?.status == .recognised(.paused))
        }
        #expect(try await report([["requestId": "a1", "statusV2": "reviewed"]])?.status == .recognised(.reviewed))
        #expect(try await report(["id": "a1", "statusV2": "all-clear"])?.status == .recognised(.completed))
        #expect(try await report(["id": "b2", "statusV2": "all-clear"]) == nil)
        #expect(try await report([]) == nil)
    }

    @Test("Of several items about one request the last counts, or the first where the account says so")
    func history() async throws {
        let history: JSON = [["id": "a1", "statusV2": "requested"], ["id": "a1", "statusV2": "in-progress"]]
        #expect(try await report(history)?.status == .recognised(.inProgress))
        #expect(try await report(history, Samples.zinc.wired(["results": ["take": "first"]]))?.status == .recognised(.requested))
    }

    @Test("One request may be asked for by its id")
    func byID() async throws {
        let byQuery = Samples.zinc.wired(["results": ["query": ["id": "${reference}"]]])
        #expect(try await report([["id": "a1", "status": "completed"]], byQuery, url: results + "?id=a1")?.status == .recognised(.completed))
        let byPath = Samples.zinc.wired(["results": ["path": "/results/${reference}"]])
        #expect(try await report(["status": "completed"], byPath, url: results + "/a1")?.status == .recognised(.completed))
        transport.expect(.get, results + "/a1", 404, ["statusCode": 1, "message": "not found"])
        #expect(try await ZincProvider().report(for: "a1", Samples.session(byPath, transport)) == nil)
    }

    @Test(
        "The coarse status decides only where the precise one is absent",
        arguments: [
            ("pending", OrderState.requested), ("partially-completed", .inProgress), ("action-required", .readyForReview), ("completed", .completed),
            ("reviewed", .reviewed), ("cancelled", .cancelled),
        ]
    )
    func coarse(_ statusText: String, _ state: OrderState) async throws {
        #expect(try await report([["id": "a1", "status": .string(statusText)]])?.status == .recognised(state))
        #expect(try await report([["id": "a1", "status": .string(statusText), "statusV2": .null]])?.status == .recognised(state))
        let unknown = try await report([["id": "a1", "status": .string(statusText), "statusV2": "on-hold"]])
        #expect(unknown?.status == .unrecognised("on-hold"))
        #expect(unknown?.providerStatus == ["status": statusText, "statusV2": "on-hold"])
    }

    @Test("Words of another kind are unknown, not fatal")
    func oddKinds() async throws {
        #expect(try await report([["id": "a1", "status": "completed", "statusV2": 7]])?.status == .unrecognised("7"))
        #expect(try await report([["id": "a1", "status": "completed", "statusV2": ["x": 1]]])?.status == .unrecognised("an object"))
        #expect(try await report([["id": "a1", "status": "completed", "statusV2": ""]])?.status == .unrecognised(""))
        let error = await providerError { _ = try await report([["id": "a1", "result": "clear"]]) }
        #expect(error?.code == .unreadable)
    }

    @Test("Result, report link and checks")
    func details() async throws {
        let found = try await report([
            [
                "id": "a1", "status": "completed", "statusV2": "all-clear", "result": "consider", "reportUrl": "https://app.example.test/c/1",
                "checks": [
                    ["name": "Address check for Ana Roe", "status": "clear", "type": "address-check"],
                    ["name": "Degree", "status": "pending", "type": "education-check", "checkType": "degree"],
                    ["name": "Old shape", "status": "consider", "checkType": "address-check"], ["status": "clear"], "odd",
                ],
            ]
        ])
        #expect(found?.result == .recognised(.consider))
        #expect(found?.reportURL?.value == "https://app.example.test/c/1")
        #expect(
            found?.checks == [
                Check(name: "Address check for Ana Roe", type: "address-check", status: "clear"),
                Check(name: "Degree", type: "education-check", category: "degree", status: "pending"),
                Check(name: "Old shape", type: "address-check", status: "consider"), Check(name: "check", status: "clear"),
                Check(name: "check", status: "unknown"),
            ]
        )
        #expect(found?.providerStatus == ["status": "completed", "statusV2": "all-clear", "result": "consider"])
    }

    @Test("An unknown result is kept as one; a link that no browser should follow is dropped")
    func unknownResult() async throws {
        let found = try await report([["id": "a1", "statusV2": "all-clear", "result": "passed", "reportUrl": "javascript:alert(1)"]])
        #expect(found?.result == .unrecognised("passed"))
        #expect(found?.reportURL == nil)
        #expect(found?.checks == nil)
        #expect(try await report([["id": "a1", "statusV2": "all-clear", "result": .null]])?.result == nil)
    }

    @Test("An account may teach new words")
    func statusTexts() async throws {
        let account = Samples.zinc.wired(["statuses": ["on-hold": "paused", "paused": .null], "outcomes": ["passed": "clear"]])
        let found = try await report([["id": "a1", "statusV2": "on-hold", "result": "passed"]], account)
        #expect(found?.status == .recognised(.paused))
        #expect(found?.result == .recognised(.clear))
        #expect(try await report([["id": "a1", "statusV2": "paused"]], account)?.status == .unrecognised("paused"))
        #expect(try await report([["id": "a1", "statusV2": "reviewed"]], account)?.status == .recognised(.reviewed))
    }
}
