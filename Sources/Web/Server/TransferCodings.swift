import NIOCore
import NIOHTTP1
import Screening

/// Refuses requests whose body is coded in another way than `chunked`, once: whoever stands before the server may see another end of such a body, and
/// take what follows it for a request that it never looked at.
final class TransferCodings: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// Whether a request was refused: what still comes belongs to it.
    private var hasRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), let problem = problem(of: head) {
            hasRefused = true
            context.fireErrorCaught(problem)
        }
        if !hasRefused { context.fireChannelRead(data) }
    }

    private func problem(of head: HTTPRequestHead) -> ProblemDocument? {
        let codings = head.headers["transfer-encoding"]
        guard !codings.isEmpty else { return nil }
        // HTTP/1.0 knows no codings: what has one was put together by somebody who guessed.
        guard head.version == .http1_1 else { return .oldTransferCoding }
        return codings.count == 1 && codings[0].trimmed.lowercased() == "chunked" ? nil : .unknownTransferCoding
    }
}
