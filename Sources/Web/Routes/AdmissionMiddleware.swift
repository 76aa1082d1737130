import HTTPTypes
import Screening

/// Refuses, before the body is read, whom nobody knows and what cannot be read.
struct AdmissionMiddleware: HTTPMiddleware {
    /// Throws where the request's head says enough to refuse it.
    let admit: @Sendable (_ head: IncomingRequest) async throws -> Void

    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        try await admit(request)
        if let coding = ContentCoding.unread(in: request.headers[.contentEncoding]) {
            throw ProblemDocument.unsupportedCoding(ContentCoding.Failure.unknown(coding).description)
        }
        return try await next(request, context)
    }
}
