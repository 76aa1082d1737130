import Foundation
import Plugins
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// Settings are changed on one replica after the other: for a while one has what the other lacks.
@Suite("Replicas with different settings")
struct RollingSettingsTests {
    private let clock = ManualClock()

    /// Two replicas on one store that only look when the test wants them to.
    private func withReplicas(
        _ first: [String],
        _ second: [String],
        _ body: (_ old: PipelineContext, _ new: PipelineContext) async throws -> Void
    ) async throws {
        let harness = try await PipelineHarness(works: false, clock: clock)
        let (old, new) = (replica(harness, notifiers: first), replica(harness, notifiers: second))
        try await beat(old)
        try await beat(new)
        try await body(old, new)
        await harness.stop()
    }

    private func replica(_ harness: PipelineHarness, notifiers: [String]) -> PipelineContext {
        let scripts = StageHarness.connection(hooks: ["on_notification"])
        let made = notifiers.map { name in
            Notifier(
                id: name,
                connection: Connection(
                    id: Notifier.prefix + name,
                    plugin: scripts.plugin,
                    accounts: [],
                    secrets: [:],
                    settings: [:],
                    scripts: scripts.scripts,
                    hooks: scripts.hooks
                ),
                events: .all
            )
        }
        return PipelineContext(
            store: harness.context.store,
            registry: Registry(connections: harness.context.registry.connections, accounts: harness.context.registry.accounts, notifiers: made),
            hookRunner: harness.context.hookRunner,
            transport: harness.transport,
            clock: clock,
            random: harness.context.random,
            logger: harness.context.logger,
            publicURL: nil
        )
    }

    private func beat(_ context: PipelineContext) async throws {
        var present = context.replica
        (present.seenAt, present.names) = (clock.now(), context.registry.names)
        try await context.store.announce(present)
    }

    /// Has a replica do all work of a kind that is due.
    private func work(_ context: PipelineContext, _ kind: Work.Kind) async throws {
        let request = ClaimRequest(owner: context.replica.id, limit: 20, kinds: [kind])
        while true {
            let claims = try await context.store.claim(request)
            if claims.isEmpty { return }
            for claim in claims { await context.executor.work(on: claim) }
        }
    }

    private func runs(_ context: PipelineContext) async throws -> [String] {
        try await context.store.runs(RunQuery(), PageRequest(limit: 50, ascending: true)).items.map(\.connection)
    }

    @Test("A notice is told by every replica's notifiers, by each once and under one identifier, whichever replica gives it out")
    func notices() async throws {
        try await withReplicas(["one", "both"], ["both", "two"]) { (old, new) async throws in
            for context in [old, new] { try await context.subscribe(context.registry.notifiers, []) }
            #expect(try await old.store.subscribers() == ["notifier:both", "notifier:one", "notifier:two"])
            let notice = Notice(.issueOpened, about: "iss_1", 7, at: clock.now(), issue: "iss_1", data: ["id": "iss_1"])
            try await old.store.perform([.notify(notice)])
            try await work(old, .notice)
            #expect(try await runs(old).sorted() == ["notifier:both", "notifier:one"])
            clock.advance(by: .seconds(3))
            try await beat(old)
            try await beat(new)
            try await work(old, .notice)
            #expect(try await runs(old).count == 2, "the old one tells for the other")
            clock.advance(by: .seconds(3))
            try await work(new, .notice)
            #expect(try await runs(old).sorted() == ["notifier:both", "notifier:one", "notifier:two"])
            for summary in try await old.store.runs(RunQuery(), PageRequest(limit: 50)).items {
                guard case .update(let input) = try await old.store.run(summary.id)?.input else { throw StoreError.conflict }
                #expect(input.value["id"] == .string(notice.id))
            }
            clock.advance(by: .seconds(3))
            for context in [old, new] { try await work(context, .notice) }
            #expect(try await runs(old).count == 3, "somebody is told twice")
        }
    }

    @Test("What an older file lacks is kept for as long as a replica has it, and taken away once none does")
    func endpoints() async throws {
        try await withReplicas([], []) { (old, new) async throws in
            let webhook = SettingsWebhook(id: "ops", url: "https://hooks.example.test", secrets: [NotificationTests.secret], events: .all)
            try await new.subscribe([], [webhook])
            try await new.store.perform([.notify(Notice(.test, about: "ops", 1, at: clock.now(), data: [:], addressee: "ops"))])
            try await work(new, .notice)
            try await old.subscribe([], [])
            #expect(try await old.store.endpoint("ops") != nil)
            #expect(try await old.store.deliveries(of: "ops", DeliveryQuery(), PageRequest()).items.count == 1)
            try await new.subscribe([], [])
            #expect(try await old.store.endpoint("ops") == nil)

            try await new.subscribe([], [webhook])
            try await old.subscribe([], [])
            try await old.store.withdraw(replica: new.replica.id)
            await NotificationUpkeep(environment: old.environment, store: old.store).forget()
            #expect(try await old.store.endpoint("ops") == nil, "nobody takes away what the last replica had")
        }
    }

    @Test("Work for what only another replica has is left to it, and given up once none has it")
    func work() async throws {
        try await withReplicas([], ["two"]) { (old, new) async throws in
            let connection = try #require(new.registry.notifiers.first).connection
            let run = connection.run(id: "run_1", hook: "on_notification", event: nil, order: nil, input: .update(Personal([:])), at: clock.now())
            let queued = QueuedWork(.run(run.id), concurrencyKey: nil, connection: connection.id, due: clock.now())
            try await old.store.perform([.run(run), .queue(queued)])
            let request = ClaimRequest(owner: old.replica.id, limit: 1, kinds: [.run])
            for claim in try await old.store.claim(request) { await old.executor.work(on: claim) }
            #expect(try await old.store.run(run.id)?.state.isEnded == false)
            clock.advance(by: .seconds(40))
            for claim in try await old.store.claim(request) { await old.executor.work(on: claim) }
            #expect(try await old.store.run(run.id)?.failure?.code == "connection_missing")
        }
    }

    @Test("Credentials of one replica's that are refused stay an issue while another's are taken, and no longer than it runs")
    func credentials() async throws {
        try await withReplicas([], []) { (old, new) async throws in
            let account = try #require(old.registry.account("zinc"))
            let rejection = ProviderError(.unauthorised, "as invented", status: 401)
            try await old.store.perform(try await old.accounts.rejected(rejection, by: account))
            let other = Account(
                id: "zinc",
                provider: "zinc",
                environment: "staging",
                baseURL: account.account.baseURL,
                secrets: ["api_key": [Secret("another-key")]]
            )
            new.registry.replace(connections: new.registry.connections, accounts: [ProviderAccount(account: other, provider: account.provider)])
            for context in [old, new, old, new] {
                clock.advance(by: .seconds(3))
                await context.watcher.look()
                #expect(try await open(context) == [.credentialsRefused])
            }
            try await old.store.withdraw(replica: old.replica.id)
            clock.advance(by: .seconds(3))
            await new.watcher.look()
            #expect(try await open(new).isEmpty)
        }
    }

    private func open(_ context: PipelineContext) async throws -> [IssueKind] {
        var query = IssueQuery()
        (query.states, query.at) = ([.open], clock.now())
        return try await context.store.issues(query, PageRequest()).items.map(\.cause.kind)
    }
}
