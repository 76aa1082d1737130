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
                try await answered(request, principal, ["note"]) { body in
                    try await commands.acting(as: principal.actor).hold(note: body.optionalText("note"))
                    return []
                }
            },
            Endpoint(
                .post,
                "/release",
                .admin,
                .command(
                    "Let go of a held store: what waited is done now",
                    200,
                    of: StoreHold.state,
                    optional: ["note": .anyText, "force": .yesOrNo, "gap_closed": .yesOrNo]
                )
            ) { request, principal in
                try await answered(request, principal, ["note", "force", "gap_closed"]) { body in
                    // Closing the gap forgets them: whoever does is told of them for the last time. Who lets go does not wait for the list.
                    let unknown = (try? await commands.unknownRequests()) ?? []
                    try await commands.acting(as: principal.actor).release(
                        note: body.optionalText("note"),
                        force: body.optionalFlag("force"),
                        isGapClosed: body.optionalFlag("gap_closed")
                    )
                    return unknown
                }
            },
        ]
    }

    private func answered(
        _ request: IncomingRequest,
        _ principal: Principal,
        _ members: [String],
        _ command: (JSON) async throws -> [UnknownRequest]
    ) async throws -> WireResponse {
        guard principal.connections == nil else {
            let detail = "this token is restricted to some connections, and the hold is everybody's"
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", detail)
        }
        return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
            let unknown = try await command(request.object(members))
            let hold = try await commands.holdView(principal)
            return WireResponse(
                200,
                json: ["held": .bool(hold != nil), "hold": hold ?? .null, "unknown_requests": .array(unknown.map(\.view))]
            )
        }
    }
}

extension Commands {
    /// Why the store is held, and how far it is with looking for what may have been sent; nil where it is not held.
    func holdView(_ principal: Principal) async throws -> JSON? {
        guard let hold = try await presentHold() else { return nil }
        return hold.view(principal, try await reconciliation(on: principal.connections))
    }
}
