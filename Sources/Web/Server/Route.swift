public import HTTPTypes
public import Screening

/// One address of the server and what answers there.
public struct Route: Sendable {
    /// Answers a request. May throw ``ProblemDocument`` or any error: all become problem JSON.
    public typealias Responder = @Sendable (IncomingRequest, RequestContext) async throws -> WireResponse

    /// The method; nil for any.
    public let method: HTTPRequest.Method?
    /// The path: `/orders/{id}` takes one segment by name; a trailing `/*` takes the rest.
    public let pattern: String
    /// What answers, once the request has passed ``middleware`` and its body is there.
    public let respond: Responder
    /// What a request passes before its body is read, outermost first.
    public private(set) var middleware: [any HTTPMiddleware] = []
    /// Whether it is answered even where the server has no room for more.
    private(set) var isVital = false
    let segments: [Segment]

    /// A part of a pattern between slashes.
    enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
        case rest
    }

    /// A route whose answer depends on what the links found out, such as who asks.
    public init(_ method: HTTPRequest.Method?, _ pattern: String, respond: @escaping Responder) {
        self.method = method
        self.pattern = pattern
        self.respond = respond
        segments = pattern.split(separator: "/").map { part in
            if part == "*" { return .rest }
            return part.hasPrefix("{") && part.hasSuffix("}") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// A route whose answer depends on the request alone.
    public init(_ method: HTTPRequest.Method?, _ pattern: String, respond: @escaping @Sendable (IncomingRequest) async throws -> WireResponse) {
        self.init(method, pattern) { request, _ in try await respond(request) }
    }

    /// The route behind further links, the first outermost; those that it has already stay next to it.
    public func behind(_ links: any HTTPMiddleware...) -> Route {
        var route = self
        route.middleware = links + middleware
        return route
    }

    /// The route, answered even where the server has no room for more. For what says that the process is alive: it must not be restarted for being busy.
    func vital() -> Route {
        var route = self
        route.isVital = true
        return route
    }

    /// What the pattern takes from a path's segments; nil where it does not match.
    func match(_ path: [Substring]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (index, segment) in segments.enumerated() {
            if segment == .rest {
                parameters["*"] = "/" + path[min(index, path.count)...].joined(separator: "/")
                return parameters
            }
            guard index < path.count else { return nil }
            switch segment {
            case .literal(let text): guard path[index] == text else { return nil }
            case .parameter(let name):
                guard !path[index].isEmpty else { return nil }
                parameters[name] = IncomingRequest.decoded(path[index])
            case .rest: break
            }
        }
        return path.count == segments.count ? parameters : nil
    }
}

/// The routes of a server. Of several that match, the first stands.
struct RouteTable: Sendable {
    /// What a path and a method lead to.
    enum Match: Sendable {
        case route(Route, parameters: [String: String])
        case wrongMethod(allowed: [HTTPRequest.Method])
        case unknown

        /// What stood in the route's `{names}`.
        var parameters: [String: String] {
            if case .route(_, let parameters) = self { parameters } else { [:] }
        }

        /// Takes a request through the route's own links, reads its body and lets the route answer.
        /// - Throws: ``ProblemDocument`` 404 where there is no route, and what links and route throw.
        func respond(to request: IncomingRequest, _ context: RequestContext) async throws -> WireResponse {
            switch self {
            case .unknown: throw ProblemDocument.notFound
            case .wrongMethod(let allowed):
                var response = ProblemDocument.wrongMethod(allowed.map(\.rawValue)).response
                response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
                return response
            case .route(let route, _):
                return try await (route.middleware + [BodyMiddleware()]).handle(request, context, then: route.respond)
            }
        }
    }

    private let byFirst: [String: [Route]]
    private let other: [Route]

    init(_ routes: [Route]) {
        var byFirst: [String: [Route]] = [:]
        var other: [Route] = []
        for route in routes {
            if case .literal(let text)? = route.segments.first { byFirst[text, default: []].append(route) } else { other.append(route) }
        }
        self.byFirst = byFirst
        self.other = other
    }

    /// The route for a method and a path. HEAD is answered by GET's route.
    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        guard path.hasPrefix("/") else { return .unknown }
        let segments = path == "/" ? [] : path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var allowed: [HTTPRequest.Method] = []
        for routes in [segments.first.flatMap { byFirst[String($0)] } ?? [], other] {
            for route in routes {
                guard let parameters = route.match(segments) else { continue }
                guard let own = route.method, own != method, !(method == .head && own == .get) else { return .route(route, parameters: parameters) }
                allowed.append(own)
            }
        }
        return allowed.isEmpty ? .unknown : .wrongMethod(allowed: allowed)
    }
}
