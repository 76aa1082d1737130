import Foundation
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What is reported rather than stored, and what people do with an issue.
@Suite("Issues that are reported")
struct IssueReportTests: IssueTrial {
    let clock = ManualClock()

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

    @Test("What was received a moment ago is in the status, before it is written")
    func received() async throws {
        try await withHost { (context) async throws in
            for _ in 0..<3 { context.contacts.heard(.connection("acme"), at: clock.now()) }
            func received() async throws -> Int { try await Issues(context).status(.ready, problems: { _ in nil }, for: nil).received }
            #expect(try await received() == 3)
            await ContactWriter(environment: context.environment, store: context.store, contacts: context.contacts).writeCounts()
            #expect(try await received() == 3)
        }
    }

    @Test("What is reported a thousand times a second is written once, with how often")
    func collected() async throws {
        try await withHost { (context) async throws in
            let cause = IssueCause(.chainBroken)
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
            // Until it can be written, the status says it by itself.
            let status = try await Issues(context).status(.ready, problems: { _ in nil }, for: nil)
            #expect(status.unwritten.map(\.title) == ["The store has no room"] && status.needsAPerson)
            await context.watcher.flush()
            #expect(try await Issues(context).status(.ready, problems: { _ in nil }, for: nil).unwritten.isEmpty)
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
