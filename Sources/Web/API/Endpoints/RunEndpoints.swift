import HTTPTypes
import Pipeline
import Screening

/// What scripts did.
struct RunEndpoints: Sendable {
    let store: any RunStore & Inbox & IdempotencyStore & OrderStore
    let commands: Commands
    let names: KnownNames

    static let list = Listing<RunQuery>(
        kind: .run,
        filters: [
            .values("state", "In this state", \.states), .connections, .text("event", "Of this event", \.event),
            .text("order_id", "Of this order", \.order), .text("hook", "Of this hook; a route's is its METHOD /path", \.hook), cause,
            .text("external_id", "About this external id; without read_personal only where an order of the connection has it", \.externalID),
            .search("q", "About whom or what this finds, as for orders; needs read_personal", \.text),
            .search("reason", "Whose reason has this in it, or whose state or error code is this; needs read_personal", \.reason),
            .timestamp("since", "Made at or after this time", \.since), .timestamp("until", "Made before this time", \.until),
        ]
    )

    private static let cause = Filter<RunQuery>("cause", "Which the cause of an issue keeps from ending well, as the issue writes it in cause") {
        query,
        values,
        _ in
        guard let value = values.first else { return }
        guard let cause = IssueCause(key: try value.line(maximum: 2000)) else {
            throw ProblemDocument.filter("malformed_filter", value.name, "\(value.name) must be the cause of an issue, as GET /issues/{id} shows it")
        }
        query.cause = cause
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/runs", .read, .list("Runs, newest first", of: Run.schema, RunEndpoints.list.parameters)) { request, principal in
                let (query, page) = try await RunEndpoints.list.read(request, principal, names)
                let runs = try await store.runs(query.searchable(on: commands.connections, for: principal, in: store), page)
                let named = try await NamedOrders(runs.items, for: principal, in: store)
                let explainer = try await commands.explainer()
                return runs.response { run in
                    var view = run.view(principal, named)
                    view["explanation"] = .string(explainer.explanation(of: run, showsPersonal: principal.seesPersonal))
                    return view
                }
            },
            Endpoint(.get, "/runs/{id}", .read, .show("One run with its steps", of: Run.schema)) { request, principal in
                let run = try await run(request, principal)
                // When an event cannot be read any more, its runs are still shown, only without an input.
                let input = principal.seesPersonal ? try? await RunInput(store).json(of: run) : nil
                // Who sees nobody sees the calls' lines all the same, where they can be read.
                let steps =
                    principal.seesPersonal
                    ? try await store.steps(of: run.id, within: AnswerBudget.bytes)
                    : try await Self.steps(of: run.id, in: store)
                let named = try await NamedOrders([run.summary], for: principal, in: store)
                var view = run.view(principal, named, input: input, steps: steps)
                let explainer = try await commands.explainer()
                view["explanation"] = .string(explainer.explanation(of: run.summary, showsPersonal: principal.seesPersonal))
                return WireResponse(200, json: view)
            },
            Endpoint(.get, "/runs/{id}/steps/{n}", .readPersonal, .show("One step of a run, whole", of: Step.schema)) { request, principal in
                let run = try await run(request, principal)
                guard let number = Int(request.parameters["n"] ?? ""), let step = try await store.step(number, of: run.id) else {
                    throw ProblemDocument.notFound("step")
                }
                return WireResponse(200, json: step.json)
            },
            Endpoint(
                .get,
                "/runs/{id}/input",
                .readPersonal,
                Operation(summary: "What a run's hook was called with, whole", answers: [(200, [:])], problems: [404])
            ) { request, principal in
                let run = try await run(request, principal)
                guard let input = try? await RunInput(store).json(of: run) else { throw ProblemDocument.notFound("input") }
                return WireResponse(200, json: input)
            },
            Endpoint(
                .post,
                "/runs/{id}/retry",
                .operate,
                .command("Give a run another attempt now", 202, of: Run.schema, optional: ["note": .anyText])
            ) {
                request,
                principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let id = try await run(request, principal).id
                    let note = try request.object(["note"]).optionalText("note")
                    return try await answer(commands.acting(as: principal.actor).retry(run: id, note: note), principal)
                }
            },
            Endpoint(
                .post,
                "/runs/{id}/discard",
                .operate,
                .command("Nothing is to be done about a run", 202, of: Run.schema, optional: ["note": .anyText])
            ) {
                request,
                principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let id = try await run(request, principal).id
                    let note = try request.object(["note"]).optionalText("note")
                    return try await answer(commands.acting(as: principal.actor).discard(run: id, note: note), principal)
                }
            },
            Endpoint(
                .post,
                "/runs/retry",
                .operate,
                .batch("Give many runs another attempt now", RunEndpoints.list.members, others: ["note": .anyText])
            ) {
                request,
                principal in
                let (given, page, body) = try await RunEndpoints.list.readBatch(request, principal, names, others: ["note"])
                let query = try await given.searchable(on: commands.connections, for: principal, in: store)
                let commands = commands.acting(as: principal.actor)
                if RunEndpoints.list.isDryRun(body) { return WireResponse(200, json: try await commands.previewRetry(runs: query).json) }
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let note = try body.optionalText("note")
                    if RunEndpoints.list.isPage(body) { return WireResponse(202, json: try await commands.retry(runs: query, page, note: note).json) }
                    let job = try await commands.begin(.retryRuns, runs: query, note: note, for: principal.connections)
                    return WireResponse(202, json: job.view(principal))
                }
            },
            Endpoint(
                .post,
                "/runs/discard",
                .operate,
                .batch("Nothing is to be done about many runs", RunEndpoints.list.members, others: ["note": .anyText])
            ) {
                request,
                principal in
                let (given, page, body) = try await RunEndpoints.list.readBatch(request, principal, names, others: ["note"])
                let query = try await given.searchable(on: commands.connections, for: principal, in: store)
                let commands = commands.acting(as: principal.actor)
                if RunEndpoints.list.isDryRun(body) { return WireResponse(200, json: try await commands.previewDiscard(runs: query).json) }
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let note = try body.optionalText("note")
                    if RunEndpoints.list.isPage(body) {
                        return WireResponse(202, json: try await commands.discard(runs: query, page, note: note).json)
                    }
                    let job = try await commands.begin(.discardRuns, runs: query, note: note, for: principal.connections)
                    return WireResponse(202, json: job.view(principal))
                }
            },
        ]
    }

    /// A run's steps for who sees nobody: what cannot be opened, such as that of somebody who was erased, has no line.
    private static func steps(of run: String, in store: some RunStore) async throws -> [StepSummary] {
        do { return try await store.steps(of: run, within: AnswerBudget.bytes) } catch is StoreError {
            return try await store.steps(of: run, within: 0)
        }
    }

    private func answer(_ run: Run, _ principal: Principal) async throws -> WireResponse {
        WireResponse(202, json: run.view(principal, try await NamedOrders([run.summary], for: principal, in: store)))
    }

    private func run(_ request: IncomingRequest, _ principal: Principal) async throws -> Run {
        guard let run = try await store.run(request.parameters["id"] ?? ""), principal.sees(connection: run.connection) else {
            throw ProblemDocument.notFound("run")
        }
        return run
    }
}
