import Plugins
import Screening
import Testing

@testable import Pipeline

/// Which of a run's calls a person's retry makes again.
@Suite("Calls of a retried run")
struct RetriedStepTests {
    private func step(_ number: Int = 1, _ kind: String = "http", _ request: JSON, _ reply: JSON?) -> Step {
        Step(number: number, kind: kind, requestHash: "h", request: request, reply: reply, at: Timestamp(milliseconds: 0))
    }

    @Test("A call that was refused is made again; one that was made, and whose answer alone was not taken, is not")
    func madeCalls() {
        let refused: JSON = ["error": ["code": "url_not_permitted"]]
        let made: JSON = ["error": ["code": "replies_limit"], "made": true]
        #expect(step(1, "http", ["method": "POST"], refused).didNothing)
        #expect(!step(1, "http", ["method": "POST"], made).didNothing)
        // What only reads may be read again.
        #expect(step(1, "http", ["method": "GET"], made).didNothing)
    }

    @Test("An order to withdraw is looked for anew, unless it was cancelled since")
    func withdrawals() {
        let find = step(1, "orders.find", ["external_id": "a", "withdrawn": true], ["value": ["id": "ord_1"]])
        let unanswered = step(2, "orders.cancel", ["id": "ord_1"], nil)
        let cancelled = step(2, "orders.cancel", ["id": "ord_1"], ["value": ["cancelled": true]])
        #expect([find, unanswered].unfinishedWithdrawals.map(\.number) == [1])
        #expect([find, cancelled].unfinishedWithdrawals.isEmpty)
        #expect([step(1, "orders.find", ["external_id": "a"], ["value": .null])].unfinishedWithdrawals.isEmpty)
    }
}
