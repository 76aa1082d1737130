import HTTPTypes
import Screening

/// Refuses what the server has no room for: 503 with `Retry-After`.
struct LoadMiddleware: HTTPMiddleware {
    let load: ServerLoad

    /// Up to so many bytes an answer is not counted: there is at most one for each connection.
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
            // What was only read can be asked again. What was done has to be told.
            try context.held.add(response.body.count, always: ![.get, .head].contains(request.method))
        }
        return response
    }
}
