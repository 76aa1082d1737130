import CrashTesting
import Foundation
import Screening
import ScreeningTesting
import Simulators
import Stores
import Testing

@testable import Pipeline

/// What providers send of orders that a restore has lost: their webhooks come to addresses that the store does not know.
@Suite("Webhooks of the time that a restore lost", .serialized)
struct UnknownRequestTests {
    enum Kind: String, CaseIterable, Sendable { case sqlite, postgres }

    @Test("They are counted and shown, reach the order that adopts the request, and end when the gap is closed", arguments: Kind.allCases)
    func lostTime(_ kind: Kind) async throws {
        let url = kind == .sqlite ? "sqlite:store.db" : try await PostgresServer.shared.value.newDatabase()
        let external = ExternalSystems(pace: nil)
        let zinc = external.site.zinc
        let before = try await PipelineHarness(external: external, storeURL: url)
        let known = try await before.place("application-known")
        #expect(try await before.order(known.id, in: .requested, within: 40) != nil)
        let file = before.folder.appending(path: "backup").path
        _ = try await StoreBackup.make(of: url, relativeTo: before.folder.path, at: file, keys: [], version: "test", now: SystemClock().now())
        for number in 0..<2 {
            let order = try await before.place("application-\(number)")
            #expect(try await before.order(order.id, in: .requested, within: 40) != nil)
        }
        await before.stop()
        let lost = zinc.requests.dropFirst().map(\.id)
        _ = try await StoreRestore.restore(
            file,
            keysPath: nil,
            into: url,
            relativeTo: before.folder.path,
            keys: [],
            replacing: true,
            now: SystemClock().now()
        )

        let harness = try await PipelineHarness(folder: before.folder, external: external, storeURL: url)
        let store = harness.context.store
        for id in lost { zinc.set(id, ZincChange(statusV2: "in-progress")) }
        let found = try await eventually(within: 40) { try await store.unknownRequests().count == 2 ? try await store.unknownRequests() : nil }
        #expect(Set(found?.map(\.reference) ?? []) == Set(lost))
        #expect(try await harness.commands.reconciliation()?.unknown == 2)
        // What the provider did not sign leads nowhere.
        let unsigned = await #expect(throws: CommandError.self) {
            try await harness.intake.webhook(account: "zinc", token: "nobodys", Webhook(headers: [:], body: Array("{}".utf8)))
        }
        #expect(unsigned?.status == 404)
        await harness.context.watcher.look()
        let issues = try await store.issues(IssueQuery(), PageRequest(limit: 50)).items
        let issue = try #require(issues.first { $0.cause == IssueCause(.unknownRequests, account: "zinc") })
        let text = IssueText(issue, registry: harness.context.registry)
        #expect(issue.count == 2 && text.title.contains("2 requests") && lost.allSatisfy { text.means.contains($0) })
        #expect(!"\(issue.details.string()) \(text)".contains("Ana") && !"\(issue.details.string()) \(text)".contains("@"))

        // It comes again, and somebody adopts the request: what its provider sends goes on coming to the old address.
        let again = try await harness.place("application-0")
        #expect(try await harness.order(again.id, in: .uncertain, within: 40) != nil)
        _ = try await harness.commands.resolve(order: again.id, .adopt(providerRef: lost[0], force: true))
        #expect(try await store.unknownRequests().map(\.reference) == [lost[1]])
        zinc.set(lost[0], ZincChange(statusV2: "all-clear", result: "clear"))
        #expect(try await harness.order(again.id, in: .completed, within: 40) != nil)

        try await harness.commands.release(force: true, isGapClosed: true)
        #expect(try await store.unknownRequests().isEmpty)
        await harness.context.watcher.look()
        #expect(try await store.issue(issue.id)?.resolvedAt != nil)
        // From now on it is refused, and counted as any other that leads nowhere.
        zinc.set(lost[1], ZincChange(statusV2: "all-clear", result: "clear"))
        let refused = try await eventually(within: 20) { try await store.state(of: .account("zinc")).lastRefusal }
        #expect(refused == "unknown_address")
        #expect(zinc.requests.count == 3)
        await harness.stop()
        external.end()
    }

    @Test("In a store that was never restored an unknown address is refused before its body is read, and counted")
    func neverRestored() async throws {
        let harness = try await PipelineHarness(works: false)
        await #expect(throws: CommandError.self) { try await harness.intake.admit(account: "zinc", token: "nobodys") }
        let lines = harness.context.contacts.refusals.take(at: harness.context.clock.now())
        #expect(lines.map(\.kind) == [RefusedDeliveries.Kind(subject: .account("zinc"), reason: .unknownAddress)])
        await harness.stop()
    }

    @Test("What is not signed by the provider is refused whatever it names, and so is what names nothing")
    func unsigned() async throws {
        let harness = StageHarness()
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)] }
        let intake = harness.intake
        let webhook = Webhook(headers: [:], body: Array("{}".utf8))
        harness.provider.answer { $0.interpret = { [WebhookReport(reference: nil, report: nil)] } }
        await #expect(throws: CommandError.self) { try await intake.webhook(account: "stub-uk", token: "nobodys", webhook) }
        harness.provider.answer { $0.interpret = { [WebhookReport(reference: "ref_1", report: nil)] } }
        #expect(try await intake.webhook(account: "stub-uk", token: "nobodys", webhook).status == 200)
        // A provider that signs nothing is known by the address alone.
        let open = StageHarness(.init(report: true, webhooks: true))
        open.store.with { $0.restores = [Restore(restoredAt: open.now, backupAt: open.now)] }
        open.provider.answer { $0.interpret = { [WebhookReport(reference: "ref_1", report: nil)] } }
        await #expect(throws: CommandError.self) { try await open.intake.webhook(account: "stub-uk", token: "nobodys", webhook) }
    }

    @Test("What cannot be read is to be sent again until an order has the request: the webhook alone says it")
    func webhooksAlone() async throws {
        let harness = StageHarness(.init(webhooks: true, signedWebhooks: true))
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)] }
        harness.provider.answer { $0.interpret = { [WebhookReport(reference: "ref_1", report: nil)] } }
        let answer = await refusal {
            _ = try await harness.intake.webhook(account: "stub-uk", token: "nobodys", Webhook(headers: [:], body: Array("{}".utf8)))
        }
        #expect(answer?.status == 503)
        #expect(harness.store.with { $0.unknownRequests.map(\.reference) } == ["ref_1"])
    }

    @Test("One that names requests of several orders here is kept once, reaches each, and is handed on to none of another connection")
    func severalOrders() async throws {
        let harness = StageHarness()
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)] }
        let orders = [("ref_1", "acme"), ("ref_2", "acme"), ("ref_3", "beta")].map { reference, connection in
            harness.order(.requested, at: connection) { $0.providerRef = reference }
        }
        harness.provider.answer {
            let report = Report(status: .recognised(.inProgress))
            $0.interpret = { ["ref_1", "ref_2", "ref_3", "ref_1"].map { WebhookReport(reference: $0, report: report) } }
            $0.report = { nil }
        }
        // Nobody else says that it was handed on.
        let webhook = Webhook(headers: [WebhookStage.handedOnFrom: "evt_0"], body: Array("{}".utf8))
        let answer = try await harness.intake.webhook(account: "stub-uk", token: "nobodys", webhook)
        #expect(answer.status == 200)
        let event = try #require(harness.store.with { $0.events.values.first })
        #expect(harness.store.with { $0.events.count } == 1 && event.order == orders[0].id)
        let decided = try await harness.webhook.decide(harness.claim(.event(event.id)), event, orders[0])
        let decision = try #require(decided.settled(on: orders[0])?.decision)
        #expect(decision.order?.id == orders[0].id && decision.effects.recorded.map(\.order) == [orders[1].id])
        #expect(decision.queued.contains { $0.work == .read(order: orders[2].id) })
    }

    @Test("One of an order that this host cannot read is to be sent again, for a host that can: it is not kept as one that nobody has")
    func sealedElsewhere() async throws {
        let harness = StageHarness()
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        harness.store.with {
            $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)]
            $0.missingKeys[order.id] = "8c01ffe2"
        }
        harness.provider.answer { $0.interpret = { [WebhookReport(reference: "ref_1", report: nil)] } }
        let answer = await refusal {
            _ = try await harness.intake.webhook(account: "stub-uk", token: "nobodys", Webhook(headers: [:], body: Array("{}".utf8)))
        }
        #expect(answer?.status == 503 && answer?.code == "key_missing")
        #expect(harness.store.with { $0.unknownRequests.isEmpty && $0.events.isEmpty })
    }

    @Test("What a host cannot read counts as left to be looked for: a restored store is not released over it but by force")
    func sealedLeft() async throws {
        let harness = StageHarness()
        let problem = Problem(code: Problem.held, message: "the store was restored", at: harness.now)
        harness.store.with {
            $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)]
            $0.states[.store] = OperatingState(.store, pause: OperatingState.Pause(problem: problem, actor: .system, backupAt: harness.now))
        }
        let order = harness.order { $0.record.lookedUpAt = harness.now }
        _ = harness.order(.uncertain)
        let before = try #require(try await harness.commands.reconciliation())
        #expect(before.left == 0 && before.uncertain == 1 && before.doubtful == 1)
        harness.store.with { $0.missingKeys[order.id] = "8c01ffe2" }
        #expect(try await harness.commands.reconciliation()?.left == 1)
        #expect(await refusal { try await harness.commands.release() }?.code == "not_reconciled")
    }

    @Test("What one names beyond what is looked at is said")
    func tooMany() async throws {
        let harness = StageHarness()
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)] }
        for (count, isSaid) in [(200, false), (203, true)] {
            harness.provider.answer { $0.interpret = { (0..<count).map { WebhookReport(reference: "ref_\($0)", report: nil) } } }
            let answer = try await harness.intake.webhook(account: "stub-uk", token: "nobodys", Webhook(headers: [:], body: Array("{}".utf8)))
            #expect(answer.status == 200)
            let lines = harness.log.lines.filter { $0.contains("webhook.requests_left_out") }
            #expect(lines.count == (isSaid ? 1 : 0) && lines.allSatisfy { $0.contains("count=3") && !$0.contains("ref_") }, "\(lines)")
        }
    }

    @Test("What is of somebody who was erased is answered, and kept nowhere")
    func erased() async throws {
        let harness = StageHarness()
        harness.store.with {
            $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)]
            $0.erasedReferences = ["ref_1"]
        }
        harness.provider.answer { $0.interpret = { [WebhookReport(reference: "ref_1", report: nil)] } }
        let answer = try await harness.intake.webhook(account: "stub-uk", token: "nobodys", Webhook(headers: [:], body: Array("{}".utf8)))
        #expect(answer.status == 200 && answer.json?["event"] == .null && harness.store.with { $0.events.isEmpty })
    }

    @Test("Once nothing of that time comes again, an unknown address is refused before its body is read, unless webhooks are all that is heard")
    func closed() async throws {
        for (capabilities, isTaken) in [
            (StageHarness.everything, false), (ProviderManifest.Capabilities(webhooks: true, signedWebhooks: true), true),
        ] {
            let harness = StageHarness(capabilities)
            harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now, closedAt: harness.now)] }
            let intake = harness.intake
            let refused = await refusal { try await intake.admit(account: "stub-uk", token: "nobodys") }
            #expect(refused?.status == (isTaken ? nil : 404))
        }
    }

    @Test("What could not be looked at for the moment is to be sent again; what cannot be understood is refused")
    func interrupted() async throws {
        let harness = StageHarness()
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)] }
        let intake = harness.intake
        func script(_ code: String) -> ProviderError {
            var error = ProviderError(.unreadable, "the script failed")
            error.script = RunFailure(code, "it failed", plugin: "stub", hook: "interpret")
            return error
        }
        let failures: [(any Error, Int)] = [
            (ProviderError(.unavailable, "no worker"), 503), (script("worker_killed"), 503), (CancellationError(), 503),
            (ProviderError(.unreadable, "not a word of it"), 404), (script("script_error"), 404),
        ]
        for (failure, status) in failures {
            harness.provider.answer { $0.interpret = { throw failure } }
            let refused = await refusal {
                _ = try await intake.webhook(account: "stub-uk", token: "nobodys", Webhook(headers: [:], body: Array("{}".utf8)))
            }
            #expect(refused?.status == status && (refused?.retryAfter != nil) == (status == 503), "\(failure)")
        }
    }

    @Test("A webhook that names an order's request and others notes the others as well")
    func several() async throws {
        let harness = StageHarness()
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now)] }
        let order = harness.order(.requested) { $0.providerRef = "ref_1" }
        harness.provider.answer { $0.interpret = { ["ref_0", "ref_1", "ref_2"].map { WebhookReport(reference: $0, report: nil) } } }
        let answer = try await harness.intake.webhook(account: "stub-uk", token: "nobodys", Webhook(headers: [:], body: Array("{}".utf8)))
        #expect(answer.status == 200 && harness.store.with { $0.events.values.map(\.order) } == [order.id])
        #expect(harness.store.with { Set($0.unknownRequests.map(\.reference)) } == ["ref_0", "ref_2"])
    }

    private func refusal(_ body: () async throws -> Void) async -> CommandError? {
        do { try await body() } catch { return error as? CommandError }
        return nil
    }
}

extension StageHarness {
    var intake: Intake {
        Intake(
            environment: environment,
            store: store,
            accounts: accounts,
            scripts: scripts,
            contacts: Contacts(environment.meters),
            erasedMarks: ErasedMarks(store: store, clock: clock),
            routeDeadline: .seconds(5)
        )
    }
}
