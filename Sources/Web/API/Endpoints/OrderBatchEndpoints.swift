import HTTPTypes
import Pipeline
import Screening

/// What a client that places orders may do with many of them.
struct OrderBatchEndpoints: Sendable {
    let store: any OrderStore & IdempotencyStore
    let commands: Commands
    let names: KnownNames

    var endpoints: [Endpoint] {
        [
            endpoint("/orders/refresh", .refreshOrders, "Ask the providers for their present word on many orders") {
                try await $0.previewRefresh(orders: $1)
            } perform: {
                try await $0.refresh(orders: $1, $2, note: $3)
            },
            endpoint("/orders/cancel", .cancelOrders, "Cancel many orders; one whose provider refuses, or does not answer, is counted by refused") {
                try await $0.previewCancel(orders: $1)
            } perform: {
                try await $0.cancel(orders: $1, $2, note: $3)
            },
        ]
    }

    private func endpoint(
        _ path: String,
        _ verb: BulkJob.Verb,
        _ summary: String,
        preview: @escaping @Sendable (Commands, OrderQuery) async throws -> Commands.Preview,
        perform: @escaping @Sendable (Commands, OrderQuery, PageRequest, _ note: String?) async throws -> Commands.Batch
    ) -> Endpoint {
        Endpoint(.post, path, .order, .batch(summary, OrderEndpoints.list.members, others: ["note": .anyText])) { request, principal in
            let (given, page, body) = try await OrderEndpoints.list.readBatch(request, principal, names, others: ["note"])
            let commands = commands.acting(as: principal.actor)
            let query = try await commands.shown(given)
            if OrderEndpoints.list.isDryRun(body) { return WireResponse(200, json: try await preview(commands, query).json) }
            return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                let note = try body.optionalText("note")
                if OrderEndpoints.list.isPage(body) { return WireResponse(202, json: try await perform(commands, query, page, note).json) }
                return WireResponse(202, json: try await commands.begin(verb, orders: query, note: note, for: principal.connections).view(principal))
            }
        }
    }
}
