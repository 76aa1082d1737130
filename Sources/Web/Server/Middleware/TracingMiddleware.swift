import HTTPTypes
import Screening
import Tracing

/// A span for each request, which goes on where the caller's trace context says. It names the route, never the path, which holds tokens and identifiers.
struct TracingMiddleware: HTTPMiddleware {
    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        var parent = InstrumentationContext.current ?? .topLevel
        InstrumentationSystem.instrument.extract(request.headers, into: &parent, using: FieldExtractor())
        let route = context.routePattern
        return try await withSpan("\(request.method.label) \(route ?? "none")", context: parent, ofKind: .server) { span in
            let response = try await next(request, context)
            span.updateAttributes { attributes in
                attributes["http.request.method"] = request.method.label
                attributes["http.route"] = route
                attributes["http.response.status_code"] = response.status
                attributes["fairlead.request.id"] = context.requestID
            }
            if response.status >= 500 { span.setStatus(SpanStatus(code: .error)) }
            return response
        }
    }

    private struct FieldExtractor: Extractor {
        func extract(key: String, from fields: HTTPFields) -> String? { HTTPField.Name(key).flatMap { fields[$0] } }
    }
}
