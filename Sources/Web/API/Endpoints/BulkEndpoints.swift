import HTTPTypes
import Pipeline
import Screening

/// Commands for many things: how far they are, and how they are stopped.
struct BulkEndpoints: Sendable {
    let store: any IdempotencyStore
    let commands: Commands

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/bulk", .read, .whole("The newest commands for many things", of: BulkJob.schema)) { _, principal in
                let jobs = try await commands.bulkJobs().filter { $0.isSeen(by: principal) }
                return Page(items: jobs, next: nil).response { $0.view(principal) }
            },
            Endpoint(.get, "/bulk/{id}", .read, .show("How far a command for many things is", of: BulkJob.schema)) { request, principal in
                WireResponse(200, json: try await job(request, principal).view(principal))
            },
            Endpoint(.post, "/bulk/{id}/stop", .order, .command("Begin nothing more of a command for many things", 200, of: BulkJob.schema)) {
                request,
                principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let job = try await job(request, principal)
                    // What takes operate to begin takes it to stop.
                    if ![.refreshOrders, .cancelOrders].contains(job.verb) { try principal.require(.operate) }
                    return WireResponse(200, json: try await commands.acting(as: principal.actor).stop(bulk: job.id).view(principal))
                }
            },
        ]
    }

    private func job(_ request: IncomingRequest, _ principal: Principal) async throws -> BulkJob {
        let job = try await commands.bulkJob(request.parameters["id"] ?? "")
        guard job.isSeen(by: principal) else { throw ProblemDocument.notFound("bulk job") }
        return job
    }
}

extension BulkJob {
    static let schema = Schema(
        "BulkJob",
        always: [
            "id": .anyText, "verb": .values(Verb.self), "state": .values(State.self), "count": .wholeNumber, "done": .wholeNumber,
            "refused": .wholeNumber, "superseded": .wholeNumber, "left": .wholeNumber, "next": ["type": "null"], "actor": Actor.schema.reference,
            "created_at": .timestamp, "ended_at": JSON.timestamp.orNull,
            "reason": JSON.anyText.orNull,
        ],
        sometimes: ["note": JSON.anyText.orNull, "withheld": .withheld],
        """
        A command for many things: count is how many matched when it was asked for, done and refused how many it was done for and could not be, left \
        how many are still to come; superseded: those of refused that were skipped because the ATS was told of a later change of the \
        order; reason: why the host stopped it
        """
    )

    /// Whether somebody may see it: one who sees all that whoever asked for it did.
    func isSeen(by principal: Principal) -> Bool {
        guard let own = principal.connections else { return true }
        return connections.map { $0.isSubset(of: own) } ?? false
    }

    func view(_ principal: Principal) -> JSON {
        var view: JSON = [
            "id": .string(id), "verb": .string(verb.rawValue), "state": .string(state.rawValue), "count": .int(Int64(count)),
            "done": .int(Int64(done)),
            "refused": .int(Int64(refused)), "superseded": .int(Int64(superseded)), "left": .int(Int64(max(count - position, 0))), "next": .null,
            "actor": actor.view(principal), "note": JSON(note?.value), "created_at": JSON(createdAt), "ended_at": JSON(endedAt),
            "reason": JSON(reason),
        ]
        if !principal.seesPersonal { view.withhold("note") }
        return view
    }
}
