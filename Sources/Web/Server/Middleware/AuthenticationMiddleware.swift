import Screening

/// Finds out who asks and whether they may. Whoever is not known is refused before their body is read.
struct AuthenticationMiddleware: HTTPMiddleware {
    let authentication: Authentication
    /// What the caller must be permitted.
    let scope: Scope

    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        let principal = try await authentication.principal(of: request)
        try principal.require(scope)
        var context = context
        context.principal = principal
        return try await next(request, context)
    }
}
