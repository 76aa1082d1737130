import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import Screening
import Synchronization

/// Collects one response and knows whether the request has left: what decides whether it may be sent again.
///
/// The client calls it on the connection's own event loop, so what it saw of the request is never behind what happened.
final class ResponseCollector: HTTPClientResponseDelegate {
    typealias Response = WireResponse

    /// What is set aside for a body before any of it came: a length is easily announced.
    private static let trusted = 1 << 20

    private struct Progress {
        var sent = false
        var response = WireResponse(0)
    }

    private let progress = Mutex(Progress())
    private let host: String
    private let limit: Int

    init(host: String, limit: Int) {
        self.host = host
        self.limit = limit
    }

    /// Whether anything of the request was written to the connection.
    var sent: Bool { progress.withLock { $0.sent } }

    func didSendRequestHead(task: HTTPClient.Task<WireResponse>, _ head: HTTPRequestHead) {
        progress.withLock { $0.sent = true }
    }

    func didReceiveHead(task: HTTPClient.Task<WireResponse>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        guard announced <= limit else { return task.eventLoop.makeFailedFuture(tooLarge) }
        var fields = HTTPFields()
        for (name, value) in head.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        progress.withLock {
            $0.response.status = Int(head.status.code)
            $0.response.headers = fields
            $0.response.body.reserveCapacity(max(0, min(announced, limit, Self.trusted)))
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<WireResponse>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = progress.withLock { progress in
            guard progress.response.body.count + buffer.readableBytes <= limit else { return false }
            progress.response.body.append(contentsOf: buffer.readableBytesView)
            return true
        }
        return fits ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(tooLarge)
    }

    func didFinishRequest(task: HTTPClient.Task<WireResponse>) throws -> WireResponse { progress.withLock { $0.response } }

    private var tooLarge: TransportError { TransportError(.tooLarge, "the answer of \(host) is larger than \(limit) bytes") }
}
