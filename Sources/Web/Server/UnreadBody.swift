import HTTPTypes
import HummingbirdCore
import NIOCore
import Screening

/// A request's body that is still under way.
struct UnreadBody: Sendable {
    private let parts: RequestBody
    private let announced: Int?
    private let limit: Int
    private let held: HeldBytes
    /// Where the sender waits for being told to go on: its connection.
    private let waiting: (any Channel)?

    /// The body of a request; nil where it announces none. What is read of it counts among the `held` bytes.
    init?(_ request: Request, limit: Int, held: HeldBytes, channel: any Channel) {
        announced = request.headers[.contentLength].flatMap { Int($0) }
        guard announced != nil || request.headers[.transferEncoding] != nil else { return nil }
        parts = request.body
        self.limit = limit
        self.held = held
        waiting = request.headers[.expect] == nil ? nil : channel
    }

    /// The whole body. May be called once.
    /// - Throws: ``ProblemDocument``: 413 where it is larger than permitted, 503 where there is no room for it now, 400 where the connection ended before
    ///   it was complete.
    func read() async throws -> ByteBuffer {
        if let announced, announced > limit { throw ProblemDocument.tooLarge(limit) }
        // Room is checked at once but taken only as the bytes arrive: a sender who announces much and sends nothing takes no room from others.
        if let announced, !held.hasRoom(for: announced) { throw ProblemDocument.overloaded }
        // Whoever is refused gets the refusal alone, and need not send the body.
        if let waiting { ConnectionGuard.letGoOn(waiting) }
        var body = ByteBuffer()
        for try await var part in parts {
            guard body.readableBytes + part.readableBytes <= limit else { throw ProblemDocument.tooLarge(limit) }
            try held.add(part.readableBytes)
            body.writeBuffer(&part)
        }
        // A connection that ends early must not leave half a body that looks whole.
        if let announced, announced != body.readableBytes { throw ProblemDocument.incomplete }
        return body
    }
}
