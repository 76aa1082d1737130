import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Screening

/// The responder that Hummingbird calls: takes each request through the links and to its route, and puts the answer on the wire.
struct RequestHandler: HTTPResponder {
    /// The connection of one request.
    struct Context: InitializableFromSource, Sendable {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) { channel = source.channel }
    }

    let routes: RouteTable
    /// What every request passes, outermost first.
    let middleware: [any HTTPMiddleware]
    let limits: ServerLimits
    let load: ServerLoad
    let logger: Logger

    func respond(to request: Request, context: Context) async throws -> Response {
        // A task keeps what memory it once needed until it ends, and a connection's task lives as long as the connection: each request has one of its own.
        async let answer = answer(to: request, context: context)
        return try await answer
    }

    private func answer(to request: Request, context: Context) async throws -> Response {
        let (path, query) = RequestHandler.parts(request.head.path ?? "/")
        let match = routes.match(request.method, path)
        let held = HeldBytes(load)
        let incoming = IncomingRequest(
            head: request.head,
            path: path,
            rawQuery: query,
            parameters: match.parameters,
            unread: UnreadBody(request, limit: limits.body, held: held, channel: context.channel),
            channel: context.channel
        )
        let own = RequestContext(match: match, held: held, channel: context.channel, logger: logger)
        let wireResponse = try await middleware.handle(incoming, own) { try await $1.match.respond(to: $0, $1) }
        return RequestHandler.response(wireResponse, to: request.method, held, context.channel)
    }

    /// Path and query of a request's target.
    private static func parts(_ target: String) -> (path: String, query: String) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (target, "") }
        return (String(target[..<mark]), String(target[target.utf8.index(after: mark)...]))
    }

    private static func response(_ wireResponse: WireResponse, to method: HTTPRequest.Method, _ held: HeldBytes, _ channel: any Channel) -> Response {
        var wireResponse = wireResponse
        // These have no body on the wire: bytes that followed would be read as the next answer.
        if wireResponse.status < 200 || [204, 205, 304].contains(wireResponse.status) { wireResponse.body = [] }
        // Whatever an answer holds, no browser is to take it for something else.
        if wireResponse.headers[.xContentTypeOptions] == nil { wireResponse.headers[.xContentTypeOptions] = "nosniff" }
        if wireResponse.status == 413 { wireResponse.headers[.connection] = "close" }
        let response = Response(
            status: HTTPResponse.Status(code: wireResponse.status),
            headers: wireResponse.headers,
            body: body(wireResponse.body, held, channel)
        )
        return method == .head ? response.createHeadResponse() : response
    }

    /// A large body keeps what it holds until the other side has taken it.
    private static func body(_ bytes: [UInt8], _ held: HeldBytes, _ channel: any Channel) -> ResponseBody {
        guard !bytes.isEmpty else { return ResponseBody() }
        let buffer = ByteBuffer(bytes: bytes)
        guard bytes.count > LoadMiddleware.smallAnswer else { return ResponseBody(byteBuffer: buffer) }
        return ResponseBody(contentLength: bytes.count) { writer in
            try await writer.write(buffer)
            try await writer.finish(nil)
            await ConnectionGuard.answerIsSent(on: channel)
            held.clear()
        }
    }
}
