import HTTPTypes
import Logging
import Metrics
import Pipeline
import Screening

/// Counts, times and logs requests until their answer is there, by route, method and status. Never by path: that holds tokens and identifiers.
struct MetricsMiddleware: HTTPMiddleware {
    private let durations = MetricSet<Timer>("fairlead_http_request_duration_seconds", "route", "method", "code")

    func handle(
        _ request: IncomingRequest,
        context: RequestContext,
        next: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let (taken, route) = (ContinuousClock.now - start, context.routePattern ?? "none")
        durations.record(taken, route, request.method.label, statusLabel(response.status))
        context.logger.debug(
            "request answered",
            metadata: [
                "event": "request.answered", "method": "\(request.method.label)", "route": "\(route)", "status": .stringConvertible(response.status),
                "ms": .stringConvertible((taken.inSeconds * 10_000).rounded() / 10),
            ]
        )
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
    private let refused = MetricSet<Counter>("fairlead_http_refused_total", "reason")

    func count(_ reason: String) { refused.increment(reason) }
}
