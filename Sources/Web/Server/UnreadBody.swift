import HTTPTypes
import HummingbirdCore
import NIOCore
import Screening

/// A request's body that is still under way.
struct UnreadBody: Sendable {
    private let parts: RequestBody
    private let announced: Int?
    private let limit: Int

    /// The body of a request; nil where it announces none.
    init?(_ request: Request, limit: Int) {
        announced = request.headers[.contentLength].flatMap { Int($0) }
        guard announced != nil || request.headers[.transferEncoding] != nil else { return nil }
        parts = request.body
        self.limit = limit
    }

    /// The whole body. May be called once.
    /// - Throws: ``ProblemDocument``: 413 where it is larger than permitted, 400 where the connection ended before it was complete.
    func read() async throws -> ByteBuffer {
        if let announced, announced > limit { throw ProblemDocument.tooLarge(limit) }
        var body = ByteBuffer()
        for try await var part in parts {
            guard body.readableBytes + part.readableBytes <= limit else { throw ProblemDocument.tooLarge(limit) }
            body.writeBuffer(&part)
        }
        // A connection that ends early must not leave half a body that looks whole.
        if let announced, announced != body.readableBytes { throw ProblemDocument.incomplete }
        return body
    }
}
