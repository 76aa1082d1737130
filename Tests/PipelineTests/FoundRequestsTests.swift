import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What a person chooses from where nobody knows which request is an order's own.
@Suite("An uncertain order's requests at the provider")
struct FoundRequestsTests {
    private let harness = StageHarness(FoundRequestsTests.capabilities)
    private static let capabilities = ProviderManifest.Capabilities(packages: true, report: true, webhooks: true, requests: true)

    private func refusal(_ body: () async throws -> Void) async -> CommandError? {
        do {
            try await body()
            return nil
        } catch { return error as? CommandError }
    }

    private func list(_ requests: [ListedRequest]) { harness.provider.answer { $0.requests = { requests } } }

    private func request(
        _ reference: String,
        email: String? = nil,
        name: (String, String)? = nil,
        phone: String? = nil,
        order: String? = nil,
        check: String? = nil,
        at: Timestamp? = nil
    )
        -> ListedRequest
    {
        let subject = Report.Subject(firstName: name?.0, lastName: name?.1, email: email, phone: phone, reference: order)
        let report = check.map { Report(status: .recognised(.inProgress), checks: [Check(name: $0, type: nil, status: "pending")]) }
        return ListedRequest(reference: reference, createdAt: at, report: report, subject: subject.isEmpty ? nil : subject)
    }

    @Test("They are compared field by field: somebody else's are left out, the likely ones come first")
    func agreement() async throws {
        let order = harness.order(.uncertain)
        let other = harness.order(.requested)
        list([
            request("silent"), request("named", check: "Address check for ANA Roe"), request("phone", phone: "01632 960000"),
            request("theirs", email: "eve@example.test", name: ("Ana", "Roe")), request("own", order: order.id),
            request("foreign", email: "ana@example.test", order: other.id),
            request("mail", email: " Ana@Example.test ", name: ("Aná", "Rôe"), phone: "+44 1632 960001"),
        ])
        let found = try await harness.commands.candidates(order: order.id)
        #expect(found.requests.map(\.reference) == ["mail", "own", "phone", "named", "silent"] && found.isComplete)
        let mail = try #require(found.requests.first?.agreement)
        #expect(mail.email == .same && mail.name == .same && mail.phone == .different && mail.reference == .unknown && mail.verdict == .likely)
        // What a check is called says nothing of whose it is.
        #expect(found.requests.suffix(2).allSatisfy { $0.agreement.verdict == .unknown && $0.agreement.name == .unknown })
    }

    @Test("After a restore the request of an order that is gone is found by whose it is, and not ordered again")
    func lostOrder() async throws {
        let order = harness.order(.uncertain)
        list([request("eve", email: "eve@example.test", order: "ord_lost1"), request("ana", email: "ana@example.test", order: "ord_lost2")])
        #expect(try await harness.commands.candidates(order: order.id).requests.map(\.reference) == ["ana"])
        let refused = await refusal { _ = try await harness.commands.resolve(order: order.id, .resubmit) }
        #expect(refused?.code == "found_at_provider" && refused?.detail.contains("ana") == true)
    }

    @Test("What another order has is not offered, also where it came to it after the provider was asked")
    func held() async throws {
        let order = harness.order(.uncertain)
        let other = harness.order(.uncertain)
        _ = harness.order(.requested) { $0.providerRef = "taken" }
        list([request("taken"), request("free"), request("last")])
        #expect(try await harness.commands.candidates(order: order.id).requests.map(\.reference) == ["last", "free"])
        harness.provider.answer { $0.report = { Report(status: .recognised(.requested)) } }
        _ = try await harness.commands.resolve(order: other.id, .adopt(providerRef: "free"))
        #expect(try await harness.commands.candidates(order: order.id).requests.map(\.reference) == ["last"])
        #expect(harness.provider.calls.filter { $0 == "requests" }.count == 1)
        let refused = await refusal { _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "free")) }
        #expect(refused?.code == "other_candidate" && refused?.detail.contains(other.id) == true)
    }

    @Test("The provider is asked once a minute for an order, within the budget; an open page asks nobody")
    func budget() async throws {
        let order = harness.order(.uncertain)
        list([request("one")])
        #expect(await refusal { _ = try await harness.commands.candidates(order: order.id, patience: .zero) }?.code == "being_asked")
        #expect(harness.provider.calls.isEmpty)
        for _ in 0..<3 { _ = try await harness.commands.candidates(order: order.id) }
        #expect(harness.provider.calls == ["requests"])
        harness.clock.advance(by: .seconds(120))
        #expect(try await harness.commands.candidates(order: order.id, patience: .zero).requests.count == 1)
        #expect(harness.provider.calls == ["requests"])
        _ = try await harness.commands.candidates(order: order.id)
        #expect(harness.provider.calls == ["requests", "requests"])
        harness.clock.advance(by: .seconds(61))
        harness.store.with { $0.grants[harness.account.budget] = Grant(count: 0, next: nil) }
        #expect(await refusal { _ = try await harness.commands.candidates(order: order.id) }?.code == "rate_limited")
    }

    @Test("Nothing is asked while the account is paused, nor for an order that is settled, nor where nothing can be listed")
    func refusals() async throws {
        let order = harness.order(.requested)
        #expect(await refusal { _ = try await harness.commands.candidates(order: order.id) }?.code == "not_uncertain")
        let uncertain = harness.order(.uncertain)
        let problem = Problem(code: "paused", message: "by a person", at: harness.now)
        let subject = OperatingState.Subject.account("stub-uk")
        harness.store.with { $0.states[subject] = OperatingState(subject, pause: OperatingState.Pause(problem: problem, actor: .system)) }
        #expect(await refusal { _ = try await harness.commands.candidates(order: uncertain.id) }?.code == "paused")
        #expect(harness.provider.calls.isEmpty)
        let silent = StageHarness(.init(report: true))
        let other = silent.order(.uncertain)
        #expect(await refusal { _ = try await silent.commands.candidates(order: other.id) }?.code == "unsupported")
        harness.store.with { $0.states[subject] = nil }
        harness.clock.advance(by: .seconds(5))
        harness.provider.answer { $0.requests = { throw ProviderError(.unavailable, "away", status: 503) } }
        #expect(await refusal { _ = try await harness.commands.candidates(order: uncertain.id) }?.status == 503)
    }

    @Test("A provider that finds by reference offers what it finds")
    func finding() async throws {
        let harness = StageHarness(.init(report: true, find: true))
        let order = harness.order(.uncertain)
        harness.provider.answer { $0.find = { Submission(reference: "ref_5") } }
        let found = try await harness.commands.candidates(order: order.id)
        #expect(found.requests.map(\.reference) == ["ref_5"] && found.requests.first?.agreement.verdict == .likely)
    }

    @Test("Nothing is decided on a page that is out of date")
    func stale() async throws {
        let order = harness.order(.uncertain)
        let seen = order.updatedAt
        harness.clock.advance(by: .seconds(30))
        // A colleague has sent it again meanwhile, and its answer was lost once more.
        harness.store.with {
            $0.orders[order.id]?.version += 1
            $0.orders[order.id]?.updatedAt = harness.now
        }
        for resolution in [Resolution.resubmit, .abandon, .adopt(providerRef: "ref_1")] {
            let refused = await refusal { _ = try await harness.commands.resolve(order: order.id, resolution, seenAt: seen) }
            #expect(refused?.status == 409 && refused?.code == "changed")
        }
        #expect(harness.store.with { $0.orders[order.id]?.state } == .uncertain)
        #expect(try await harness.commands.resolve(order: order.id, .resubmit, seenAt: harness.now).state == .accepted)
    }

    @Test("An order is not sent again while the provider lists a request that agrees with it, unless that is forced")
    func sentTwice() async throws {
        let order = harness.order(.uncertain)
        list([request("mail", email: "ana@example.test")])
        let refused = await refusal { _ = try await harness.commands.resolve(order: order.id, .resubmit) }
        #expect(refused?.status == 409 && refused?.code == "found_at_provider" && refused?.detail.contains("mail") == true)
        #expect(harness.store.with { $0.orders[order.id]?.state } == .uncertain)
        #expect(try await harness.commands.resolve(order: order.id, .resubmit, isForced: true).state == .accepted)
    }

    @Test("The provider is asked anew before an order is sent again: a list of a moment ago does not do")
    func listedMeanwhile() async throws {
        let order = harness.order(.uncertain)
        list([])
        #expect(try await harness.commands.candidates(order: order.id).requests.isEmpty)
        harness.clock.advance(by: .seconds(38))
        // It is asked whatever the budget says: a second screening is worse than one read too many.
        harness.store.with { $0.grants[harness.account.budget] = Grant(count: 0, next: nil) }
        list([request("mail", email: "ana@example.test")])
        #expect(await refusal { _ = try await harness.commands.resolve(order: order.id, .resubmit) }?.code == "found_at_provider")
        #expect(harness.store.with { $0.orders[order.id]?.state } == .uncertain)
    }

    @Test("A provider that only finds is asked before an order is sent again, too")
    func foundBefore() async throws {
        let harness = StageHarness(.init(report: true, find: true))
        let order = harness.order(.uncertain)
        harness.provider.answer { $0.find = { Submission(reference: "ref_5") } }
        #expect(await refusal { _ = try await harness.commands.resolve(order: order.id, .resubmit) }?.code == "found_at_provider")
        harness.provider.answer { $0.find = { nil } }
        #expect(try await harness.commands.resolve(order: order.id, .resubmit).state == .accepted)
    }

    @Test("A request that is older than the order by a slow clock is shown, and stands in the way of sending again")
    func slowClock() async throws {
        let order = harness.order(.uncertain)
        list([request("slow", email: "ana@example.test", at: order.createdAt + .seconds(-600))])
        let found = try await harness.commands.candidates(order: order.id)
        #expect(found.requests.map(\.agreement.verdict) == [.unknown] && found.requests.first?.agreement.email == .same)
        #expect(await refusal { _ = try await harness.commands.resolve(order: order.id, .resubmit) }?.code == "found_at_provider")
    }

    @Test("A provider that lists nothing of people leaves sending again to the person")
    func personsWord() async throws {
        let order = harness.order(.uncertain)
        list([request("silent")])
        #expect(try await harness.commands.resolve(order: order.id, .resubmit).state == .accepted)
        let silent = StageHarness(.init(report: true))
        #expect(try await silent.commands.resolve(order: silent.order(.uncertain).id, .resubmit).state == .accepted)
    }

    @Test("Where the provider cannot be asked, nothing is sent again, unless that is forced", arguments: [true, false])
    func unasked(_ isPaused: Bool) async throws {
        let order = harness.order(.uncertain)
        list([])
        _ = try await harness.commands.candidates(order: order.id)
        harness.clock.advance(by: .seconds(10))
        if isPaused {
            let problem = Problem(code: "paused", message: "by a person", at: harness.now)
            let subject = OperatingState.Subject.account("stub-uk")
            harness.store.with { $0.states[subject] = OperatingState(subject, pause: OperatingState.Pause(problem: problem, actor: .system)) }
        } else {
            harness.provider.answer { $0.requests = { throw ProviderError(.unavailable, "away", status: 503) } }
        }
        let refused = await refusal { _ = try await harness.commands.resolve(order: order.id, .resubmit) }
        #expect(refused?.status == 409 && refused?.code == "not_asked" && refused?.detail.contains("could not be asked") == true)
        #expect(harness.store.with { $0.orders[order.id]?.state } == .uncertain)
        #expect(try await harness.commands.resolve(order: order.id, .resubmit, isForced: true).state == .accepted)
    }

    @Test("Of two people who adopt one request for two orders at the same moment nobody keeps what another has")
    func atTheSameMoment() async throws {
        let (one, other) = (harness.order(.uncertain), harness.order(.uncertain))
        let store = harness.store
        harness.provider.answer {
            $0.report = {
                // While the provider is asked for the one, the other is adopted.
                store.with {
                    $0.orders[other.id]?.providerRef = "ref_3"
                    $0.orders[other.id]?.status.state = .requested
                }
                return Report(status: .recognised(.requested))
            }
        }
        let refused = await refusal { _ = try await harness.commands.resolve(order: one.id, .adopt(providerRef: "ref_3")) }
        #expect(refused?.code == "other_candidate" && refused?.detail.contains(other.id) == true)
        let present = store.with { $0.orders[one.id] }
        #expect(present?.state == .uncertain && present?.providerRef == nil)
        #expect(store.with { $0.orders[other.id]?.providerRef } == "ref_3")
    }

    @Test("Who sees some connections only is offered what agrees, and adopts nothing that may be another's, by force neither")
    func restricted() async throws {
        let order = harness.order(.uncertain)
        list([request("silent"), request("mail", email: "ana@example.test")])
        let found = try await harness.commands.candidates(order: order.id, isRestricted: true)
        #expect(found.requests.map(\.reference) == ["mail"] && !found.isComplete)
        #expect(try await harness.commands.candidates(order: order.id).requests.count == 2)
        harness.provider.answer { $0.report = { Report(status: .recognised(.requested)) } }
        for force in [false, true] {
            let refused = await refusal {
                _ = try await harness.commands.resolve(order: order.id, .adopt(providerRef: "silent", force: force), isRestricted: true)
            }
            #expect(refused?.status == 422 && refused?.code == "unconfirmed" && refused?.detail.contains("whoever sees all connections") == true)
        }
        harness.provider.answer {
            let subject = Report.Subject(firstName: nil, lastName: nil, email: "ana@example.test", reference: nil)
            $0.report = { Report(status: .recognised(.requested), subject: subject) }
        }
        #expect(try await harness.commands.resolve(order: order.id, .adopt(providerRef: "mail"), isRestricted: true).state == .requested)
    }

    @Test("Where other connections order from the account, what nobody names is not offered")
    func shared() async throws {
        let order = harness.order(.uncertain)
        list([request("silent"), request("mail", email: "ana@example.test")])
        let both = ["acme", "another"].map { StageHarness.connection($0, hooks: []) }
        harness.registry.replace(connections: both, accounts: harness.registry.accounts)
        let found = try await harness.commands.candidates(order: order.id)
        #expect(found.requests.map(\.reference) == ["mail"] && !found.isComplete)
    }

    @Test("A long list is cut, and says so")
    func long() async throws {
        let order = harness.order(.uncertain)
        list((0..<300).map { request("ref_\($0)") })
        let found = try await harness.commands.candidates(order: order.id)
        #expect(found.requests.count == 25 && !found.isComplete && found.requests.first?.reference == "ref_299")
    }
}
