import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Screening

/// Watches over one connection: answers it 503 where there are too many, cuts off a body that takes too long and an answer that nobody reads, and says in
/// problem JSON what was wrong with bytes that are not a request.
///
/// A slow header or an idle connection is the business of the server's own idle time-out. All methods run on the connection's event loop.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Asks when the latest answer has left.
    private struct WhenSent {}
    /// Has the sender told to go on with the body.
    private struct GoOn {}

    /// How long a sender that was answered early, or refused, is given to notice.
    private static let patience = Duration.seconds(2)

    private let limits: ServerLimits
    private let load: ServerLoad
    private let routes: RouteTable
    private let refusals: RefusalCounter
    /// What the connection counts as, once it is open.
    private var admission: ServerLoad.Admission?
    /// Whether a request's head has come and its end has not.
    private var receiving = false
    /// Requests whose head has come and whose answer has not ended.
    private var unanswered = 0
    /// Whether an answer's head was written and its end was not.
    private var answering = false
    /// Whether the connection closes once the present body has come: its answer was given early.
    private var closing = false
    /// Whether nothing can be read after the present request: it asks for another protocol, and the parser stops there.
    private var isLast = false
    /// Whether what comes is thrown away: it was refused.
    private var discarding = false
    private var bodyAlarm: Scheduled<Void>?
    private var unreadAlarm: Scheduled<Void>?
    private var refusalAlarm: Scheduled<Void>?
    /// When the latest large answer, or the last one of a refused connection, has left.
    private var sent: EventLoopFuture<Void>?
    private var answerBytes = 0

    init(limits: ServerLimits, load: ServerLoad, routes: RouteTable, refusals: RefusalCounter) {
        self.limits = limits
        self.load = load
        self.routes = routes
        self.refusals = refusals
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        // Bytes read ahead for a request that is not being handled yet are not counted: keep them few.
        try? context.channel.syncOptions?.setOption(
            .recvAllocator,
            value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: 16 << 10)
        )
        let pipeline = context.pipeline.syncOperations
        if let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) {
            try? pipeline.addHandler(OldRequests(), position: .before(codec))
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        let admission = load.openConnection()
        self.admission = admission
        switch admission {
        case .served: break
        case .refused:
            let channel = context.channel
            refusalAlarm = context.eventLoop.scheduleTask(in: TimeAmount(ConnectionGuard.patience)) { channel.close(promise: nil) }
        case .dropped: refusals.count("dropped")
        }
        context.fireChannelActive()
        if admission == .dropped { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        for alarm in [bodyAlarm, unreadAlarm, refusalAlarm] { alarm?.cancel() }
        if let admission { load.closeConnection(admission) }
        admission = nil
        context.fireChannelInactive()
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            receiving = true
            unanswered += 1
            isLast = head.method == .connect || head.headerFields[.upgrade] != nil
            if admission == .refused { refuseUnlessVital(head, context) }
        case .body: break
        case .end:
            receiving = false
            bodyAlarm?.cancel()
            bodyAlarm = nil
        }
        if !discarding { context.fireChannelRead(data) }
        if closing, !receiving { context.close(promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Most requests come whole in one read: the clock starts only for those that did not.
        if receiving, bodyAlarm == nil { setBodyAlarm(limits.bodyTime, context) }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            refuse(error == .headerOverflow ? .headersTooLarge : .malformed, context)
        }
        context.fireErrorCaught(error)
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var (data, promise) = (data, promise)
        switch unwrapOutboundIn(data) {
        case .head(var head):
            answering = head.status.kind != .informational
            answerBytes = 0
            if answering, receiving || isLast || admission == .refused {
                head.headerFields[.connection] = "close"
                data = wrapOutboundOut(.head(head))
            }
        case .body(let buffer): answerBytes += buffer.readableBytes
        case .end:
            answering = false
            unanswered -= 1
            if answerBytes > LoadMiddleware.smallAnswer || isLast || admission == .refused {
                let all = promise ?? context.eventLoop.makePromise(of: Void.self)
                sent = all.futureResult
                promise = all
            }
            if receiving {
                closeAfterAnswer(context)
            } else if isLast || admission == .refused {
                let channel = context.channel
                sent?.whenComplete { _ in channel.close(promise: nil) }
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

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        if event is GoOn {
            // The body may have come meanwhile: then there is nothing to wait for.
            if receiving, !answering, !closing {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: promise)
            } else {
                promise?.succeed()
            }
            return
        }
        guard event is WhenSent else { return context.triggerUserOutboundEvent(event, promise: promise) }
        let sent = sent ?? context.eventLoop.makeSucceededVoidFuture()
        sent.cascade(to: promise)
    }

    /// Returns once the latest large answer has left, or cannot leave any more. Cancelling closes the connection.
    static func answerIsSent(on channel: any Channel) async {
        await withTaskCancellationHandler {
            try? await channel.triggerUserOutboundEvent(WhenSent()).get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Tells a sender who waits for it to go on with the body (`100 Continue`).
    static func letGoOn(_ channel: any Channel) { channel.triggerUserOutboundEvent(GoOn(), promise: nil) }

    // MARK: Refusing

    /// The rest of the body is not needed: gives the sender a moment to notice the answer, then closes.
    private func closeAfterAnswer(_ context: ChannelHandlerContext) {
        closing = true
        bodyAlarm?.cancel()
        setBodyAlarm(ConnectionGuard.patience, context)
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

    /// Refuses a request on a connection beyond the limit, unless its route is always answered.
    private func refuseUnlessVital(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        refusalAlarm?.cancel()
        let path = (head.path ?? "/").prefix { $0 != "?" }
        if case .route(let route, _) = routes.match(head.method, String(path)), route.isVital { return }
        guard !closing else { return }
        respond(.overloaded, context)
        discarding = true
        closeAfterAnswer(context)
    }

    /// Closes the connection, after an answer of our own where that cannot be mistaken for another request's.
    private func refuse(_ problem: ProblemDocument, _ context: ChannelHandlerContext) {
        if !answering, !closing, unanswered == (receiving ? 1 : 0), context.channel.isActive { respond(problem, context) }
        context.close(promise: nil)
    }

    private func respond(_ problem: ProblemDocument, _ context: ChannelHandlerContext) {
        refusals.count(problem.code)
        let response = problem.response
        var head = HTTPResponse(status: HTTPResponse.Status(code: response.status), headerFields: response.headers)
        head.headerFields[.contentLength] = String(response.body.count)
        head.headerFields[.connection] = "close"
        head.headerFields[.xContentTypeOptions] = "nosniff"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: response.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
