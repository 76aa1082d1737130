import Screening
import Testing

@testable import Pipeline

@Suite("The feed of updates", .timeLimit(.minutes(1)))
struct UpdateFeedTests {
    private let harness = StageHarness()

    private func update(_ state: OrderState) throws -> Update {
        let before = harness.order(.requested)
        var after = before
        after.status.state = state
        return try #require(Update(from: before, to: after, cause: .poll))
    }

    @Test("tells every listener, in order")
    func tells() async throws {
        let feed = UpdateFeed()
        let listeners = [feed.listen(), feed.listen()]
        feed.publish([try update(.inProgress), try update(.completed)])
        feed.finish()
        for listener in listeners {
            let states = await listener.reduce(into: []) { $0.append($1.order.state) }
            #expect(states == [OrderState.inProgress, .completed])
        }
    }

    @Test("keeps a bounded number for a listener that does not keep up: the latest")
    func bounded() async throws {
        let feed = UpdateFeed(limit: 3)
        let slow = feed.listen()
        for _ in 0..<10 { feed.publish([try update(.inProgress)]) }
        feed.publish([try update(.completed)])
        feed.finish()
        let states = await slow.reduce(into: []) { $0.append($1.order.state) }
        #expect(states == [OrderState.inProgress, .inProgress, .completed])
    }

    @Test("ends at once for whoever listens after it has ended")
    func finished() async {
        let feed = UpdateFeed()
        feed.finish()
        var iterator = feed.listen().makeAsyncIterator()
        let update = await iterator.next()
        #expect(update == nil)
    }
}
