import HTTPTypes
import Metrics
import Screening

/// Counts and times requests until their answer is there, by route, method and status. Never by path: that holds tokens and identifiers.
struct MetricsMiddleware: HTTPMiddleware {
    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let labels = [("route", context.routePattern ?? "none"), ("method", request.method.label), ("code", String(response.status))]
        Timer(label: "fairlead_http_request_duration_seconds", dimensions: labels, preferredDisplayUnit: .seconds)
            .record(duration: .now - start)
        return response
    }
}

extension HTTPRequest.Method {
    /// The method where it is a usual one: any sender can make up others, and each would be a series of its own.
    var label: String { HTTPRequest.Method.usual.contains(self) ? rawValue : "other" }

    private static let usual: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options, .connect, .trace]
}

/// Counts what is refused on a connection before it is a request that the chain sees, by reason.
struct RefusalCounter: Sendable {
    /// Made when the server starts: the event loop does not see the metrics factory that a task was given.
    private let factory: any MetricsFactory = MetricsSystem.factory

    func count(_ reason: String) {
        Counter(label: "fairlead_http_refused_total", dimensions: [("reason", reason)], factory: factory).increment()
    }
}
