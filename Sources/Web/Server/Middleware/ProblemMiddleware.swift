import Logging
import Screening

/// Turns every error into problem JSON. An unexpected error is answered 500 without details, which only the log has.
struct ProblemMiddleware: HTTPMiddleware {
    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        do {
            return try await next(request, context)
        } catch is Disconnect {
            await context.disconnect()
            return WireResponse(500)
        } catch {
            guard let problem = ProblemDocument(describing: error) else {
                // The kind of error only: its text may hold what a person sent.
                context.logger.error(
                    "a request failed",
                    metadata: ["event": "request.failed", "error": .string(String(reflecting: type(of: error)))]
                )
                return ProblemDocument.broken.response
            }
            // Its text never holds what is stored.
            if problem.status == 500 {
                context.logger.error("a request failed", metadata: ["event": "request.failed", "error": .string("\(error)")])
            }
            return problem.response
        }
    }
}
