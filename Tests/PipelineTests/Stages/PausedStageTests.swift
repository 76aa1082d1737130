import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// What stages and commands do while somebody's pause holds an account or a connection.
@Suite("Work of what is paused") struct PausedStageTests {
    private let harness = StageHarness()
    private let operations = Actor.token(id: "tok_1", name: "ops")

    private var commands: Commands { harness.commands.acting(as: operations) }

    private func submit(_ order: Order) async throws -> StageResult {
        try await harness.submit.decide(harness.claim(.submit(order: order.id)), order)
    }

    @Test("An order of a paused account or connection waits, its attempt unspent, and the provider is asked nothing")
    func sending() async throws {
        for subject in ["account", "connection"] {
            let order = harness.order()
            if subject == "account" { try await commands.pause(account: "stub-uk") } else { try await commands.pause(connection: "acme") }
            let decision = try #require(try await submit(order).decision)
            #expect(decision.again == harness.now + Pauses.look && decision.spent == false && decision.effects.isEmpty, "\(subject)")
            let situation = try await commands.situation(of: order)
            #expect(situation.obstacle?.code == "paused", "\(subject)")
            #expect(situation.obstacle?.message.contains("paused by ops") == true)
            if subject == "account" { try await commands.resume(account: "stub-uk") } else { try await commands.resume(connection: "acme") }
            #expect(try await submit(order).first != nil)
        }
        #expect(harness.provider.calls.isEmpty)
        #expect(harness.store.with { $0.advanced } == [Pauses.look, Pauses.look])
    }

    @Test("What was being sent is not looked for at a paused account, however long that lasts")
    func recovering() async throws {
        try await commands.pause(account: "stub-uk")
        let order = harness.order(.submitting)
        harness.clock.advance(by: .seconds(7200))
        let decision = try #require(try await submit(order).decision)
        #expect(decision.spent == false && decision.again != nil && harness.provider.calls.isEmpty)
    }

    @Test("A run of a paused connection waits without an attempt, and its steps stay")
    func running() async throws {
        try await commands.pause(connection: "acme", note: "wrong mapping")
        let run = harness.connection.run(id: "run_1", hook: "on_update", event: nil, order: nil, input: .update(Personal([:])), at: harness.now)
        let decision = try #require(try await harness.run.decide(harness.claim(.run(run.id)), run).decision)
        #expect(decision.spent == false && decision.again == harness.now + Pauses.look)
        let waiting = try #require(decision.run)
        #expect(waiting.state == .waiting && waiting.attempt == 0 && waiting.failure?.code == "paused")
        #expect(waiting.failure?.message.contains("wrong mapping") == false)
        #expect(harness.hooks.calls.isEmpty)
    }

    @Test("Cancelling, checking and listing packages are refused where they would ask the provider, and an order that was not sent is cancelled")
    func commandsThatAsk() async throws {
        try await commands.pause(account: "stub-uk")
        let sent = harness.order(.awaitingCandidate) { $0.providerRef = "ref_1" }
        func code(_ body: () async throws -> Void) async throws -> String? {
            do { try await body() } catch let error as CommandError { return error.code }
            return nil
        }
        #expect(try await code { _ = try await commands.cancel(order: sent.id) } == "paused")
        #expect(try await code { _ = try await commands.check(account: "stub-uk") } == "paused")
        #expect(try await code { _ = try await commands.packages(account: "stub-uk") } == "paused")
        #expect(try await commands.cancel(order: harness.order().id).state == .cancelled)
        try await commands.resume(account: "stub-uk")
        try await commands.pause(connection: "acme")
        #expect(try await code { _ = try await commands.cancel(order: sent.id) } == "paused")
        #expect(harness.provider.calls.isEmpty)
        try await commands.resume(connection: "acme")
        #expect(try await commands.cancel(order: sent.id).state == .cancelled)
    }

    @Test("A pause keeps who made it and why, and pausing again keeps since when")
    func whoAndWhy() async throws {
        try await commands.pause(account: "stub-uk", note: "asked to stop")
        let begun = harness.now
        harness.clock.advance(by: .seconds(60))
        try await harness.commands.acting(as: .token(id: "tok_2", name: "night")).pause(account: "stub-uk", note: "still")
        let pause = try #require(try await commands.pause(of: harness.account))
        #expect(pause.problem.at == begun && pause.actor == .token(id: "tok_2", name: "night") && pause.note?.value == "still")
        await #expect(throws: CommandError.self) { try await commands.pause(account: "nobody") }
        await #expect(throws: CommandError.self) { try await commands.pause(connection: "nobody") }
        try await commands.resume(account: "stub-uk")
        try await commands.resume(account: "stub-uk")
        #expect(try await commands.pause(of: harness.account) == nil)
    }

    @Test("Rejected credentials do not take the place of a person's pause, and no new key ends that")
    func credentials() async throws {
        try await commands.pause(account: "stub-uk")
        let rejection = ProviderError(.unauthorised, "no", status: 401)
        #expect(try await harness.accounts.rejected(rejection, by: harness.account).isEmpty)
        #expect(try await harness.accounts.pauses.lifting(harness.account).isEmpty)
        let other = Account(
            id: "stub-uk",
            provider: "stub",
            baseURL: "https://stub.example.test",
            secrets: ["api_key": [Secret("another")]],
            polling: harness.account.account.polling
        )
        harness.registry.replace(connections: harness.registry.connections, accounts: [ProviderAccount(account: other, provider: harness.provider)])
        #expect(try await commands.pause(of: harness.account)?.isByHand == true)
    }

    @Test("A pause by another replica holds within two seconds, and its end at once")
    func replicas() async throws {
        let pauses = harness.accounts.brakes
        #expect(try await pauses.pause(of: .account("stub-uk")) == nil)
        let pause = OperatingState.Pause(problem: Problem(code: "paused", message: "", at: harness.now), actor: operations)
        try await harness.store.perform([.pause(.account("stub-uk"), pause)])
        harness.clock.advance(by: Pauses.goesOn)
        #expect(try await pauses.pause(of: .account("stub-uk")) == pause)
        try await harness.store.perform([.pause(.account("stub-uk"), nil)])
        harness.clock.advance(by: Pauses.waits)
        #expect(try await pauses.pause(of: .account("stub-uk")) == nil)
    }

    @Test("A call that began before the pause sends nothing more")
    func underWay() async throws {
        let transport = ScriptedTransport()
        let subjects: [OperatingState.Subject] = [.account("stub-uk"), .connection("acme")]
        let braked = BrakedTransport(transport: transport, pauses: harness.accounts.brakes, subjects: subjects)
        let request = WireRequest(.post, "https://stub.example.test/checks")
        func expectHeld() async {
            await #expect {
                _ = try await braked.send(request)
            } throws: {
                ($0 as? TransportError)?.surelyNotSent == true
            }
        }
        try await commands.pause(account: "stub-uk")
        await expectHeld()
        try await commands.resume(account: "stub-uk")
        try await commands.pause(connection: "acme")
        await expectHeld()
    }
}
