import HTTPTypes
import Screening

/// Shows an error as a page to somebody who looks at it in a browser; everybody else is answered problem JSON.
struct ProblemPageMiddleware: HTTPMiddleware {
    let page: HTTPServer.ProblemPages

    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        let response = try await next(request, context)
        guard response.headers[.contentType] == ProblemDocument.mediaType else { return response }
        return page(response, request, context.requestID) ?? response
    }
}

extension IncomingRequest {
    /// Whether whoever asks would have a page: browsers name it when somebody opens an address or sends a form.
    public var takesHTML: Bool {
        headers[values: .accept].joined(separator: ",").lowercased().split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map { String($0).trimmed }
            return parts.first == "text/html" && !parts.dropFirst().contains { $0.hasPrefix("q=") && (Double($0.dropFirst(2)) ?? 0) <= 0 }
        }
    }
}
