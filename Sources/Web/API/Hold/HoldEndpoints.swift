import HTTPTypes
import Pipeline
import Screening

/// Holding the store and letting go of it.
struct HoldEndpoints: Sendable {
    let store: any IdempotencyStore
    let commands: Commands

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/hold",
                .admin,
                .command("Take everything in and send nothing until the store is released", 200, of: StoreHold.state, optional: ["note": .anyText])
            ) { request, principal in
                try await answered(request, principal) { body in
                    try await commands.acting(as: principal.actor).hold(note: body.optionalText("note"))
                }
            },
            Endpoint(
                .post,
                "/release",
                .admin,
                .command("Let go of a held store: what waited is done now", 200, of: StoreHold.state, optional: ["note": .anyText])
            ) { request, principal in
                try await answered(request, principal) { body in
                    try await commands.acting(as: principal.actor).release(note: body.optionalText("note"))
                }
            },
        ]
    }

    private func answered(
        _ request: IncomingRequest,
        _ principal: Principal,
        _ command: (JSON) async throws -> Void
    ) async throws -> WireResponse {
        guard principal.connections == nil else {
            let detail = "this token is restricted to some connections, and the hold is everybody's"
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", detail)
        }
        return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
            try await command(request.object(["note"]))
            let hold = try await commands.presentHold()
            return WireResponse(200, json: ["held": .bool(hold != nil), "hold": hold.map { $0.view(principal) } ?? .null])
        }
    }
}
