import Foundation
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What needs a person is an issue, and is none any more once the cause is gone.
@Suite("Issues")
struct IssueWatcherTests: IssueTrial {
    let clock = ManualClock()

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
            await look(context, after: .seconds(118))
            #expect(try await open(context).isEmpty)
            await look(context, after: .seconds(1))
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

    @Test("A few failed calls in a row are enough where little is asked, and one is not")
    func fewCalls() async throws {
        try await withHost { (context) async throws in
            let order = try await order(context, .accepted)
            let began = clock.now()
            _ = context.breakers.unanswered.failed("zinc", at: began)
            await look(context, after: .seconds(600))
            #expect(try await open(context).isEmpty)
            for _ in 0..<2 { _ = context.breakers.unanswered.failed("zinc", at: clock.now()) }
            _ = context.breakers.creating.failed("zinc", at: clock.now())
            await look(context)
            let issue = try #require(try await open(context)[IssueCause(.providerAway, account: "zinc")])
            #expect(issue.details["since"] == JSON(began))
            let issues = Issues(context)
            let status = try await issues.status(.ready, problems: { _ in nil }, for: nil)
            #expect(status.unsent == 1 && status.accounts.first { $0.id == "zinc" }?.unsent == 1)
            #expect(try await issues.show(issue.id, for: nil).members.orders.ids == [order.id])
            // Nobody asks any more: it says nothing about now.
            await look(context, after: .seconds(3601))
            await look(context, after: .seconds(181))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("A webhook that fails several times in a row is an issue that says what was answered, and ends with the next that is taken")
    func webhook() async throws {
        try await withHost { (context) async throws in
            let store = context.store
            let endpoint = WebhookEndpoint(id: "ops", url: "https://hooks.example.test", events: .all, keys: [], createdAt: clock.now())
            try await store.keep(endpoint, over: 0)
            var delivery = WebhookDelivery(id: "dlv_1", of: Notice(.test, about: "ops", 1, at: clock.now(), data: [:]), to: "ops", at: clock.now())
            for number in 1...3 {
                #expect(try await open(context).isEmpty, "after \(number - 1)")
                let attempt = WebhookDelivery.Attempt(at: clock.now(), milliseconds: 1, status: 500, error: "it answered 500")
                delivery = delivery.after(attempt, .pending, next: clock.now())
                try await store.perform([.delivery(delivery), .endpoint("ops", .failed(at: clock.now(), counts: false, throttledUntil: nil))])
                await look(context)
            }
            let issue = try #require(try await open(context)[IssueCause(.webhookFailing, host: "ops")])
            #expect(try await Issues(context).show(issue.id, for: nil).text.title == "The webhook ops fails: it answered 500")
            try await store.perform([.endpoint("ops", .succeeded)])
            await look(context)
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("What a person paused is an issue after a day, and none once it is resumed")
    func pausedLong() async throws {
        try await withHost { (context) async throws in
            let commands = Commands(context)
            let waiting = try await order(context, .accepted)
            try await commands.pause(account: "zinc", note: "asked to stop")
            try await commands.pause(connection: "acme")
            await look(context, after: .seconds(86_000))
            #expect(try await open(context).isEmpty)
            await look(context, after: .seconds(401))
            let issues = try await open(context)
            #expect(Set(issues.keys) == [IssueCause(.pausedLong, account: "zinc"), IssueCause(.pausedLong, connection: "acme")])
            let shown = try await Issues(context).show(issues[IssueCause(.pausedLong, account: "zinc")]?.id ?? "", for: nil)
            #expect(shown.members.orders.ids == [waiting.id] && shown.text.commands.last == "fairlead account resume zinc")
            try await commands.resume(account: "zinc")
            try await commands.resume(connection: "acme")
            await look(context)
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("Orders that were refused are an issue until they are seen to, or a week is over")
    func refused() async throws {
        try await withHost { (context) async throws in
            let first = try await order(context, .refused, "refused")
            var second = try await order(context, .refused, "refused")
            await look(context)
            let cause = IssueCause(.ordersRefused, connection: "acme", account: "zinc")
            let issue = try #require(try await open(context)[cause])
            #expect(issue.count == 2)
            _ = try await Commands(context).discard(order: first.id, note: "the candidate withdrew")
            await look(context)
            #expect(try await Issues(context).show(issue.id, for: nil).members.orders.ids == [second.id])
            try await set(&second, .accepted, nil, context)
            await look(context)
            #expect(try await open(context).isEmpty)
            _ = try await order(context, .refused, "refused")
            await look(context)
            #expect(try await open(context)[cause] != nil)
            await look(context, after: .seconds(7 * 86_400))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("Deliveries that a script rejected are an issue until they go well, or a day is over")
    func rejected() async throws {
        try await withHost { (context) async throws in
            var first = try await run(context, .rejected, nil)
            let order = try await order(context, .requested)
            _ = try await run(context, hook: "on_update", .rejected, nil, order: order.id)
            await look(context)
            let cause = IssueCause(.deliveriesRejected, connection: "acme", plugin: "webhook")
            let issue = try #require(try await open(context)[cause])
            #expect(try await Issues(context).show(issue.id, for: nil).members.runs.ids == [first.id])
            first.state = .done
            try await context.store.perform([.run(first)])
            await look(context)
            #expect(try await open(context)[cause] == nil)
            _ = try await run(context, .rejected, nil)
            await look(context)
            #expect(try await open(context)[cause] != nil)
            await look(context, after: .seconds(86_401))
            #expect(try await open(context)[cause] == nil)
        }
    }

    @Test("A notifier that fails for minutes is an issue, and none once it tells")
    func notifier() async throws {
        try await withHost { (context) async throws in
            var told = try await run(context, hook: "on_notification", .waiting, RunFailure("http_500", "as invented"))
            await look(context)
            #expect(try await open(context).isEmpty)
            clock.advance(by: .seconds(300))
            told.fail(RunFailure("http_500", "as invented"), attempt: 2, at: clock.now())
            try await context.store.perform([.run(told)])
            await look(context)
            #expect(try await open(context).keys.map(\.kind) == [.webhookFailing])
            told.state = .done
            try await context.store.perform([.run(told)])
            await look(context)
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
            var unused = Registry.ReloadFailure(connection: nil, plugin: "spare", message: "spare/main.lua:3: no", at: clock.now())
            unused.isLeftOut = true
            context.registry.reloadFailures.append(unused)
            await look(context)
            let left = try #require(try await open(context)[unused.cause])
            #expect(try await Issues(context).show(left.id, for: nil).text.title == "The plugin spare is left out, for something is wrong with it")
            let refused = try #require(issues[IssueCause(.reloadRefused, connection: "acme")])
            #expect(try await Issues(context).show(refused.id, for: nil).text.means.contains("fairlead.yaml:7"))
            _ = context.breakers.scripts.succeeded(breaker)
            context.registry.reloadFailures = []
            await look(context, after: .seconds(181))
            #expect(try await open(context).isEmpty)
        }
    }

    @Test("An account and a connection that open orders name and no replica's settings have is an issue, until it is there again")
    func notInSettings() async throws {
        try await withHost { context in
            let order = try await order(context, .inProgress)
            await look(context)
            #expect(try await open(context).isEmpty)
            let (connections, accounts) = (context.registry.connections, context.registry.accounts)
            context.registry.replace(
                connections: connections.filter { $0.id != order.connection },
                accounts: accounts.filter { $0.account.id != order.account }
            )
            await look(context)
            let found = try await open(context)
            let account = try #require(found[IssueCause(.notInSettings, account: order.account)])
            #expect(found.count == 2 && found[IssueCause(.notInSettings, connection: order.connection)]?.count == 1)
            #expect(IssueText(account, registry: context.registry).title == "The account zinc is not in the settings, and an open order names it")
            // Another replica has it: its settings are newer, or older.
            context.registry.replace(connections: connections, accounts: accounts)
            await look(context)
            await look(context, after: .seconds(200))
            #expect(try await open(context).isEmpty)
        }
    }
}
