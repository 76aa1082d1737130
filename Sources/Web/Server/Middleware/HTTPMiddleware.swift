public import Hummingbird
public import Screening

/// A link of the chain that a request passes on its way to what answers it.
///
/// A link may look at the request and the answer, change either, keep something in the context, or answer by itself; it goes on by calling `next`. What
/// it throws becomes problem JSON. There are two places to add one:
/// - for every request: ``HTTPServer``'s list of links;
/// - for some routes: ``Route/behind(_:)``, as the API's routes stand behind ``AuthenticationMiddleware``. Those links run before the body is read; one
///   that needs the body takes it from ``IncomingRequest/withBody()``.
public protocol HTTPMiddleware: MiddlewareProtocol where Input == IncomingRequest, Output == WireResponse, Context == RequestContext {}

extension Sequence where Element == any HTTPMiddleware {
    /// Takes a request through the links, the first outermost, and then to `responder`.
    func handle(
        _ request: IncomingRequest,
        _ context: RequestContext,
        then responder: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        try await handle(ArraySlice(self), request, context, responder)
    }

    private func handle(
        _ links: ArraySlice<any HTTPMiddleware>,
        _ request: IncomingRequest,
        _ context: RequestContext,
        _ responder: (IncomingRequest, RequestContext) async throws -> WireResponse
    ) async throws -> WireResponse {
        guard let link = links.first else { return try await responder(request, context) }
        return try await link.handle(request, context: context) { try await handle(links.dropFirst(), $0, $1, responder) }
    }
}
