import HTTPTypes
import Pipeline
import Screening

/// Commands for many things: how far they are, and how they are stopped.
struct BulkEndpoints: Sendable {
    let store: any IdempotencyStore
    let commands: Commands

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/bulk", .read, Self.listing) { request, principal in
                let jobs = try await commands.bulkJobs(in: Self.states(request)).filter { $0.isSeen(by: principal) }
                return Page(items: jobs, next: nil).response { $0.view(principal) }
            },
            Endpoint(.get, "/bulk/{id}", .read, .show("How far a command for many things is", of: BulkJob.schema)) { request, principal in
                let job = try await job(request, principal)
                let refusals = try await commands.refusals(ofBulk: job.id, limit: Self.namedRefusals)
                return WireResponse(200, json: job.view(principal, refusals))
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

    /// How many refusals are named.
    private static let namedRefusals = 200

    private static let listing = Operation(
        summary: "The newest commands for many things",
        parameters: [
            [
                "name": "state", "in": "query", "description": "In this state; may be given several times",
                "schema": .list(of: .values(BulkJob.State.self)),
            ]
        ],
        answers: [(200, .page(of: BulkJob.schema.reference))],
        problems: [400]
    )

    private static func states(_ request: IncomingRequest) throws(ProblemDocument) -> Set<BulkJob.State> {
        var states: Set<BulkJob.State> = []
        for (name, value) in request.query {
            guard name == "state" else { throw ProblemDocument.filter("unknown_filter", name, "there is no filter \(name.prefix(64)) here") }
            guard let state = BulkJob.State(rawValue: value) else {
                let words = BulkJob.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw ProblemDocument.filter("malformed_filter", name, "state is one of \(words)")
            }
            states.insert(state)
        }
        return states
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
        sometimes: [
            "note": JSON.anyText.orNull, "withheld": .withheld,
            "refusals": .list(of: .object(always: ["item": .anyText, "code": .anyText], sometimes: ["message": .anyText])),
        ],
        """
        A command for many things: count is how many matched when it was asked for, done and refused how many it was done for and could not be, left \
        how many are still to come; superseded: those of refused that were skipped because the ATS was told of a later change of the \
        order; reason: why the host stopped it; refusals (only for one): the first two hundred that it could not be done for, and why
        """
    )

    /// Whether somebody may see it: one who sees all that whoever asked for it did.
    func isSeen(by principal: Principal) -> Bool {
        guard let own = principal.connections else { return true }
        return connections.map { $0.isSubset(of: own) } ?? false
    }

    /// - Parameter refusals: what it could not be done for; nil where that is not shown.
    func view(_ principal: Principal, _ refusals: [Refusal]? = nil) -> JSON {
        var view: JSON = [
            "id": .string(id), "verb": .string(verb.rawValue), "state": .string(state.rawValue), "count": .int(Int64(count)),
            "done": .int(Int64(done)),
            "refused": .int(Int64(refused)), "superseded": .int(Int64(superseded)), "left": .int(Int64(max(count - position, 0))), "next": .null,
            "actor": actor.view(principal), "note": JSON(note?.value), "created_at": JSON(createdAt), "ended_at": JSON(endedAt),
            "reason": JSON(reason),
        ]
        view["refusals"] = refusals.map { refusals in
            .array(
                refusals.map { refusal in
                    var item: JSON = ["item": .string(refusal.item), "code": .string(refusal.code)]
                    if principal.seesPersonal { item["message"] = .string(refusal.message.value) }
                    return item
                }
            )
        }
        if !principal.seesPersonal { view.withhold("note") }
        return view
    }
}
