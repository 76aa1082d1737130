import Pipeline
import Screening
import Simulators
import Synchronization
import Testing

/// A store that is lost at the moment it writes, and does not say whether it has.
@Suite("Commits with an unknown result") struct DoubtTests {
    @Test("An order whose commit had an unknown result is sent exactly once when the store is back")
    func anOrderThatWasNotSentForAStoreInDoubtIsSentOnceItIsBack() async throws {
        let doubts = Mutex(2)
        let harness = try await PipelineHarness { effects in
            guard effects.beginSending else { return }
            try doubts.withLock { doubts in
                doubts -= 1
                if doubts >= 0 { throw StoreError.unknown("the connection was lost") }
            }
        }
        let order = try await harness.place("application-doubt")
        #expect(try await harness.order(order.id, in: .requested) != nil)
        #expect(harness.site.zinc.requests.count == 1)
        let notified = try await eventually {
            harness.notifiedStates(of: "application-doubt").isEmpty ? nil : harness.notifiedStates(of: "application-doubt")
        }
        #expect(notified == ["requested"])
        await harness.stop()
    }

    @Test("An order that never left is sent even if another replica has marked it uncertain meanwhile")
    func itIsSentAlsoWhereAnotherReplicaHasGivenItUpMeanwhile() async throws {
        let other = Mutex<(any Store)?>(nil)
        let harness = try await PipelineHarness { effects in
            guard effects.beginSending, let store = other.withLock({ $0 }) else { return }
            other.withLock { $0 = nil }
            for case .order(var order) in effects {
                // What a replica writes that took over the work: it finds `submitting`, and cannot know that nothing left.
                order.status.state = .uncertain
                order.version += 1
                try await store.perform([.order(order)])
            }
            throw StoreError.unknown("the connection was lost")
        }
        other.withLock { $0 = harness.context.store }
        let order = try await harness.place("application-taken-over")
        #expect(try await harness.order(order.id, in: .requested) != nil)
        #expect(harness.site.zinc.requests.count == 1)
        await harness.stop()
    }

    @Test("After an order is submitted again, the next update names the last notified state as the previous one")
    func whatTheATSHeardBeforeAnOrderWasSentAgainIsThePreviousState() async throws {
        let harness = try await PipelineHarness()
        harness.site.faults.set(.zinc, "create", .withoutID)
        harness.site.faults.set(.zinc, "webhook", .loseWebhook, times: nil)
        let order = try await harness.place("application-heard")
        #expect(try await harness.order(order.id, in: .uncertain) != nil)
        _ = try await harness.commands.resolve(order: order.id, .resubmit)
        #expect(try await harness.order(order.id, in: .requested) != nil)
        let chain = try await eventually {
            let notified = harness.notified(of: "application-heard")
            return notified.count == 2 ? notified : nil
        }
        #expect(chain == ["accepted → uncertain", "uncertain → requested"])
        await harness.stop()
    }
}

extension [Effect] {
    /// Whether an order is about to be sent.
    fileprivate var beginSending: Bool {
        contains { if case .order(let order) = $0 { order.state == .submitting } else { false } }
    }
}

extension PipelineHarness {
    /// The changes of an order that the ATS was told, in order.
    fileprivate func notified(of externalID: String) -> [String] {
        site.ats.received.filter { $0.kind == .callback && $0.isVerified && !$0.isRepeated }.compactMap { receipt in
            guard let data = receipt.body["data"], data["external_id"]?.text == externalID else { return nil }
            return "\(data["previous"]?["state"]?.text ?? "") → \(data["state"]?.text ?? "")"
        }
    }
}
