import Screening

/// Finds out who asks and whether they may. Whoever is not known is refused before their body is read.
struct AuthenticationMiddleware: HTTPMiddleware {
    let authentication: Authentication
    /// What the caller asks for, and must be permitted.
    let endpoint: Endpoint
    let audit: RequestAudit

    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        let principal = try await authentication.principal(of: request)
        do { try principal.require(endpoint.scope) } catch {
            await audit.refused(endpoint, request, principal, error.code)
            throw error
        }
        var context = context
        context.principal = principal
        return try await next(request, context)
    }
}
