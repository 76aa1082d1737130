import NIOCore
import Screening

/// Stands first on a connection and closes it, when told, so that the other side can still read the last answer.
///
/// A socket that is closed while bytes of the other side are unread is reset, and a reset takes away what was sent and not read yet. So only the output is
/// closed, and what comes is thrown away before anybody reads it, until the other side closes, too, or has had time enough.
final class LingeringClose: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData

    /// How long the other side is given to notice that it was answered.
    private let patience: Duration
    private var context: ChannelHandlerContext?
    private var alarm: Scheduled<Void>?
    private var isClosing: Bool { alarm != nil }

    init(patience: Duration) { self.patience = patience }

    /// Closes the connection, the output at once. Whoever closes it from now on waits for this. Calling twice does nothing more.
    func begin() {
        guard let context, !isClosing, context.channel.isActive else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        alarm = context.eventLoop.scheduleTask(in: TimeAmount(patience)) { bound.value.close(promise: nil) }
        context.flush()
        context.close(mode: .output, promise: nil)
        // Others may have stopped reading; without it the end would not be seen.
        context.read()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isClosing { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if isClosing { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isClosing, event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case _ where !isClosing: context.close(mode: mode, promise: promise)
        // The server stops, and waits for nobody any more.
        case .input: context.close(promise: promise)
        case .output, .all: context.channel.closeFuture.cascade(to: promise)
        }
    }
}
