import HTTPTypes
import Pipeline
import Screening

/// What scripts did.
struct RunEndpoints: Sendable {
    let store: any RunStore & Inbox & IdempotencyStore
    let commands: Commands

    static let filters = ["state", "connection", "event", "order_id", "hook", "since", "until"]

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/runs", .read, .list("Runs, newest first", of: "Run", filters: RunEndpoints.descriptions)) { request, principal in
                let filters = try Filters(request, known: RunEndpoints.filters, repeatable: ["state", "connection"])
                return try await store.runs(RunEndpoints.query(filters, principal), filters.page(of: .run)).response { $0.view(principal) }
            },
            Endpoint(.get, "/runs/{id}", .read, .show("One run with its steps", of: "Run")) { request, principal in
                let run = try await run(request, principal)
                // An event that cannot be read any more leaves its runs without an input, not without an answer.
                let input = principal.seesPersonal ? try? await RunInput(store).json(of: run) : nil
                return WireResponse(200, json: run.view(principal, input: input, steps: try await store.steps(of: run.id)))
            },
            Endpoint(.post, "/runs/{id}/retry", .operate, .command("Give a run another attempt now", 202, of: "Run")) { request, principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).answer {
                    let id = try await run(request, principal).id
                    return WireResponse(202, json: try await commands.retry(run: id).view(principal))
                }
            },
            Endpoint(.post, "/runs/{id}/discard", .operate, .command("Nothing is to be done about a run", 202, of: "Run", body: ["note": .anyText])) {
                request,
                principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).answer {
                    let id = try await run(request, principal).id
                    let note = try request.object(["note"]).optionalText("note")
                    return WireResponse(202, json: try await commands.discard(run: id, note: note).view(principal))
                }
            },
            Endpoint(.post, "/runs/retry", .operate, .batch("Give many runs another attempt now", filters: RunEndpoints.filters)) {
                request,
                principal in
                let body = try request.object(RunEndpoints.filters + ["limit", "cursor"])
                let filters = try Filters(body, known: RunEndpoints.filters, repeatable: ["state", "connection"])
                return WireResponse(202, json: try await commands.retry(runs: RunEndpoints.query(filters, principal), filters.batch(of: .run)).json)
            },
            Endpoint(.post, "/runs/discard", .operate, .batch("Nothing is to be done about many runs", filters: RunEndpoints.filters + ["note"])) {
                request,
                principal in
                let body = try request.object(RunEndpoints.filters + ["limit", "cursor", "note"])
                let filters = try Filters(body, known: RunEndpoints.filters, repeatable: ["state", "connection"])
                let query = try RunEndpoints.query(filters, principal)
                let note = try body.optionalText("note")
                return WireResponse(202, json: try await commands.discard(runs: query, filters.batch(of: .run), note: note).json)
            },
        ]
    }

    private static func query(_ filters: Filters, _ principal: Principal) throws -> RunQuery {
        var query = RunQuery()
        query.states = Set(try filters.words("state", as: Run.State.self))
        query.connections = filters.connections(principal)
        query.event = try filters.text("event")
        query.order = try filters.text("order_id")
        query.hook = try filters.text("hook")
        query.since = try filters.moment("since")
        query.until = try filters.moment("until")
        return query
    }

    private func run(_ request: IncomingRequest, _ principal: Principal) async throws -> Run {
        guard let run = try await store.run(request.parameters["id"] ?? ""), principal.sees(connection: run.connection) else {
            throw ProblemDocument.notFound("run")
        }
        return run
    }

    private static let descriptions: [(String, String)] = [
        ("state", "In this state; may be given several times"), ("connection", "On this connection; may be given several times"),
        ("event", "Of this event"), ("order_id", "Of this order"), ("hook", "Of this hook; a route's is its METHOD /path"),
        ("since", "Made at or after this moment"), ("until", "Made before this moment"),
    ]
}
