import NIOCore
import NIOHTTP1

/// Makes what HTTP/1.0 leaves out look as HTTP/1.1 has it: such a request needs no `Host` field, its `Expect` means nothing, and its
/// connection closes after the answer unless it says otherwise.
final class OldRequests: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), head.version == .http1_0 else { return context.fireChannelRead(data) }
        if !head.headers.contains(name: "host") { head.headers.add(name: "host", value: "") }
        head.headers.remove(name: "expect")
        if !head.isKeepAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
