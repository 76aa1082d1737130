import Screening
import Testing

@testable import Pipeline

@Suite("Giving out notices")
struct NoticeStageTests {
    private let harness = StageHarness()

    private func keep(_ id: String, _ events: WebhookEndpoint.Events, _ change: (inout WebhookEndpoint) -> Void = { _ in }) {
        var endpoint = WebhookEndpoint(id: id, url: "https://\(id).example.test", events: events, keys: [], createdAt: harness.now)
        change(&endpoint)
        harness.store.with { [endpoint] in $0.endpoints[id] = endpoint }
    }

    private func decide(_ notice: Notice) async throws -> Decision { try #require(try await harness.notice.decide(notice).decision) }

    private func notice(_ kind: Notice.Kind, connection: String? = "acme", account: String? = "zinc-uk", data: JSON = [:]) -> Notice {
        Notice(kind, about: "ord_1", 1, at: harness.now, order: "ord_1", connection: connection, account: account, data: data)
    }

    @Test("Every endpoint that is told of a kind, a connection and an account gets a delivery, one after the other for each order")
    func endpoints() async throws {
        keep("all", .all)
        keep("other", .some([.issueOpened]))
        keep("acme", .some([.orderUpdated])) { $0.connections = ["acme"] }
        keep("beta", .all) { $0.connections = ["beta"] }
        keep("zinc", .all) { $0.accounts = ["zinc-uk"] }
        keep("off", .all) { $0.isEnabled = false }
        let decision = try await decide(notice(.orderUpdated))
        #expect(decision.deliveries.map(\.endpoint) == ["acme", "all", "off", "zinc"])
        #expect(decision.deliveries.map(\.state) == [.pending, .pending, .missed, .pending])
        #expect(decision.queued.map(\.concurrencyKey) == ["webhook:acme:ord_1", "webhook:all:ord_1", "webhook:zinc:ord_1"])
        #expect(Set(decision.queued.map(\.lane)) == ["webhook:acme", "webhook:all", "webhook:zinc"])
        let own = try await decide(notice(.webhookFailing, connection: nil, account: nil, data: ["webhook": "all"]))
        #expect(own.deliveries.map(\.endpoint) == ["off"], "who is told of some connections alone is told of the host's own")
    }

    @Test("A notifier that is told of a kind gets a run, in order for each order or issue")
    func notifiers() async throws {
        let scripts = StageHarness.connection(hooks: ["on_notification"])
        let connection = Connection(
            id: "notifier:ops",
            plugin: scripts.plugin,
            accounts: [],
            secrets: [:],
            settings: [:],
            scripts: scripts.scripts,
            hooks: scripts.hooks
        )
        let notifier = Notifier(id: "ops", connection: connection, events: .some([.issueOpened, .deadLetter]))
        harness.registry.replace(connections: [], accounts: [], notifiers: [notifier])
        #expect(try await decide(notice(.orderUpdated)).effects.isEmpty)
        let issue = Notice(.issueOpened, about: "iss_1", 1, at: harness.now, issue: "iss_1", data: ["id": "iss_1", "text": "no answer"])
        let decision = try await decide(issue)
        let run = try #require(decision.run)
        #expect(run.hook == "on_notification" && run.connection == "notifier:ops" && run.event == nil && run.order == nil)
        guard case .update(let input) = run.input else { return #expect(Bool(false)) }
        #expect(input.value["id"] == .string(issue.id) && input.value["type"] == "issue.opened" && input.value["issue"]?["text"] == "no answer")
        #expect(decision.queued.first?.concurrencyKey == "notifier:ops:iss_1")
        #expect(try await decide(notice(.deadLetter, data: ["hook": "on_notification"])).effects.isEmpty, "it is told that it could not be told")
    }

    @Test("A trial goes to the endpoint that it is for, and to nobody else")
    func trial() async throws {
        keep("all", .all)
        keep("ops", .some([])) { $0.isEnabled = false }
        let decision = try await decide(Notice(.test, about: "ops", 1, at: harness.now, data: [:], addressee: "ops"))
        #expect(decision.deliveries.map(\.endpoint) == ["ops"] && decision.deliveries.map(\.state) == [.pending])
    }
}
