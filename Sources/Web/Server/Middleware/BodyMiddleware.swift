import Screening

/// Reads the body, within its limits: the last link before what answers.
struct BodyMiddleware: HTTPMiddleware {
    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        try await next(request.withBody(), context)
    }
}
