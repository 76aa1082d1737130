import Foundation
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

/// A trial of what becomes an issue, on a clock of its own.
protocol IssueTrial {
    var clock: ManualClock { get }
}

extension IssueTrial {
    /// A host that stands still: the test looks when it wants to.
    func withHost(_ body: (PipelineContext) async throws -> Void) async throws {
        let harness = try await PipelineHarness(works: false, clock: clock)
        try await body(harness.context)
        await harness.stop()
    }

    func open(_ context: PipelineContext) async throws -> [IssueCause: IssueRecord] {
        var query = IssueQuery()
        (query.states, query.at) = ([.open, .snoozed], clock.now())
        return Dictionary(try await context.store.issues(query, PageRequest(limit: 200)).items.map { ($0.cause, $0) }) { $1 }
    }

    func look(_ context: PipelineContext, after wait: Duration = .seconds(1)) async {
        clock.advance(by: wait)
        await context.watcher.look()
        await context.watcher.flush()
    }

    func run(_ context: PipelineContext, hook: String = "on_event", _ state: Run.State, _ failure: RunFailure?, order: String? = nil)
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

    func storedEvent(_ context: PipelineContext) async throws -> String {
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

    func order(_ context: PipelineContext, _ state: OrderState, _ problem: String? = nil) async throws -> Order {
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

    func set(_ order: inout Order, _ state: OrderState, _ problem: String?, _ context: PipelineContext) async throws {
        order.version += 1
        order.status.state = state
        order.status.problem = problem.map { Problem(code: $0, message: "as invented", at: clock.now()) }
        order.updatedAt = clock.now()
        try await context.store.perform([.order(order)])
    }
}
