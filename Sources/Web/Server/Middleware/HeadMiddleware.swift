import HTTPTypes
import Screening

/// Refuses requests whose head does not say plainly what is asked of whom: without a `Host` or with several, or with an expectation that nobody can meet.
struct HeadMiddleware: HTTPMiddleware {
    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        // The first Host field is the authority; one that is still among the fields is a second.
        guard request.authority != nil, request.headers[HeadMiddleware.host] == nil else { throw ProblemDocument.noHost }
        if let expectation = request.headers[.expect], expectation.trimmed.lowercased() != "100-continue" { throw ProblemDocument.expectation }
        return try await next(request, context)
    }

    private static let host = HTTPField.Name("host")!
}
