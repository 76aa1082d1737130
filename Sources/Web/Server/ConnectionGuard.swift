import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Screening

/// Watches over one connection: cuts off a body that takes too long and an answer that nobody reads, and says in problem JSON what was wrong with
/// bytes that are not a request.
///
/// A slow header or an idle connection is the business of the server's own idle time-out. All methods run on the connection's event loop.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ServerLimits
    /// Whether a request's head has come and its end has not.
    private var receiving = false
    /// Requests whose head has come and whose answer has not ended.
    private var unanswered = 0
    /// Whether an answer's head was written and its end was not.
    private var answering = false
    /// Whether the connection closes once the present body has come: its answer was given early.
    private var closing = false
    private var bodyAlarm: Scheduled<Void>?
    private var unreadAlarm: Scheduled<Void>?

    init(limits: ServerLimits) { self.limits = limits }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            receiving = true
            unanswered += 1
        case .body: break
        case .end:
            receiving = false
            bodyAlarm?.cancel()
            bodyAlarm = nil
        }
        context.fireChannelRead(data)
        if closing, !receiving { context.close(promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Most requests come whole in one read: the clock starts only for those that did not.
        if receiving, bodyAlarm == nil { setBodyAlarm(limits.bodyTime, context) }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var data = data
        switch unwrapOutboundIn(data) {
        case .head(var head):
            answering = head.status.kind != .informational
            if answering, receiving {
                // Answered before the body was there: see `.end`.
                head.headerFields[.connection] = "close"
                data = wrapOutboundOut(.head(head))
            }
        case .body: break
        case .end:
            answering = false
            unanswered -= 1
            if receiving {
                // The rest of the body is of no use: leave the sender a moment to notice, then close.
                closing = true
                bodyAlarm?.cancel()
                setBodyAlarm(.seconds(2), context)
            }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        unreadAlarm?.cancel()
        unreadAlarm = nil
        if !context.channel.isWritable {
            let channel = context.channel
            unreadAlarm = context.eventLoop.scheduleTask(in: TimeAmount(limits.unread)) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            refuse(error == .headerOverflow ? .headersTooLarge : .malformed, context)
        }
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        bodyAlarm?.cancel()
        unreadAlarm?.cancel()
        context.fireChannelInactive()
    }

    private func setBodyAlarm(_ time: Duration, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        bodyAlarm = context.eventLoop.scheduleTask(in: TimeAmount(time)) {
            let (guardian, context) = bound.value
            guardian.bodyAlarm = nil
            guard guardian.receiving else { return }
            guardian.refuse(.tooSlow, context)
        }
    }

    /// Closes the connection, after an answer of our own where that cannot be mistaken for another request's.
    private func refuse(_ problem: ProblemDocument, _ context: ChannelHandlerContext) {
        if !answering, !closing, unanswered == (receiving ? 1 : 0), context.channel.isActive {
            let response = problem.response
            var head = HTTPResponse(status: HTTPResponse.Status(code: response.status), headerFields: response.headers)
            head.headerFields[.contentLength] = String(response.body.count)
            head.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(ByteBuffer(bytes: response.body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        context.close(promise: nil)
    }
}
