import NIOCore
import NIOHTTP1
import Screening

/// Ends an exchange whose answer comes in pieces that are not worth their work: 1xx heads without end, or bodies byte by byte. Else one host could keep a core
/// busy until the time is up.
final class TrickleGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    /// 1xx heads before an answer.
    private static let informationalLimit = 32
    /// Pieces that a body may have whatever their size.
    private static let freePieces = 10_000
    /// The bytes that further pieces must have, on the whole.
    private static let worthwhile = 16

    private var informational = 0
    private var pieces = 0
    private var bytes = 0
    private var isOver = false

    /// Puts one into a connection that was just made, behind its decoder.
    @Sendable static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(TrickleGuard(), position: .after(decoder))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head) where (100..<200).contains(head.status.code):
            informational += 1
            if informational > Self.informationalLimit { return end(context, "it sends interim answers without end") }
        case .head: (pieces, bytes) = (0, 0)
        case .body(let buffer):
            pieces += 1
            bytes += buffer.readableBytes
            if pieces > Self.freePieces + bytes / Self.worthwhile { return end(context, "its answer comes in too many small pieces") }
        case .end: informational = 0
        }
        context.fireChannelRead(data)
    }

    private func end(_ context: ChannelHandlerContext, _ why: String) {
        isOver = true
        context.fireErrorCaught(TransportError(.broken, "the exchange was broken off: \(why)"))
        context.close(promise: nil)
    }
}
