import HTTPTypes
import Screening

/// One operation of the API: what it does, who may, and how the OpenAPI document describes it.
struct Endpoint: Sendable {
    typealias Responder = @Sendable (IncomingRequest, Principal) async throws -> WireResponse

    /// Where the API's paths begin.
    static let root = "/api/v1"

    let method: HTTPRequest.Method
    /// The path below ``root``.
    let path: String
    /// The scope it needs beyond `read`.
    let scope: Scope
    let operation: Operation
    /// Whether the answer waits for others, such as a provider: then it takes no turn from answers that are put together of what is stored.
    let asksOthers: Bool
    /// Whether it only reads although it is no GET: then it takes its turn as those do.
    let isReading: Bool
    let respond: Responder
    /// What matches its path below ``root``.
    let pattern: Route

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ scope: Scope,
        _ operation: Operation,
        asksOthers: Bool = false,
        isReading: Bool = false,
        respond: @escaping Responder
    ) {
        self.method = method
        self.path = path
        self.scope = scope
        self.operation = operation
        self.asksOthers = asksOthers
        self.isReading = isReading
        self.respond = respond
        pattern = Route(nil, path) { _ in throw ProblemDocument.notFound }
    }

    /// The endpoint as a route behind its authentication; nobody may store the answer.
    func route(_ authentication: Authentication, _ budget: AnswerBudget, _ audit: RequestAudit) -> Route {
        let route = Route(method, Endpoint.root + path) { request, context in
            guard let principal = context.principal else { throw ProblemDocument.unauthenticated }
            return try await answer(request, principal, budget, audit)
        }
        return route.behind(AuthenticationMiddleware(authentication: authentication, endpoint: self, audit: audit))
    }

    /// The answer to somebody who may ask, put together in its turn and recorded.
    func answer(_ request: IncomingRequest, _ principal: Principal, _ budget: AnswerBudget, _ audit: RequestAudit) async throws -> WireResponse {
        let principal = audit.shown(to: principal, self, request)
        let takesTurn = (method == .get || isReading) && !asksOthers
        var response = try await audit.respond(self, request, principal) {
            takesTurn ? try await budget.inTurn { try await respond(request, principal) } : try await respond(request, principal)
        }
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
