import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What is said of where an order stands: a row for each state, problem, pause and failure to tell the ATS.
@Suite("The sentence on an order") struct ExplanationTests {
    /// 5 Dec 2026, 12:00.
    private static let now = Timestamp(iso8601: "2026-12-05T12:00:00Z")!
    private static let since = Timestamp(iso8601: "2026-12-02T14:02:00Z")!
    private static let operations = Actor.token(id: "tok_1", name: "ops")

    private static func situation(
        _ state: OrderState,
        problem: String? = nil,
        told: OrderState? = nil,
        _ more: (inout OrderSituation) -> Void = { _ in },
        change: (inout Order) -> Void = { _ in }
    ) -> OrderSituation {
        let problem = problem.map { Problem(code: $0, message: "words of Ana Roe", at: Timestamp(iso8601: "2026-12-05T11:30:00Z")!) }
        var order = Order(
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
            createdAt: since,
            updatedAt: since
        )
        order.record.stateSince = since
        if state != .accepted { order.record.sentAt = since }
        change(&order)
        var run: Run?
        if let told { run = update(told, .done, endedAt: since + .seconds(5)) }
        var situation = OrderSituation(order, ats: ATSStatus(told: run, pending: nil), now: now)
        situation.atsTitle = "Greenhouse"
        situation.providerTitle = "Zinc"
        situation.capabilities = ProviderManifest.Capabilities(report: true, webhooks: true)
        more(&situation)
        return situation
    }

    private static func update(_ state: OrderState, _ end: Run.State, endedAt: Timestamp? = nil, failure: RunFailure? = nil, next: Timestamp? = nil)
        -> Run
    {
        var run = Run(
            id: "run_1",
            connection: "acme",
            plugin: "greenhouse",
            pluginVersion: "1.0.0",
            script: "abc",
            hook: "on_update",
            event: nil,
            order: "ord_1",
            input: .update(Personal(["order": ["state": .string(state.rawValue)]])),
            state: end,
            attempt: 2,
            nextAttemptAt: next,
            createdAt: since,
            endedAt: endedAt
        )
        if let failure { run.fail(failure, attempt: 2, at: now) }
        return run
    }

    private static func pending(_ situation: inout OrderSituation, _ run: Run) {
        situation = OrderSituation.copy(situation, ats: ATSStatus(told: nil, pending: run))
        situation.pendingRun = run.summary
    }

    private static func pause(_ subject: OperatingState.Subject, note: String? = nil) -> OperatingState.Pause {
        let at = Timestamp(iso8601: "2026-12-04T09:00:00Z")!
        return OperatingState.Pause(problem: Problem(code: "paused", message: "", at: at), actor: operations, note: note.map { Personal($0) })
    }

    private static func at(_ text: String) -> Timestamp { Timestamp(iso8601: "2026-12-\(text):00Z")! }

    private static var rows: [(situation: OrderSituation, text: String)] {
        let account = pause(.account("zinc-uk"), note: "for Ana Roe")
        let connection = pause(.connection("acme"))
        let reading: (inout OrderSituation) -> Void = {
            $0.isRead = true; $0.nextReadAt = at("05T15:40")
        }
        let down = RunFailure("connection_failed", "could not reach Ana Roe")
        return [
            // States.
            (
                situation(.accepted) { $0.nextAttemptAt = now },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: it is in the queue. It is sent as soon as it is its turn."
            ),
            (
                situation(.submitting),
                "Being sent to Zinc since 2 Dec 14:02; its answer is not there yet. It is looked for at Zinc, and left to a person where that does not show."
            ),
            (
                situation(.uncertain, problem: "uncertain", told: .uncertain),
                "Nobody knows since 2 Dec 14:02 whether Zinc has the order, and it is not sent again by itself. Greenhouse was told at 14:02. Look at Zinc, then: fairlead order resolve ord_1 --adopt REF, --resubmit or --abandon; a webhook of Zinc about it settles it as well."
            ),
            (
                situation(.requested, told: .requested, reading),
                "With the candidate for 2 days: Zinc has had the request since 2 Dec 14:02, and waits for the candidate to begin; Greenhouse was told at 14:02. Zinc is asked next at 15:40."
            ),
            (
                situation(.awaitingCandidate, told: .awaitingCandidate, reading),
                "With the candidate for 2 days: since 2 Dec 14:02 Zinc waits for something that the candidate has to do; Greenhouse was told at 14:02. Zinc is asked next at 15:40."
            ),
            (
                situation(.inProgress) { $0.usualForHolder = DurationHistogram([DurationHistogram.bucket(of: .seconds(4 * 86_400)): 30]) },
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Zinc says by webhook when it goes on. Usually 9 of 10 are done with Zinc by day 5."
            ),
            (
                situation(.awaitingCandidate, told: .awaitingCandidate) {
                    reading(&$0); $0.usualForHolder = DurationHistogram([DurationHistogram.bucket(of: .seconds(7200)): 30])
                },
                "With the candidate for 2 days: since 2 Dec 14:02 Zinc waits for something that the candidate has to do; Greenhouse was told at 14:02. Zinc is asked next at 15:40. Usually 9 of 10 are done with the candidate within 2 hours."
            ),
            (situation(.inProgress), "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Zinc says by webhook when it goes on."),
            (
                situation(.inProgress) { $0.capabilities = ProviderManifest.Capabilities() },
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Nothing says how it goes on: Zinc is not asked, and sends no webhooks."
            ),
            (
                situation(.paused, reading),
                "With the recruiter for 2 days: Zinc paused the screening on 2 Dec 14:02, until somebody there has it go on. Zinc is asked next at 15:40."
            ),
            (
                situation(.attentionNeeded, reading),
                "With the recruiter for 2 days: on 2 Dec 14:02 Zinc asked for something that the recruiter has to do. Zinc is asked next at 15:40."
            ),
            (
                situation(.readyForReview, told: .inProgress, reading),
                "With the recruiter for 2 days: the result has been ready for review at Zinc since 2 Dec 14:02; Greenhouse was told of in progress at 14:02. Zinc is asked next at 15:40."
            ),
            (
                situation(.completed, told: .completed, change: { $0.status.outcome = .clear }),
                "Completed on 2 Dec 14:02, with the outcome clear; Greenhouse was told at 14:02."
            ),
            (situation(.completed, reading), "Completed on 2 Dec 14:02, without an outcome so far. Zinc is asked next at 15:40."),
            (situation(.reviewed, change: { $0.status.outcome = .consider }), "Reviewed on 2 Dec 14:02, with the outcome consider."),
            (situation(.cancelled, told: .cancelled), "Cancelled on 2 Dec 14:02; Greenhouse was told at 14:02."),
            (
                situation(.refused, problem: "refused"),
                "Zinc refused the order on 2 Dec 14:02, and nothing was ordered. What was wrong can be mended as it is sent again: fairlead order retry ord_1."
            ),
            (
                situation(.refused, problem: "refused", change: { $0.replacedBy = "ord_2" }),
                "Zinc refused the order on 2 Dec 14:02, and nothing was ordered. ord_2 was ordered in its place: the ATS hears of that one."
            ),
            (
                situation(.refused, problem: Problem.discarded),
                "Zinc refused the order on 2 Dec 14:02, and nothing was ordered; a person decided on 5 Dec 11:30 that nothing is to be done about it. It can still be sent again: fairlead order retry ord_1."
            ),
            (
                situation(.failed, problem: "unavailable"),
                "Given up on 2 Dec 14:02 (unavailable): Zinc does not have it. To send it again: fairlead order retry ord_1; to leave it: fairlead order discard ord_1."
            ),
            (
                situation(.failed, problem: Problem.abandoned),
                "Given up by a person on 2 Dec 14:02, while Zinc may have the order. Where that was a mistake: fairlead order resolve ord_1 --release."
            ),
            (
                situation(.failed, problem: Problem.discarded),
                "It failed, and a person decided on 5 Dec 11:30 that nothing is to be done about it. It can still be sent again: fairlead order retry ord_1."
            ),
            // What keeps an order from being sent.
            (
                situation(.accepted, problem: "unavailable") { $0.nextAttemptAt = at("05T12:10") },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: Zinc could not be reached or is out of order at 11:30. The next attempt is at 12:10."
            ),
            (
                situation(.accepted, problem: "unauthorised") { $0.nextAttemptAt = at("06T01:10") },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: Zinc answered this order with HTTP 403 at 11:30. The next attempt is on 6 Dec 01:10."
            ),
            (
                situation(.accepted) { $0.isAccountConfigured = false },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: the account zinc-uk is not configured."
            ),
            (
                situation(.accepted, change: { $0.record.withdrawnAt = now }),
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: the candidate was withdrawn, and it is being cancelled."
            ),
            (
                situation(.accepted) { $0.accountObstacle = .paused(.account("zinc-uk"), account) },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: the account zinc-uk has been paused by ops since 4 Dec 09:00. fairlead account resume zinc-uk lets it go on."
            ),
            (
                situation(.accepted) { $0.connectionPause = connection },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: the connection acme has been paused by ops since 4 Dec 09:00. fairlead connection resume acme lets it go on."
            ),
            (
                situation(.accepted) { $0.accountObstacle = .credentials(account: "zinc-uk", account) },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: Zinc has rejected the credentials of zinc-uk since 4 Dec 09:00. Put the key right in the settings; fairlead account check zinc-uk tries the present one."
            ),
            (
                situation(.accepted) { $0.accountObstacle = .unanswered(account: "zinc-uk", next: at("05T12:01")) },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: Zinc does not answer. The account zinc-uk is tried again at 12:01, or now by fairlead account check zinc-uk."
            ),
            (
                situation(.accepted) { $0.accountObstacle = .unclear(account: "zinc-uk", next: nil) },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: Zinc does not say what becomes of new orders. The account zinc-uk is tried again from time to time, or now by fairlead account check zinc-uk."
            ),
            (
                situation(.accepted) { $0.accountObstacle = .resting(account: "zinc-uk", until: at("05T12:05")) },
                "Accepted on 2 Dec 14:02 and not sent to Zinc yet: Zinc was asked too often. It is asked again at 12:05."
            ),
            // What keeps an order from being read.
            (
                situation(.inProgress) {
                    $0.isRead = true; $0.accountObstacle = .paused(.account("zinc-uk"), account)
                },
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Nothing is asked of Zinc, for the account zinc-uk has been paused by ops since 4 Dec 09:00; fairlead account resume zinc-uk lets it go on."
            ),
            (
                situation(.inProgress) {
                    $0.isRead = true; $0.nextReadAt = now; $0.readsAhead = 16; $0.readsPerMinute = 4
                },
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Zinc is asked next at 12:04 (17th in line, at most 4 reads a minute)."
            ),
            // Problems of an order that is under way.
            (
                situation(.inProgress, problem: "unrecognised_status", told: .inProgress, reading),
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Greenhouse was told at 14:02. At 11:30 Zinc sent a status that is not known here; the next that is known clears it. Zinc is asked next at 15:40."
            ),
            (
                situation(.inProgress, problem: "read_failed", reading),
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Zinc has not said how it stands since 5 Dec 11:30. Zinc is asked next at 15:40."
            ),
            (
                situation(.requested, problem: Problem.unknownAtProvider, reading, change: { $0.record.isAdopted = true }),
                "With the candidate for 2 days: Zinc has had the request since 2 Dec 14:02, and waits for the candidate to begin. Zinc did not know the order in several reads: look for it there; where the wrong one was adopted: fairlead order resolve ord_1 --release. Zinc is asked next at 15:40."
            ),
            (
                situation(.requested, problem: Problem.secondReference, reading),
                "With the candidate for 2 days: Zinc has had the request since 2 Dec 14:02, and waits for the candidate to begin. Zinc has two requests for it: ask which one stands, have the other cancelled, then say so: fairlead order resolve ord_1 --release. Zinc is asked next at 15:40."
            ),
            (
                situation(.cancelled, problem: Problem.standsAtProvider, reading),
                "Cancelled on 2 Dec 14:02. Zinc has a request for it that goes on: have it cancelled there (fairlead order cancel ord_1 asks again), or say that it is seen to: fairlead order resolve ord_1 --release. Zinc is asked next at 15:40."
            ),
            // What the ATS was not told.
            (
                situation(.inProgress) { pending(&$0, update(.inProgress, .waiting, failure: down, next: at("05T12:30"))) },
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Greenhouse has not been told of in progress yet (connection_failed): the next attempt is at 12:30. Zinc says by webhook when it goes on."
            ),
            (
                situation(.completed) { pending(&$0, update(.completed, .dead, endedAt: now, failure: down)) },
                "Completed on 2 Dec 14:02, without an outcome. Greenhouse was not told of completed: the run gave up (connection_failed). To tell it again: fairlead run retry run_1; to leave it: fairlead run discard run_1."
            ),
            (
                situation(.completed) { pending(&$0, update(.completed, .queued)) },
                "Completed on 2 Dec 14:02, without an outcome. Greenhouse is being told of completed."
            ),
            (
                situation(.completed) {
                    pending(&$0, update(.completed, .waiting)); $0.connectionPause = connection
                },
                "Completed on 2 Dec 14:02, without an outcome. Greenhouse has not been told of completed yet, for the connection acme has been paused by ops since 4 Dec 09:00; fairlead connection resume acme lets it go on."
            ),
            (
                situation(.inProgress) {
                    $0.isTold = false; $0.atsTitle = nil
                },
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02; the ATS is told nothing, for the connection's scripts have no on_update. Zinc says by webhook when it goes on."
            ),
            // How long it takes.
            (
                situation(.inProgress) { $0.usual = DurationHistogram([DurationHistogram.bucket(of: .seconds(8 * 86_400)): 30]) },
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Zinc says by webhook when it goes on. It is expected from 10 Dec to 11 Dec."
            ),
            (
                situation(.inProgress) { $0.usual = DurationHistogram([DurationHistogram.bucket(of: .seconds(86_400)): 30]) },
                "With Zinc for 2 days: the checks have been under way since 2 Dec 14:02. Zinc says by webhook when it goes on. It is older than 9 of 10: these were done within 25 hours, and it has taken 2 days."
            ),
        ]
    }

    @Test("Each situation is said in its own words", arguments: Array(rows.indices))
    func table(_ index: Int) {
        let row = Self.rows[index]
        #expect(row.situation.explanation(showsPersonal: false) == row.text)
    }

    @Test("Every state has its words")
    func everyState() {
        let states = Set(Self.rows.map(\.situation.order.state))
        #expect(states == Set(OrderState.allCases))
    }

    @Test("What people, scripts and providers wrote is quoted for those alone who may read personal data")
    func personal() {
        let account = Self.pause(.account("zinc-uk"), note: "for Ana Roe")
        let rows = [
            Self.situation(.refused, problem: "refused"), Self.situation(.accepted, problem: "unavailable"),
            Self.situation(.inProgress, problem: "unrecognised_status"), Self.situation(.inProgress, problem: "something_else"),
            Self.situation(.accepted) { $0.accountObstacle = .paused(.account("zinc-uk"), account) },
            Self.situation(.completed) {
                Self.pending(&$0, Self.update(.completed, .dead, endedAt: Self.now, failure: RunFailure("no", "of Ana Roe")))
            },
        ]
        for row in rows {
            #expect(row.explanation(showsPersonal: true).contains("Ana Roe"), "\(row.order.state)")
            #expect(!row.explanation(showsPersonal: false).contains("Ana"), "\(row.explanation(showsPersonal: false))")
        }
    }

    @Test("An order is expected between the times in which one in two and nine in ten were done, and never in the past")
    func expected() throws {
        let usual = DurationHistogram([
            DurationHistogram.bucket(of: .seconds(2 * 86_400)): 60, DurationHistogram.bucket(of: .seconds(6 * 86_400)): 40,
        ])
        var situation = Self.situation(.inProgress) { $0.usual = usual }
        let expected = try #require(situation.expected)
        #expect(expected.from == Self.now && expected.to > Self.since + .seconds(5 * 86_400))
        #expect(!situation.isOlderThanUsual && situation.expectedJSON["from"] == JSON(Self.now))
        situation = Self.situation(.completed) { $0.usual = usual }
        #expect(situation.expected == nil && situation.expectedJSON == .null)
        situation = Self.situation(.accepted) {
            $0.usual = usual; $0.nextAttemptAt = Self.now
        }
        #expect(try #require(situation.expected).from > Self.now + .seconds(86_400))
        situation.connectionPause = Self.pause(.connection("acme"))
        #expect(situation.expected == nil)
    }

    @Test("Times are those of UTC, and say the day and the year only where these are others")
    func wording() {
        let words = Wording(now: Self.now)
        #expect(words.at(Self.now) == "at 12:00" && words.at(Self.since) == "on 2 Dec 14:02")
        #expect(words.at(Self.since + .seconds(60), said: Self.since) == "at 14:03")
        #expect(words.moment(Timestamp(iso8601: "2025-01-31T23:59:00Z")!) == "31 Jan 23:59 2025")
        let spans: [(Int64, String)] = [
            (0, "0 seconds"), (1, "1 second"), (90, "1 minute"), (7200, "2 hours"), (100_000, "27 hours"), (172_800, "2 days"),
        ]
        for (seconds, text) in spans { #expect(Wording.span(.seconds(seconds)) == text) }
        #expect(
            [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(Wording.ordinal) == [
                "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
            ]
        )
    }
}

extension OrderSituation {
    /// The same with another word on what the ATS knows.
    fileprivate static func copy(_ situation: OrderSituation, ats: ATSStatus) -> OrderSituation {
        var copy = OrderSituation(situation.order, ats: ats, now: situation.now)
        copy.atsTitle = situation.atsTitle
        copy.providerTitle = situation.providerTitle
        copy.capabilities = situation.capabilities
        return copy
    }
}
