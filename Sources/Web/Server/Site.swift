import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Screening

/// What Hummingbird asks: finds the route, reads the body within its limit, and makes problem JSON of everything that goes wrong.
struct Site: HTTPResponder {
    /// The connection and the logger of one request.
    struct Context: InitializableFromSource, Sendable {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) { channel = source.channel }
    }

    let routes: RouteTable
    let limits: ServerLimits
    let logger: Logger

    func respond(to request: Request, context: Context) async throws -> Response {
        let id = Site.requestID(request.headers)
        var answer: WireResponse
        do {
            answer = try await respond(to: request, id: id, channel: context.channel)
        } catch is Disconnect {
            try? await context.channel.close()
            answer = WireResponse(500)
        } catch {
            if let problem = ProblemDocument(describing: error) {
                // Its text never holds what is stored.
                if problem.status == 500 { logger.error("a request failed", metadata: ["request": .string(id), "error": .string("\(error)")]) }
                answer = problem.response
            } else {
                // The kind of error only: its text may hold what a person sent.
                logger.error("a request failed", metadata: ["request": .string(id), "error": .string(String(reflecting: type(of: error)))])
                answer = ProblemDocument.broken.response
            }
        }
        answer.headers[Site.requestIDName] = id
        // These have no body on the wire: bytes that followed would be read as the next answer.
        if answer.status < 200 || [204, 205, 304].contains(answer.status) { answer.body = [] }
        if answer.status == 413 { answer.headers[.connection] = "close" }
        let body = answer.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        let response = Response(status: HTTPResponse.Status(code: answer.status), headers: answer.headers, body: body)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func respond(to request: Request, id: String, channel: any Channel) async throws -> WireResponse {
        let target = request.head.path ?? "/"
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.utf8.endIndex
        let path = String(target[..<mark])
        switch routes.match(request.method, path) {
        case .unknown: throw ProblemDocument.notFound
        case .wrongMethod(let allowed):
            var answer = ProblemDocument.wrongMethod(allowed.map(\.rawValue)).response
            answer.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
            return answer
        case .route(let route, let parameters):
            let query = mark == target.utf8.endIndex ? "" : String(target[target.utf8.index(after: mark)...])
            var incoming = IncomingRequest(
                head: request.head,
                path: path,
                rawQuery: query,
                body: try await body(of: request),
                id: id,
                channel: channel
            )
            incoming.parameters = parameters
            return try await route.respond(incoming)
        }
    }

    private func body(of request: Request) async throws -> ByteBuffer {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        guard announced != nil || request.headers[.transferEncoding] != nil else { return ByteBuffer() }
        if let announced, announced > limits.body { throw ProblemDocument.tooLarge(limits.body) }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limits.body)
        } catch is NIOTooManyBytesError {
            throw ProblemDocument.tooLarge(limits.body)
        }
        // A connection that ends early must not leave half a body that looks whole.
        if let announced, announced != body.readableBytes { throw ProblemDocument.incomplete }
        return body
    }

    private static let requestIDName = HTTPField.Name("x-request-id")!

    /// The sender's own name for the request where that is a plain word, else a new one.
    private static func requestID(_ headers: HTTPFields) -> String {
        if let given = headers[requestIDName], (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ $0.isASCIIDigit || $0.isASCIILetter || "-._".utf8.contains($0) })
        {
            return given
        }
        return "req_" + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}
