import Foundation
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What needs a person is an issue, and is none any more once the cause is gone.
@Suite("Issues")
struct IssueWatcherTests {
    private let clock = ManualClock()

    /// A host that stands still: the test looks when it wants to.
    private func withHost(_ body: (PipelineContext) async throws -> Void) async throws {
        let harness = try await PipelineHarness(works: false, clock: clock)
        try await body(harness.context)
        await harness.stop()
    }

    private func open(_ context: PipelineContext) async throws -> [IssueCause: IssueRecord] {
        var query = IssueQuery()
        (query.states, query.at) = ([.open, .snoozed], clock.now())
        return Dictionary(try await context.store.issues(query, PageRequest(limit: 200)).items.map { ($0.cause, $0) }) { $1 }
    }

    private func look(_ context: PipelineContext, after wait: Duration = .seconds(1)) async {
        clock.advance(by: wait)
        await context.watcher.look()
        await context.watcher.flush()
    }

    private func run(_ context: PipelineContext, hook: String = "on_event", _ state: Run.State, _ failure: RunFailure?, order: String? = nil)
        async throws
        -> Run
    {
        let event = order == nil ? try await storedEvent(context) : nil
        var run = Run(
            id: context.environment.identifier(.run),
            connection: "acme",
            plugin: "webhook",
            pluginVersion: "1",
            script: "abc",
            hook: hook,
            event: event,
            order: order,
            input: order == nil ? .event(parameters: [:]) : .update(Personal([:])),
            state: state,
            createdAt: clock.now()
        )
        if let failure { run.fail(failure, attempt: 1, at: clock.now()) }
        try await context.store.perform([.run(run)])
        return run
    }

    private func storedEvent(_ context: PipelineContext) async throws -> String {
        let request = ReceivedRequest(method: "POST", path: "/", query: [:], headers: [:], body: [])
        let event = Event(
            id: context.environment.identifier(.event),
            kind: .ats,
            connection: "acme",
            account: nil,
            order: nil,
            request: request,
            receivedAt: clock.now()
        )
        return try await context.store.accept(event, dedupe: nil).event
    }

    private func order(_ context: PipelineContext, _ state: OrderState, _ problem: String? = nil) async throws -> Order {
        var order = try await context.store.place(
            Order(
                id: context.environment.identifier(.order),
                connection: "acme",
                account: "zinc",
                provider: "zinc",
                externalID: "application-\(context.random.token())",
                package: "pkg_1",
                candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test"),
                metadata: [:],
                callbackToken: Secret(context.random.token()),
                createdAt: clock.now(),
                updatedAt: clock.now()
            )
        ).order
        try await set(&order, state, problem, context)
        return order
    }

    private func set(_ order: inout Order, _ state: OrderState, _ problem: String?, _ context: PipelineContext) async throws {
        order.version += 1
        order.status.state = state
        order.status.problem = problem.map { Problem(code: $0, message: "as invented", at: clock.now()) }
        order.updatedAt = clock.now()
        try await context.store.perform([.order(order)])
    }

    @Test("Nothing is open on a host on which nothing happened")
    func nothing() async throws {
        try await withHost { (context) async throws in
            await look(context)
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("Runs that failed at one line are one issue, which says so, and ends when they are seen to")
    func script() async throws {
        try await withHost { (context) async throws in
            context.registry.reloadedAt = clock.now()
            clock.advance(by: .seconds(120))
            let failure = RunFailure("script_error", "attempt to index a nil value", script: "acme.lua", line: 12)
            var runs = [try await run(context, .dead, failure), try await run(context, .dead, failure)]
            await look(context)
            let issues = try await open(context)
            let cause = IssueCause(.scriptFailing, connection: "acme", code: "script_error", plugin: "acme.lua", hook: "on_event", line: 12)
            let issue = try #require(issues[cause])
            #expect(issues.count == 1 && issue.count == 2)
            let described = try await Issues(context).show(issue.id, for: nil)
            #expect(described.text.title == "The script of acme fails at acme.lua:12")
            #expect(described.text.means.contains("after the reload"))
            #expect(described.members.runs.total == 2 && described.text.docs == "docs/issues.md#script-failing")
            for index in runs.indices { runs[index].state = index == 0 ? .done : .discarded }
            try await context.store.perform(runs.map { .run($0) })
            await look(context)
            #expect(try await open(context).isEmpty)
            #expect(try await context.store.issue(issue.id)?.resolvedAt != nil)
            _ = try await run(context, .dead, failure)
            await look(context)
            #expect(try await open(context)[cause]?.id == issue.id)
        }
    }

    @Test("An update that fails for half an hour is an issue before it gives up, and none once it is told")
    func untold() async throws {
        try await withHost { (context) async throws in
            let order = try await order(context, .requested)
            var update = try await run(context, hook: "on_update", .waiting, RunFailure("http_503", "as invented"), order: order.id)
            await look(context)
            #expect(try await open(context).isEmpty)
            clock.advance(by: .seconds(1800))
            update.fail(RunFailure("http_503", "as invented"), attempt: 2, at: clock.now())
            try await context.store.perform([.run(update)])
            await look(context)
            let cause = IssueCause(.updatesNotTold, connection: "acme", code: "http_503", plugin: "webhook", hook: "on_update")
            let issue = try #require(try await open(context)[cause])
            #expect(try await Issues(context).show(issue.id, for: nil).members.orders.ids == [order.id])
            update.state = .done
            try await context.store.perform([.run(update)])
            await look(context)
            #expect(try await open(context).isEmpty)
        }
    }

    @Test(
        "An order with a problem is an issue, and none once it is resolved",
        arguments: [
            (OrderState.inProgress, Problem.unknownAtProvider, IssueKind.unknownAtProvider),
            (.awaitingCandidate, "unrecognised_status", .unknownWords), (.failed, "gave_up", .deadLetters),
            (.inProgress, Problem.secondReference, .ordersUncertain),
        ]
    )
    func orders(state: OrderState, problem: String, kind: IssueKind) async throws {
        try await withHost { (context) async throws in
            var order = try await order(context, state, problem)
            await look(context, after: .seconds(700))
            let found = try await open(context)
            #expect(found.keys.map(\.kind) == [kind])
            #expect(try await Issues(context).show(found.values.first?.id ?? "", for: nil).members.orders.ids == [order.id])
            try await set(&order, .completed, nil, context)
            await look(context)
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("An uncertain order is an issue when no webhook has settled it in ten minutes")
    func uncertain() async throws {
        try await withHost { (context) async throws in
            var order = try await order(context, .uncertain, "uncertain")
            await look(context, after: .seconds(300))
            #expect(try await open(context).isEmpty)
            await look(context, after: .seconds(301))
            #expect(try await open(context).keys.map(\.kind) == [.ordersUncertain])
            try await set(&order, .requested, nil, context)
            await look(context)
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("Rejected credentials are an issue at once, that says how many orders wait, until the pause ends")
    func credentials() async throws {
        try await withHost { (context) async throws in
            let waiting = try await order(context, .accepted)
            let account = try #require(context.registry.account("zinc"))
            let rejection = ProviderError(.unauthorised, "as invented", status: 401)
            try await context.store.perform(try await context.accounts.rejected(rejection, by: account))
            await look(context, after: .seconds(3))
            let issue = try #require(try await open(context)[IssueCause(.credentialsRefused, account: "zinc")])
            let described = try await Issues(context).show(issue.id, for: nil)
            #expect(described.members.orders.ids == [waiting.id] && described.text.commands == ["fairlead account check zinc"])
            try await context.store.perform(try await context.accounts.pauses.lifting(account))
            await look(context, after: .seconds(3))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("A provider or a host that is away is an issue after minutes, not at once, and none some minutes after it is back")
    func away() async throws {
        try await withHost { (context) async throws in
            for _ in 0..<10 { _ = context.breakers.unanswered.failed("zinc", at: clock.now()) }
            for _ in 0..<10 { _ = context.breakers.hosts.failed("acme https://ats.example.test", at: clock.now()) }
            await look(context)
            #expect(try await open(context).isEmpty)
            await look(context, after: .seconds(130))
            #expect(try await open(context).keys.map(\.kind) == [.hostPaused])
            await look(context, after: .seconds(200))
            let issues = try await open(context)
            #expect(
                Set(issues.keys) == [
                    IssueCause(.providerAway, account: "zinc"), IssueCause(.hostPaused, connection: "acme", host: "https://ats.example.test"),
                ]
            )
            _ = context.breakers.unanswered.succeeded("zinc")
            _ = context.breakers.hosts.succeeded("acme https://ats.example.test")
            await look(context, after: .seconds(60))
            #expect(try await open(context).count == 2)
            await look(context, after: .seconds(181))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("A script whose breaker is open, and settings that were refused, are issues until they are mended")
    func mended() async throws {
        try await withHost { (context) async throws in
            let connection = try #require(context.registry.connection("acme"))
            let breaker = ScriptRunner.breaker(of: connection.id, connection.scripts)
            for _ in 0..<5 { _ = context.breakers.scripts.failed(breaker, at: clock.now()) }
            context.registry.reloadFailures = [
                Registry.ReloadFailure(connection: "acme", plugin: nil, message: "fairlead.yaml:7: no", at: clock.now())
            ]
            await look(context)
            let issues = try await open(context)
            #expect(Set(issues.keys.map(\.kind)) == [.pluginPaused, .reloadRefused])
            let refused = try #require(issues[IssueCause(.reloadRefused, connection: "acme")])
            #expect(try await Issues(context).show(refused.id, for: nil).text.means.contains("fairlead.yaml:7"))
            _ = context.breakers.scripts.succeeded(breaker)
            context.registry.reloadFailures = []
            await look(context, after: .seconds(181))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("Deliveries that are refused again and again are an issue; a few of a sender who is heard are none")
    func refused() async throws {
        try await withHost { (context) async throws in
            func refuse(_ count: Int, _ subject: OperatingState.Subject, _ reason: RefusedDeliveries.Reason) {
                for _ in 0..<count {
                    context.contacts.refused(subject, reason, at: clock.now())
                    clock.advance(by: .seconds(31))
                }
            }
            refuse(2, .connection("acme"), .badSignature)
            refuse(9, .connection("nobody"), .unknownConnection)
            await look(context)
            #expect(try await open(context).isEmpty)
            refuse(1, .connection("acme"), .badSignature)
            await look(context)
            let cause = IssueCause(.deliveriesRefused, connection: "acme", code: "bad_signature")
            #expect(try await open(context)[cause]?.count == 3)
            refuse(1, .connection("nobody"), .unknownConnection)
            refuse(4, .connection("acme"), .badSignature)
            await look(context)
            #expect(try await open(context)[cause]?.count == 7)
            #expect(try await open(context).count == 2)
            let now = clock.now()
            try await context.store.perform([.heard(.connection("acme"), at: now), .heard(.connection("greenhouse"), at: now)])
            await look(context)
            #expect(try await open(context)[cause] != nil)
            await look(context, after: .seconds(700))
            #expect(try await open(context)[cause] == nil)
            refuse(5, .connection("greenhouse"), .badSignature)
            await look(context)
            try await context.store.perform([.heard(.connection("greenhouse"), at: clock.now())])
            await look(context, after: .seconds(86_401))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("A connection that falls silent is an issue with what is usual, until something is heard; one that was taken out is none")
    func silent() async throws {
        try await withHost { (context) async throws in
            let subjects: [OperatingState.Subject] = [.connection("acme"), .account("zinc"), .connection("gone")]
            let first = ContactRhythm.hour(of: clock.now())
            for hour in 0..<(28 * 24) {
                let counts = subjects.map { ContactCount($0, hour: first + Int64(hour), minutes: 20, deliveries: 30) }
                try await context.store.add(counts)
            }
            clock.advance(by: .seconds(28 * 86_400))
            let last = clock.now()
            try await context.store.perform(subjects.map { .heard($0, at: last) })
            _ = try await context.store.listening(at: last)
            for _ in 0..<40 { await look(context, after: .seconds(600)) }
            let issues = try await open(context)
            #expect(Set(issues.keys) == [IssueCause(.silent, connection: "acme"), IssueCause(.silent, account: "zinc")])
            let id = try #require(issues[IssueCause(.silent, connection: "acme")]?.id)
            let text = try await Issues(context).show(id, for: nil).text
            #expect(text.title.contains("nothing since 2026-03-29") && text.means.contains("usually heard from in about 20 minutes"), "\(text)")
            let reading = try #require(context.silence.readings.first { $0.subject == .connection("acme") })
            #expect(reading.isSilent && reading.lastHeardAt == last && (reading.ratio ?? 0) > 100)
            context.contacts.heard(.connection("acme"), at: clock.now())
            try await context.store.perform(context.contacts.take())
            await look(context)
            #expect(try await open(context).keys.map(\.account) == ["zinc"])
        }
    }

    @Test("A host that was down does not take what it missed for silence")
    func down() async throws {
        try await withHost { (context) async throws in
            let first = ContactRhythm.hour(of: clock.now())
            for hour in 0..<(28 * 24) {
                try await context.store.add([ContactCount(.connection("acme"), hour: first + Int64(hour), minutes: 20, deliveries: 30)])
            }
            clock.advance(by: .seconds(28 * 86_400))
            try await context.store.perform([.heard(.connection("acme"), at: clock.now())])
            _ = try await context.store.listening(at: clock.now())
            await look(context, after: .seconds(2 * 86_400))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("A provider that says for half an hour that it is asked too often is an issue")
    func limited() async throws {
        try await withHost { (context) async throws in
            for _ in 0..<4 {
                try await context.store.perform([.rest(.account("zinc"), until: clock.now() + .seconds(700))])
                await look(context, after: .seconds(600))
            }
            #expect(try await open(context).keys.map(\.kind) == [.budgetExhausted])
            clock.advance(by: .seconds(700))
            await look(context, after: .seconds(181))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("What is reported a thousand times a second is written once, with how often")
    func collected() async throws {
        try await withHost { (context) async throws in
            let cause = IssueCause(.backupLate)
            for _ in 0..<1000 { context.issues.saw(cause, at: clock.now()) }
            await context.watcher.flush()
            for _ in 0..<50 { context.issues.saw(cause, at: clock.now()) }
            await context.watcher.flush()
            #expect(try await open(context)[cause]?.count == 1050)
            await look(context, after: .seconds(100_000))
            #expect(try await open(context)[cause] != nil)
            context.issues.isGone(cause)
            await context.watcher.flush()
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("What another part of the program finds is an issue for as long as it finds it")
    func others() async throws {
        let harness = try await PipelineHarness(works: false, clock: clock)
        let full = IssueCause(.diskNearlyFull, host: "one")
        let sources = IssueSources(
            environment: harness.context.environment,
            store: harness.context.store,
            accounts: harness.context.accounts,
            breakers: harness.context.breakers,
            contacts: harness.context.contacts,
            silence: SilenceWatch(environment: harness.context.environment, store: harness.context.store),
            others: [IssueSource { _ in [full: ["free_bytes": 7]] }]
        )
        let watcher = IssueWatcher(environment: harness.context.environment, store: harness.context.store, sources: sources)
        await watcher.look()
        #expect(try await open(harness.context)[full]?.details == ["free_bytes": 7])
        await look(harness.context, after: .seconds(60))
        #expect(try await open(harness.context)[full] != nil)
        await look(harness.context, after: .seconds(181))
        #expect(try await open(harness.context).isEmpty)
        await harness.stop()
    }

    @Test("A store that had no room for it is an issue once it has, and for a few minutes")
    func full() async throws {
        try await withHost { (context) async throws in
            let away = FaultyStore(context.store) { throw StoreError.unavailable("the disk is full") }
            let sources = IssueSources(
                environment: context.environment,
                store: away,
                accounts: context.accounts,
                breakers: context.breakers,
                contacts: context.contacts,
                silence: SilenceWatch(environment: context.environment, store: away),
                others: []
            )
            let watcher = IssueWatcher(environment: context.environment, store: away, sources: sources)
            await watcher.look()
            await watcher.flush()
            #expect(try await open(context).isEmpty)
            await context.watcher.flush()
            #expect(try await open(context).keys.map(\.kind) == [.storeNearlyFull])
            await look(context, after: .seconds(181))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("An issue that is resolved by hand while its cause is there says so, and opens again at the next look")
    func byHand() async throws {
        try await withHost { (context) async throws in
            _ = try await order(context, .failed, "gave_up")
            await look(context)
            let id = try #require(try await open(context).values.first?.id)
            let issues = Issues(context)
            let (issue, isPresent) = try await issues.resolve(id, note: Personal("done"), by: .system, for: nil)
            #expect(isPresent && issue.state == .resolved)
            await look(context)
            #expect(try await open(context).values.map(\.id) == [id])
            await #expect(throws: CommandError.self) {
                _ = try await issues.snooze(id, until: clock.now(), owner: nil, note: nil, by: .system, for: nil)
            }
        }
    }

    @Test("Every kind has a text, a command and a heading in the documentation", arguments: IssueKind.allCases)
    func texts(kind: IssueKind) throws {
        let cause = IssueCause(kind, connection: "acme", account: "zinc", code: "code", plugin: "webhook", hook: "on_event", line: 3, host: "h")
        let now = clock.now()
        let issue = IssueRecord(id: "iss_1", cause: cause, firstSeenAt: now, openedAt: now, lastSeenAt: now, count: 1)
        let text = IssueText(issue, registry: Registry(connections: [], accounts: []))
        for sentence in [text.title, text.means, text.effect, text.advice] { #expect(!sentence.isEmpty) }
        #expect(!text.commands.isEmpty && text.docs.hasSuffix("#" + kind.anchor))
        let page = try String(contentsOf: PipelineHarness.repository.appending(path: "docs/issues.md"), encoding: .utf8)
        let headings = page.split(separator: "\n").filter { $0.hasPrefix("## ") || $0.hasPrefix("### ") }.map { line in
            line.drop { $0 == "#" || $0 == " " }.lowercased().replacing(" ", with: "-")
        }
        #expect(headings.contains(kind.anchor))
    }
}
