import CrashTesting
import Foundation
import Screening
import ScreeningTesting
import Simulators
import Stores
import Testing

@testable import Pipeline

/// Orders that may have been sent in the time between a backup and its restore.
@Suite("Orders of a restored store") struct RestoredOrderTests {
    private let harness = StageHarness()

    /// A restore that is long enough ago for lists to be believed, from a backup of an hour before.
    private func restored(closed: Bool = false) -> Restore {
        let restore = Restore(
            restoredAt: harness.now,
            backupAt: harness.now + .seconds(-3600),
            closedAt: closed ? harness.now : nil
        )
        harness.store.with { $0.restores = [restore] }
        harness.clock.advance(by: .seconds(60))
        return restore
    }

    /// What is found at the provider, of the package that was ordered.
    private func finds(_ reference: String, package: String? = "pkg_1", named: String? = nil, email: String? = nil, in harness: StageHarness? = nil) {
        let subject = Report.Subject(firstName: nil, lastName: nil, email: email, reference: named, package: package)
        (harness ?? self.harness).provider.answer { $0.find = { Submission(reference: reference, subject: subject) } }
    }

    private func decide(_ order: Order) async throws -> StageResult {
        try await harness.submit.decide(harness.claim(.submit(order: order.id)), order)
    }

    @Test("One of the backup that its provider has is adopted, and is not sent") func adopted() async throws {
        let order = harness.order()
        harness.clock.advance(by: .seconds(10))
        _ = restored()
        finds("ref_9")
        let result = try await decide(order)
        let decision = try #require(result.settled(on: order)?.decision)
        #expect(decision.order?.providerRef == "ref_9" && decision.order?.state == .requested && harness.provider.calls == ["find"])
        // What its provider said meanwhile went to an address that this store does not know.
        #expect(decision.queued.last { $0.work == .read(order: order.id) }?.due == harness.now)
    }

    @Test("What is the same person's may be of another application, whose order the restore lost: it is adopted only where it shows that it is not")
    func otherApplication() async throws {
        let order = harness.order()
        harness.clock.advance(by: .seconds(10))
        _ = restored()
        // Nothing but the address; another package; another reference than this order's.
        let doubtful: [(package: String?, named: String?, says: String)] = [
            (nil, nil, "nothing says for which package or application"), ("pkg_2", nil, "its package is not this order's"),
            (order.package, "ord_0lost", "another reference"), (order.package, "job-7", "another reference"),
        ]
        for (package, named, says) in doubtful {
            finds("ref_9", package: package, named: named, email: order.candidate.email.value)
            let next = try #require(try await decide(order).settled(on: order)?.decision.order)
            let message = next.status.problem?.message ?? ""
            #expect(next.state == .uncertain && next.providerRef == nil && message.contains("ref_9") && message.contains(says), "\(message)")
            #expect(!message.contains("ana@"))
        }
        // Whoever was ordered before the restore had another identifier of ours.
        harness.store.with { $0.orders[order.id] = nil }
        let delivered = harness.order()
        for (package, named, isAdopted) in [
            (nil, nil, false), ("pkg_2", nil, false), ("pkg_1", "ord_0lost", true), (nil, delivered.externalID, true),
        ] {
            finds("ref_9", package: package, named: named)
            let next = try #require(try await decide(delivered).settled(on: delivered)?.decision.order)
            #expect(next.state == (isAdopted ? .requested : .uncertain) && (next.providerRef == "ref_9") == isAdopted)
        }
    }

    @Test("The same holds for what was being sent when the backup was made, and not for what was looked for since")
    func beingSent() async throws {
        let order = harness.order(.submitting) { $0.record.sentAt = $0.createdAt }
        harness.clock.advance(by: .seconds(10))
        let restore = restored()
        finds("ref_9", package: nil, email: order.candidate.email.value)
        let doubt = try #require(try await decide(order).settled(on: order)?.decision.order)
        #expect(doubt.state == .uncertain && doubt.status.problem?.message.contains("ref_9") == true)
        let later = harness.order(.submitting) { $0.record.lookedUpAt = restore.restoredAt + .seconds(1) }
        harness.store.with { $0.orders[order.id] = nil }
        #expect(try await decide(later).settled(on: later)?.decision.order?.providerRef == "ref_9")
    }

    @Test("One of the backup that its provider does not have is sent afterwards, and looked for once") func notThere() async throws {
        let order = harness.order()
        harness.clock.advance(by: .seconds(10))
        _ = restored()
        let decision = try #require(try await decide(order).settled(on: order)?.decision)
        let next = try #require(decision.order)
        #expect(next.state == .accepted && next.record.lookedUpAt == harness.now && decision.spent == false)
        let sent = try await decide(next)
        #expect(sent.first?.order?.state == .submitting && harness.provider.calls == ["find"])
    }

    @Test("It is looked for while the store is held, and sent only when it is released") func held() async throws {
        let order = harness.order()
        harness.clock.advance(by: .seconds(10))
        _ = restored()
        let hold = OperatingState.Pause(problem: Problem(code: Problem.held, message: "held", at: harness.now), actor: .system, backupAt: harness.now)
        harness.store.with { $0.states[.store] = OperatingState(.store, pause: hold) }
        let next = try #require(try await decide(order).settled(on: order)?.decision.order)
        #expect(next.record.lookedUpAt != nil)
        let waits = try await decide(next)
        #expect(waits.decision?.again != nil && waits.first == nil && harness.provider.calls == ["find"])
    }

    @Test("Where the provider cannot be asked nobody knows, and nothing is sent") func unasked() async throws {
        let harness = StageHarness(ProviderManifest.Capabilities(report: true))
        let order = harness.order()
        harness.clock.advance(by: .seconds(10))
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now + .seconds(-3600))] }
        let decision = try #require(try await harness.submit.decide(harness.claim(.submit(order: order.id)), order).settled(on: order)?.decision)
        #expect(decision.order?.state == .uncertain && decision.order?.status.problem?.code == "uncertain" && harness.provider.calls.isEmpty)
    }

    @Test("What matches it and seems older may be it: it is not sent, and says what to look at; what other orders have is no such thing")
    func older() async throws {
        let order = harness.order()
        harness.clock.advance(by: .seconds(10))
        _ = restored()
        harness.provider.answer {
            $0.find = {
                var error = ProviderError(.unreadable, "it seems older")
                error.matches = ["ref_5", "ref_6"]
                throw error
            }
        }
        let doubt = try #require(try await decide(order).settled(on: order)?.decision.order)
        #expect(doubt.state == .uncertain && doubt.status.problem?.message.contains("ref_5, ref_6") == true)
        for reference in ["ref_5", "ref_6"] {
            let other = harness.order(.requested)
            harness.store.with { $0.orders[other.id]?.providerRef = reference }
        }
        let next = try #require(try await decide(order).settled(on: order)?.decision.order)
        #expect(next.state == .accepted && next.record.lookedUpAt == harness.now)
    }

    @Test("A new order is looked for as well, for its application may have been ordered; not found proves nothing of another's identifier")
    func delivered() async throws {
        _ = restored()
        let order = harness.order()
        let unsure = try #require(try await decide(order).settled(on: order)?.decision)
        #expect(unsure.order?.state == .uncertain && harness.provider.calls == ["find"])
        finds("ref_9")
        let found = try #require(try await decide(order).settled(on: order)?.decision)
        #expect(found.order?.providerRef == "ref_9")
    }

    @Test("What happened after the restore may be of an application that was ordered before it: it is not sent where the provider cannot be asked")
    func laterWord() async throws {
        let harness = StageHarness(ProviderManifest.Capabilities(report: true))
        let restore = Restore(restoredAt: harness.now, backupAt: harness.now + .seconds(-3600))
        harness.store.with { $0.restores = [restore] }
        harness.clock.advance(by: .seconds(60))
        let order = harness.order()
        func decide() async throws -> StageResult { try await harness.submit.decide(harness.claim(.submit(order: order.id)), order) }
        for occurredAt in [nil, restore.restoredAt + .seconds(-1), restore.restoredAt + .seconds(1)] {
            harness.store.with { $0.asked[order.id] = [Occurrence(occurredAt: occurredAt, receivedAt: harness.now)] }
            #expect(try await decide().settled(on: order)?.decision.order?.state == .uncertain)
        }
    }

    @Test("After somebody said that nothing comes again, and after a week, new orders are sent at once") func over() async throws {
        _ = restored(closed: true)
        #expect(try await decide(harness.order()).first?.order?.state == .submitting)
        let later = StageHarness()
        later.store.with { $0.restores = [Restore(restoredAt: later.now, backupAt: later.now + .seconds(-3600))] }
        later.clock.advance(by: .seconds(8 * 86_400))
        let order = later.order()
        #expect(try await later.submit.decide(later.claim(.submit(order: order.id)), order).first?.order?.state == .submitting)
    }

    @Test("While the provider has requests that no order here has, new orders of its account are looked for, however late")
    func unknown() async throws {
        let harness = StageHarness()
        finds("ref_1", in: harness)
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now + .seconds(-3600))] }
        harness.clock.advance(by: .seconds(8 * 86_400))
        let request = UnknownRequest(account: "stub-uk", reference: "ref_1", firstAt: harness.now, lastAt: harness.now, count: 1)
        harness.store.with { $0.unknownRequests = [request] }
        let order = harness.order()
        let adopted = try await harness.submit.decide(harness.claim(.submit(order: order.id)), order).settled(on: order)?.decision.order
        #expect(adopted?.providerRef == "ref_1")
    }

    @Test("A provider that does not answer is asked again; after an hour a person has to decide") func patience() async throws {
        let order = harness.order()
        harness.clock.advance(by: .seconds(10))
        _ = restored()
        harness.provider.answer { $0.find = { throw ProviderError(.unavailable, "down") } }
        #expect(try await decide(order).decision?.again != nil)
        harness.clock.advance(by: .seconds(7200))
        #expect(try await decide(order).settled(on: order)?.decision.order?.state == .uncertain)
    }
}

/// A backup, fifty orders, a restore: nobody is ordered twice.
@Suite("Restoring under a running pipeline", .serialized) struct RestoredPipelineTests {
    enum Kind: String, CaseIterable, Sendable { case sqlite, postgres }

    @Test("After a restore everything that was ordered comes again, and no second order is made", arguments: Kind.allCases)
    func noSecondOrder(_ kind: Kind) async throws {
        let url = kind == .sqlite ? "sqlite:store.db" : try await PostgresServer.shared.value.newDatabase()
        let external = ExternalSystems(pace: nil)
        let harness = try await PipelineHarness(external: external, storeURL: url)
        let known = try await harness.place("application-known")
        #expect(try await harness.order(known.id, in: .requested, within: 40) != nil)
        // Accepted, and not sent yet, when the backup is made.
        try await harness.commands.pause(account: "zinc")
        let waiting = try await harness.place("application-waiting")
        let file = harness.folder.appending(path: "backup").path
        _ = try await StoreBackup.make(
            of: url,
            relativeTo: harness.folder.path,
            at: file,
            keys: [],
            version: "test",
            now: SystemClock().now()
        )
        try await harness.commands.resume(account: "zinc")
        for number in 0..<50 { _ = try await harness.place("application-\(number)") }
        #expect(try await eventually(within: 60) { external.site.zinc.requests.count == 52 ? true : nil } == true)
        #expect(try await harness.order(waiting.id, in: .requested, within: 40) != nil)
        await harness.stop()

        _ = try await StoreRestore.restore(
            file,
            keysPath: nil,
            into: url,
            relativeTo: harness.folder.path,
            keys: [],
            replacing: true,
            now: SystemClock().now()
        )
        // Killed and started again while it is held, and after.
        for isReleased in [false, true] {
            let again = try await PipelineHarness(folder: harness.folder, external: external, storeURL: url)
            if !isReleased { #expect(try await again.commands.presentHold()?.reason == .restored) }
            let orders = try await (0..<50).asyncMap { try await again.place("application-\($0)") }
            _ = try await again.place("application-known")
            #expect(try await again.order(waiting.id, in: .uncertain, within: 40) != nil)
            for order in orders { #expect(try await again.order(order.id, in: .uncertain, within: 60) != nil) }
            #expect(try await eventually(within: 40) { try await again.commands.reconciliation()?.isFinished ?? true ? true : nil } == true)
            try await again.commands.release()
            #expect(external.site.zinc.requests.count == 52)
            await again.stop()
        }
        external.end()
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
