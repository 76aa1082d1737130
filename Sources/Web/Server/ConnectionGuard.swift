import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Screening

/// Watches over one connection: answers it 503 where there are too many, cuts off a body that takes too long and an answer that nobody reads, and says in
/// problem JSON what was wrong with bytes that are not a request.
///
/// Requests come one at a time, the next after the answer to the last: what is never answered is never carried out. A slow header or an idle connection is
/// the business of the server's own idle time-out. All methods run on the connection's event loop.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Asks when the latest answer has left.
    private struct WhenSent {}
    /// Has the sender told to go on with the body.
    private struct GoOn {}

    private let limits: ServerLimits
    private let load: ServerLoad
    private let routes: RouteTable
    private let refusals: RefusalCounter
    /// What the connection counts as, once it is open.
    private var admission: ServerLoad.Admission?
    private let lingering: LingeringClose
    /// Whether a request's head has come and its end has not.
    private var receiving = false
    /// Whether an answer's head was written and its end was not.
    private var answering = false
    /// Whether the connection closes after the present answer: it is given early or refuses the connection, request or answer say so, or the request asks
    /// for another protocol, where the parser stops.
    private var isLast = false
    /// Whether the last answer was given: what still comes, or is written, is thrown away.
    private var isOver = false
    private var bodyAlarm: Scheduled<Void>?
    private var unreadAlarm: Scheduled<Void>?
    private var refusalAlarm: Scheduled<Void>?
    /// When the latest large answer, or the last one of a refused connection, has left.
    private var sent: EventLoopFuture<Void>?
    private var answerBytes = 0

    init(limits: ServerLimits, load: ServerLoad, routes: RouteTable, refusals: RefusalCounter) {
        self.limits = limits
        lingering = LingeringClose(patience: limits.patience)
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
        try? pipeline.addHandler(lingering, position: .first)
        if let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) {
            try? pipeline.addHandlers(HTTPServerPipelineHandler(), TransferCodings(), OldRequests(), position: .before(codec))
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        let admission = load.openConnection()
        self.admission = admission
        switch admission {
        case .served: break
        case .refused:
            let channel = context.channel
            refusalAlarm = context.eventLoop.scheduleTask(in: TimeAmount(limits.patience)) { channel.close(promise: nil) }
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
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            receiving = true
            isLast = admission == .refused || head.method == .connect || head.headerFields[.upgrade] != nil || saysClose(head.headerFields)
            if admission == .refused, !isVital(head) { return refuse(.overloaded, context) }
        case .body: break
        case .end:
            receiving = false
            bodyAlarm?.cancel()
            bodyAlarm = nil
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Most requests come whole in one read: the clock starts only for those that did not.
        if receiving, !isOver, bodyAlarm == nil { setBodyAlarm(context) }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let problem as ProblemDocument: refuse(problem, context)
        case let error as HTTPParserError: refuse(error == .headerOverflow ? .headersTooLarge : .malformed, context)
        // Whoever still works on the last request must not close before its answer has left.
        default: if !isOver { context.fireErrorCaught(error) }
        }
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOver else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        var (data, promise) = (data, promise)
        switch unwrapOutboundIn(data) {
        case .head(var head):
            answering = head.status.kind != .informational
            answerBytes = 0
            guard answering else { break }
            if receiving || saysClose(head.headerFields) { isLast = true }
            if isLast {
                head.headerFields[.connection] = "close"
                data = wrapOutboundOut(.head(head))
            }
        case .body(let buffer): answerBytes += buffer.readableBytes
        case .end:
            answering = false
            if answerBytes > LoadMiddleware.smallAnswer || isLast {
                let all = promise ?? context.eventLoop.makePromise(of: Void.self)
                promise = all
                limitUnread(until: all.futureResult, context)
            }
            if isLast { closeWhenSent(context) }
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
            if receiving, !answering, !isOver {
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

    /// Notes when the present answer has left, and closes the connection where that takes too long. A channel stays writable while what waits is little: then
    /// nothing else would notice that nobody reads.
    private func limitUnread(until sent: EventLoopFuture<Void>, _ context: ChannelHandlerContext) {
        self.sent = sent
        let channel = context.channel
        let alarm = context.eventLoop.scheduleTask(in: TimeAmount(limits.unread)) { channel.close(promise: nil) }
        sent.whenComplete { _ in alarm.cancel() }
    }

    /// Nothing more is read or answered. The connection closes once the answer has left.
    private func closeWhenSent(_ context: ChannelHandlerContext) {
        isOver = true
        bodyAlarm?.cancel()
        let bound = NIOLoopBound(lingering, eventLoop: context.eventLoop)
        sent?.whenComplete { _ in bound.value.begin() }
    }

    private func setBodyAlarm(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        bodyAlarm = context.eventLoop.scheduleTask(in: TimeAmount(limits.bodyTime)) {
            let (guardian, context) = bound.value
            guardian.bodyAlarm = nil
            if guardian.receiving { guardian.refuse(.tooSlow, context) }
        }
    }

    private func saysClose(_ fields: HTTPFields) -> Bool {
        fields[.connection]?.lowercased().split(separator: ",").contains { String($0).trimmed == "close" } ?? false
    }

    /// Whether a request is answered even on a connection beyond the limit.
    private func isVital(_ head: HTTPRequest) -> Bool {
        refusalAlarm?.cancel()
        let path = (head.path ?? "/").prefix { $0 != "?" }
        guard case .route(let route, _) = routes.match(head.method, String(path)) else { return false }
        return route.isVital
    }

    /// Answers the present request, or what came instead of one, with a problem, and closes the connection. Whoever is at work on the request is told.
    private func refuse(_ problem: ProblemDocument, _ context: ChannelHandlerContext) {
        // An answer that is under way is the last one anyhow.
        guard !isOver, !answering else { return }
        if context.channel.isActive {
            isLast = true
            respond(problem, context)
        }
        isOver = true
        context.fireErrorCaught(problem)
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
        let all = context.eventLoop.makePromise(of: Void.self)
        limitUnread(until: all.futureResult, context)
        closeWhenSent(context)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: all)
    }
}
