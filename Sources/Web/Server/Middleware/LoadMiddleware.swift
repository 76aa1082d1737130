import HTTPTypes
import Screening

/// Refuses what the server has no room for: 503 with `Retry-After`.
struct LoadMiddleware: HTTPMiddleware {
    let load: ServerLoad

    /// An answer of up to this many bytes is not counted: there is at most one for each connection.
    static let smallAnswer = 16 << 10

    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        guard load.beginRequest(isVital: context.isVital) else { throw ProblemDocument.overloaded }
        defer { load.endRequest() }
        let response = try await next(request, context)
        context.held.clear()
        if response.body.count > LoadMiddleware.smallAnswer {
            // A read can be repeated, so its answer may be refused. A change was made already, so its answer must be sent.
            try context.held.add(response.body.count, always: ![.get, .head].contains(request.method))
        }
        return response
    }
}
