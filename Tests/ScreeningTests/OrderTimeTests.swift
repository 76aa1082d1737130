import Screening
import Testing

/// Who has to act for an order, and how long each had to.
@Suite("The time of an order by party") struct OrderTimeTests {
    private let start = Timestamp(milliseconds: 1_700_000_000_000)

    private func order(_ state: OrderState, problem: String? = nil) -> Order {
        let problem = problem.map { Problem(code: $0, message: "", at: start) }
        return Order(
            id: "ord_1",
            connection: "acme",
            account: "zinc-uk",
            provider: "zinc",
            externalID: "application-1",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test"),
            metadata: [:],
            callbackToken: Secret("token"),
            status: Order.Status(state, problem: problem),
            createdAt: start,
            updatedAt: start
        )
    }

    @Test("Every state is somebody's to act on, or nobody's at the end")
    func everyState() {
        let holders: [OrderState: OrderTime.Holder?] = [
            .accepted: .us, .submitting: .us, .uncertain: .us, .failed: .us, .requested: .candidate, .awaitingCandidate: .candidate,
            .inProgress: .provider, .paused: .recruiter, .attentionNeeded: .recruiter, .readyForReview: .recruiter, .completed: nil, .reviewed: nil,
            .cancelled: nil, .refused: nil,
        ]
        for state in OrderState.allCases { #expect(order(state).holder == holders[state], "\(state)") }
        for state in OrderState.allCases where state.isOpen {
            for code in [Problem.unknownAtProvider, Problem.secondReference] {
                #expect(order(state, problem: code).holder == .us, "\(state), \(code)")
            }
            #expect(order(state, problem: "read_failed").holder == holders[state])
        }
        for code in [Problem.abandoned, Problem.discarded] { #expect(order(.failed, problem: code).holder == nil) }
        #expect(order(.completed, problem: Problem.secondReference).holder == nil)
    }

    @Test("Time goes to whoever has it, stops at the end, and goes on where the order does")
    func passing() {
        var time = OrderTime(heldBy: .us, since: start)
        time.pass(to: .candidate, at: start + .seconds(4))
        time.pass(to: .candidate, at: start + .seconds(10))
        time.pass(to: .provider, at: start + .seconds(104))
        time.pass(to: .candidate, at: start + .seconds(105))
        time.pass(to: nil, at: start + .seconds(205))
        let ended: JSON = ["us": 4, "candidate": 200, "provider": 1, "recruiter": 0]
        #expect(time.json(at: start + .seconds(205)) == ended && time.json(at: start + .seconds(9999)) == ended)
        time.pass(to: .recruiter, at: start + .seconds(1000))
        #expect(time.json(at: start + .seconds(1007)) == ["us": 4, "candidate": 200, "provider": 1, "recruiter": 7])
    }

    @Test("The turns are kept as they came, the present one last, and of very many the latest")
    func turns() {
        typealias Turn = OrderTime.Turn
        var time = OrderTime(heldBy: .us, since: start)
        time.pass(to: .candidate, at: start + .seconds(4))
        time.pass(to: .provider, at: start + .seconds(10))
        time.pass(to: .candidate, at: start + .seconds(10))
        time.pass(to: .recruiter, at: start + .seconds(12))
        let passed = [Turn(.us, milliseconds: 4000), Turn(.candidate, milliseconds: 8000)]
        #expect(time.turns == passed && time.turns(at: start + .seconds(12)) == passed)
        #expect(time.turns(at: start + .seconds(15)) == passed + [Turn(.recruiter, milliseconds: 3000)])
        for number in 1...200 { time.pass(to: number.isMultiple(of: 2) ? .candidate : .provider, at: start + .seconds(20 + number)) }
        #expect(time.turns.count == OrderTime.mostTurns && time.turns.last == Turn(.provider, milliseconds: 1000))
        #expect(time.json(at: start + .seconds(220))["recruiter"] == 9)
    }

    @Test("A clock that was set back takes nothing away")
    func setBack() {
        var time = OrderTime(heldBy: .us, since: start)
        time.pass(to: .candidate, at: start + .seconds(5))
        #expect(time.json(at: start) == ["us": 5, "candidate": 0, "provider": 0, "recruiter": 0])
        time.pass(to: .provider, at: start)
        time.pass(to: nil, at: start + .seconds(1))
        #expect(time.json(at: start + .seconds(2)) == ["us": 5, "candidate": 0, "provider": 1, "recruiter": 0])
    }
}

/// How long screenings took, and what that says of the next one.
@Suite("How long screenings take") struct TurnaroundTests {
    @Test("A histogram says within what time a share was done, to about a tenth")
    func quantiles() throws {
        var histogram = DurationHistogram()
        for hours in 1...100 { histogram.add(1, to: DurationHistogram.bucket(of: .seconds(hours * 3600))) }
        #expect(histogram.total == 100)
        for (share, hours) in [(0.5, 50.0), (0.9, 90.0)] {
            let found = Double(try #require(histogram.quantile(share)).components.seconds) / 3600
            #expect(abs(found - hours) < hours / 10, "\(share): \(found)")
        }
        #expect(DurationHistogram().quantile(0.5) == nil)
        #expect(DurationHistogram.bucket(of: .zero) == 0 && DurationHistogram.bucket(of: .seconds(-5)) == 0)
        #expect(DurationHistogram.bucket(of: .seconds(2)) == 8 && DurationHistogram.bucket(of: .seconds(1)) == 0)
    }

    @Test("A package's own history counts where there is enough of it, else the account's; below that nothing is said")
    func enough() {
        var history = TurnaroundHistory()
        history.add(19, of: "pkg_1", .whole, bucket: 10)
        #expect(history.histogram(.whole, of: "pkg_1") == nil && history.histogram(.whole, of: "pkg_2") == nil)
        history.add(1, of: "pkg_2", .whole, bucket: 90)
        #expect(history.histogram(.whole, of: "pkg_1")?.total == 20 && history.histogram(.whole, of: "pkg_3")?.total == 20)
        history.add(1, of: "pkg_1", .whole, bucket: 10)
        #expect(history.histogram(.whole, of: "pkg_1") == DurationHistogram([10: 20]))
        #expect(history.histogram(.candidate, of: "pkg_1") == nil)
    }
}
