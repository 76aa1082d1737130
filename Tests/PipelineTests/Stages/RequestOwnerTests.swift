import CrashTesting
import Foundation
import Screening
import ScreeningTesting
import Stores
import Testing

@testable import Pipeline

/// A request that is found at the provider is adopted by itself only where no other order may have made it.
@Suite("Whose a request is that was found")
struct RequestOwnerTests {
    private let harness = StageHarness()

    private func finds(_ reference: String, _ subject: Report.Subject? = nil) {
        harness.provider.answer { $0.find = { Submission(reference: reference, subject: subject) } }
    }

    private func decide(_ order: Order) async throws -> StageResult {
        let present = harness.store.with { $0.orders[order.id] } ?? order
        return try await harness.submit.decide(harness.claim(.submit(order: order.id)), present)
    }

    private func wait(_ result: StageResult) -> Timestamp? { result.decision?.spent == false ? result.decision?.again : nil }

    /// What an order becomes, written.
    private func written(_ result: StageResult, _ order: Order) -> Order? {
        guard let next = result.settled(on: harness.store.with { $0.orders[order.id] } ?? order)?.decision.order else { return nil }
        harness.store.with { $0.orders[order.id] = next }
        return next
    }

    @Test("What another order of the same person may be making at this moment is not adopted; when that has its own, what is left is")
    func beingSent() async throws {
        let lost = harness.order(.submitting) { $0.record.sentAt = $0.createdAt + .seconds(-300) }
        var other = harness.order(.submitting) { $0.record.sentAt = $0.createdAt }
        finds("ref_1")
        #expect(try await wait(decide(lost)) == harness.now + .seconds(15))
        (other.status.state, other.providerRef) = (.requested, "ref_1")
        harness.store.with { [other] in $0.orders[other.id] = other }
        let uncertain = try #require(try await decide(lost).settled(on: lost)?.decision.order)
        #expect(uncertain.state == .uncertain && uncertain.providerRef == nil)
        other.providerRef = "ref_2"
        harness.store.with { [other] in $0.orders[other.id] = other }
        let adopted = try #require(try await decide(lost).settled(on: lost)?.decision.order)
        #expect(adopted.state == .requested && adopted.providerRef == "ref_1")
    }

    @Test(
        "One that is sealed with a key that is not here may be making it, or have it: nothing is adopted, and it waits for a host that has the key",
        arguments: [nil, "ref_1"]
    )
    func sealedElsewhere(_ reference: String?) async throws {
        let lost = harness.order(.submitting) { $0.record.sentAt = $0.createdAt + .seconds(-300) }
        let other = harness.order(reference == nil ? .submitting : .requested) { $0.providerRef = reference }
        harness.store.with { $0.missingKeys[other.id] = "8c01ffe2" }
        finds("ref_1")
        await #expect(throws: StoreError.keyMissing("8c01ffe2")) { _ = try await decide(lost) }
        if reference != nil {
            await #expect(throws: StoreError.keyMissing("8c01ffe2")) { _ = try await harness.accounts.isFree("ref_1", for: lost) }
        }
        await harness.executor.work(on: harness.claim(.submit(order: lost.id)))
        let last = try #require(harness.store.with { $0.committed.last?.decision })
        #expect(last.effects.isEmpty && last.spent == false && last.again.map { $0 >= harness.now + .seconds(10) } == true)
        let order = try #require(harness.store.with { $0.orders[lost.id] })
        #expect(order.state == .submitting && order.providerRef == nil)
    }

    @Test("Two lost orders of one person wait for each other for two minutes, then both are left to a person, each with the other named")
    func twoLost() async throws {
        let one = harness.order(.submitting) { $0.record.sentAt = $0.createdAt }
        let other = harness.order(.submitting) { $0.record.sentAt = $0.createdAt }
        finds("ref_1")
        var waits = 0
        while waits < 20, let again = try await wait(decide(one)) {
            #expect(try await wait(decide(other)) == again)
            harness.clock.advance(by: again - harness.now)
            waits += 1
        }
        #expect(waits == 8)
        for (order, rival) in [(one, other), (other, one)] {
            let next = try #require(try await written(decide(order), order))
            #expect(next.state == .uncertain && next.providerRef == nil)
            let message = next.status.problem?.message ?? ""
            #expect(message.contains(rival.id) && message.contains("ref_1") && !message.contains("Ana"))
        }
    }

    @Test("What an uncertain order may have made waits for nobody")
    func uncertainRival() async throws {
        let rival = harness.order(.uncertain)
        let lost = harness.order(.submitting) { $0.record.sentAt = $0.createdAt }
        finds("ref_1")
        let next = try #require(try await decide(lost).settled(on: lost)?.decision.order)
        #expect(next.state == .uncertain && next.status.problem?.message.contains(rival.id) == true)
    }

    @Test(
        "What an order may have made that a person gave up, or had sent again, is not adopted for another of the same person",
        arguments: [true, false]
    )
    func lostForGood(isGivenUp: Bool) async throws {
        let rival = harness.order(isGivenUp ? .failed : .requested) {
            if isGivenUp {
                $0.status.problem = Problem(code: Problem.abandoned, message: "given up by a person", at: $0.createdAt)
            } else {
                $0.record.hasLostAnswer = true
                $0.providerRef = "ref_9"
            }
        }
        let lost = harness.order(.submitting) { $0.record.sentAt = $0.createdAt }
        finds("ref_1")
        let next = try #require(try await decide(lost).settled(on: lost)?.decision.order)
        #expect(next.state == .uncertain && next.providerRef == nil && next.status.problem?.message.contains(rival.id) == true)
    }

    @Test("Our own reference decides, and nothing waits: it is the order's, or surely not")
    func ownReference() async throws {
        let one = harness.order(.submitting)
        let other = harness.order(.submitting)
        finds("ref_1", Report.Subject(firstName: nil, lastName: nil, email: nil, reference: one.id))
        let adopted = try #require(try await decide(one).settled(on: one)?.decision.order)
        #expect(adopted.providerRef == "ref_1")
        let not = try #require(try await decide(other).settled(on: other)?.decision.order)
        #expect(not.state == .uncertain && not.providerRef == nil)
    }

    @Test("An account that is searched by our own reference waits for nobody, and one that is searched by package for no other package")
    func searchedBy() async throws {
        func harness(_ find: JSON) -> StageHarness {
            let harness = StageHarness()
            var account = harness.account.account
            account.wire = ["find": find]
            harness.registry.replace(
                connections: harness.registry.connections,
                accounts: [ProviderAccount(account: account, provider: harness.provider)]
            )
            harness.provider.answer { $0.find = { Submission(reference: "ref_1") } }
            return harness
        }
        let byReference = harness(["by": "reference", "value": "${order.id}"])
        let byPackage = harness(["match": ["candidate.email": "${order.candidate.email}", "package": "${order.package}"]])
        let byPerson = harness(["by": "candidate.email"])
        for (harness, isAdopted) in [(byReference, true), (byPackage, true), (byPerson, false)] {
            let lost = harness.order(.submitting)
            _ = harness.order(.submitting) { $0.package = "pkg_2" }
            let result = try await harness.submit.decide(harness.claim(.submit(order: lost.id)), lost)
            #expect((result.settled(on: lost)?.decision.order?.providerRef == "ref_1") == isAdopted)
        }
    }

    @Test("Orders of other people, of other accounts and those that were surely not sent do not matter, whatever a list says of names")
    func others() async throws {
        _ = harness.order(.submitting) {
            $0.candidate = Candidate(firstName: "Bo", lastName: "Roe", email: "bo@example.test", phone: "+441632960001")
        }
        _ = harness.order(.accepted)
        _ = harness.order(.failed)
        let lost = harness.order(.submitting)
        finds("ref_1")
        #expect(try await decide(lost).settled(on: lost)?.decision.order?.providerRef == "ref_1")
        // It says that it is somebody else's.
        finds("ref_1", Report.Subject(firstName: "Ana", lastName: "Roe", email: "other@example.test", reference: nil))
        #expect(try await decide(lost).settled(on: lost)?.decision.order?.state == .uncertain)
    }

    @Test("Of two orders of one person that may have been sent before a restore neither adopts the one request that is there")
    func restored() async throws {
        let one = harness.order()
        let other = harness.order()
        harness.clock.advance(by: .seconds(10))
        harness.store.with { $0.restores = [Restore(restoredAt: harness.now, backupAt: harness.now + .seconds(-3600))] }
        harness.clock.advance(by: .seconds(60))
        finds("ref_1")
        for order in [one, other] { #expect(try await wait(decide(order)) != nil) }
        harness.clock.advance(by: .seconds(60))
        for (order, rival) in [(one, other), (other, one)] {
            let next = try #require(try await written(decide(order), order))
            #expect(next.state == .uncertain && next.providerRef == nil && next.status.problem?.message.contains(rival.id) == true)
        }
    }
}

/// The same on the stores, which find those other orders.
@Suite("Whose a request is, on both stores", .serialized)
struct StoredRequestOwnerTests {
    enum Kind: String, CaseIterable, Sendable { case sqlite, postgres }

    @Test("Two lost orders of one person, with a crash in between: neither adopts the request, and both end with a person", arguments: Kind.allCases)
    func twoLost(_ kind: Kind) async throws {
        let harness = StageHarness()
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-owner-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = kind == .sqlite ? "sqlite:store.db" : try await PostgresServer.shared.value.newDatabase()
        harness.provider.answer { $0.find = { Submission(reference: "ref_1") } }

        var store = try await StoreURL.open(url, relativeTo: folder.path, clock: harness.clock, random: SystemRandom())
        var lost: [String] = []
        // Enough others, that a look at a first page would not do.
        for number in 0..<230 {
            var order = harness.order()
            if number > 1 {
                order.candidate = Candidate(
                    firstName: "Bo",
                    lastName: "Roe",
                    email: "bo\(number)@example.test",
                    phone: "+44163296\(1000 + number)"
                )
            }
            _ = try await store.place(order)
            guard number != 100 else { continue }
            var sent = order
            (sent.version, sent.status.state, sent.record.sentAt) = (2, .submitting, harness.now)
            try await store.perform([.order(sent)])
            if number < 2 { lost.append(order.id) }
        }
        func decide(_ id: String) async throws -> StageResult {
            let accounts = AccountService(
                environment: harness.environment,
                store: store,
                transport: ScriptedTransport(),
                publicURL: nil,
                breakers: Breakers()
            )
            let mapping = RequestMapping(environment: harness.environment, store: store, hooks: harness.hooks, accounts: accounts)
            let stage = SubmitStage(environment: harness.environment, accounts: accounts, mapping: mapping, retries: harness.retries)
            let order = try #require(try await store.order(id))
            return try await stage.decide(harness.claim(.submit(order: id)), order)
        }
        for id in lost { #expect(try await decide(id).decision?.again != nil) }
        harness.clock.advance(by: .seconds(60))
        await store.close()
        store = try await StoreURL.open(url, relativeTo: folder.path, clock: harness.clock, random: SystemRandom())
        for id in lost { #expect(try await decide(id).decision?.again != nil) }
        harness.clock.advance(by: .seconds(61))
        for id in lost {
            let present = try #require(try await store.order(id))
            let decision = try #require(try await decide(id).settled(on: present)?.decision)
            try await store.perform(decision.effects)
        }
        for (id, rival) in zip(lost, lost.reversed()) {
            let end = try #require(try await store.order(id))
            #expect(end.state == .uncertain && end.providerRef == nil && end.status.problem?.message.contains(rival) == true)
        }
        await store.close()
    }
}
