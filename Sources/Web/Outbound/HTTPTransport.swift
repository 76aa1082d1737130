import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
public import Screening

/// The way out over real sockets: HTTP/1.1 with TLS that checks certificates, without redirects, proxies, cookies or logs.
///
/// Nothing but the public internet can be reached, and what `allow` permits. Connections are kept for requests that may be repeated; any other gets one of
/// its own, see ``Screening/WireRequest/Connection``. Nothing is sent twice here. Thread-safe; make one and share it.
public final class HTTPTransport: Transport {
    private let clients: PinnedClients
    private let guardian: AddressGuard
    private let maximumResponse: Int
    private let telemetry: ExchangeTelemetry?

    /// A transport.
    /// - Parameters:
    ///   - maximumAnswer: how many bytes an answer's body may have.
    ///   - connectTimeout: how long making a connection, TLS included, may take.
    ///   - isAccountHost: whether metrics and spans name a host; any other is `other`.
    ///   - isMeasured: whether metrics and spans are made of what it does.
    ///   - allow: whether an address outside the public internet may be called; an IPv6 address that wraps an IPv4 one comes as that.
    public convenience init(
        maximumResponse: Int = 4 << 20,
        connectTimeout: Duration = .seconds(10),
        isAccountHost: @escaping @Sendable (_ host: String) -> Bool = { _ in false },
        isMeasured: Bool = true,
        allow: @escaping @Sendable (_ address: IPAddress) -> Bool = { _ in false }
    ) {
        self.init(
            maximumResponse: maximumResponse,
            connectTimeout: connectTimeout,
            guardian: AddressGuard(allow: allow, resolve: AddressGuard.system),
            telemetry: isMeasured ? ExchangeTelemetry(isAccountHost: isAccountHost) : nil
        )
    }

    init(
        maximumResponse: Int,
        connectTimeout: Duration,
        idleTimeout: Duration = .seconds(4),
        guardian: AddressGuard,
        telemetry: ExchangeTelemetry? = ExchangeTelemetry()
    ) {
        self.telemetry = telemetry
        self.maximumResponse = maximumResponse
        self.guardian = guardian
        clients = PinnedClients(connectTimeout: connectTimeout, idleTimeout: idleTimeout)
    }

    /// Performs one exchange. `request.timeout` holds for everything together: finding the address, connecting, sending and the whole answer.
    ///
    /// Answers that are coded as ``Transport`` says it takes them are decoded, within the same limit.
    ///
    /// `cannotConnect` is thrown only where nothing of the request was written to a connection; whatever went wrong later is `timedOut`, `broken` or
    /// `tooLarge`. Headers that frame the message or name the host (`host`, `content-length`, `connection`, …) are set here, not taken from the request.
    public func send(_ request: WireRequest) async throws -> WireResponse {
        let destination = URLParts(request.url)
        guard let telemetry else { return try await send(request, to: destination) }
        return try await telemetry.record(request, to: destination?.host) { try await send($0, to: destination) }
    }

    private func send(_ request: WireRequest, to destination: URLParts?) async throws -> WireResponse {
        let deadline = NIODeadline.now() + TimeAmount(request.timeout)
        guard let destination else {
            throw TransportError(.refused, "the URL cannot be called: it is not an http or https URL in its plain form")
        }
        let message = try HTTPTransport.message(request, to: destination)
        let addresses = try await guardian.addresses(of: destination, by: deadline)
        var failure = TransportError(.cannotConnect, "\(destination.host) cannot be found")
        // The next address is only tried after a failure to connect, when the other side has surely seen nothing.
        for address in addresses.prefix(4) {
            do {
                return try await exchange(message, destination.host, address, request, deadline)
            } catch let error as TransportError where error.kind == .cannotConnect {
                failure = error
            }
            if NIODeadline.now() >= deadline { break }
        }
        throw failure
    }

    /// Closes all connections; exchanges under way fail. Later calls of ``send(_:)`` throw `refused`. Calling twice does nothing more.
    public func shutdown() async { await clients.shutdown() }

    /// How many clients are kept.
    var clientCount: Int { clients.count }

    private func exchange(
        _ message: HTTPClient.Request,
        _ host: String,
        _ address: IPAddress,
        _ request: WireRequest,
        _ deadline: NIODeadline
    ) async throws -> WireResponse {
        try Task.checkCancellation()
        let limit = request.maximumResponse ?? maximumResponse
        let key = PinnedClients.Key(host: host, address: address, fresh: !request.takesKeptConnection)
        let leased = try clients.lease(key)
        defer { clients.release(key) }
        let collector = ResponseCollector(host: host, limit: limit)
        // The client has one event loop, for delegate and connections: the collector sees the request leave in the same tick, before any failure is reported.
        // The loop is not asked for by name, for connections that are bound to one are never kept.
        let task = leased.client.execute(request: message, delegate: collector, eventLoop: .delegate(on: leased.loop), deadline: deadline)
        do {
            let response = try await withTaskCancellationHandler {
                try await task.get()
            } onCancel: {
                task.cancel()
            }
            return try response.decoded(limit: limit)
        } catch let error as TransportError {
            throw error
        } catch let error as ContentCoding.Failure {
            throw TransportError(.tooLarge, "the answer of \(host) is too large: \(error)")
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw TransportFailure.error(error, host: host, sent: collector.sent)
        }
    }

    private static let framing: Set<HTTPField.Name> = [
        .contentLength, .transferEncoding, .connection, .upgrade, .te, .trailer, .expect, .proxyAuthorization, HTTPField.Name("host")!,
        HTTPField.Name("keep-alive")!, HTTPField.Name("proxy-connection")!, .acceptEncoding,
    ]

    private static func message(_ request: WireRequest, to destination: URLParts) throws(TransportError) -> HTTPClient.Request {
        var headers = HTTPHeaders()
        for field in request.headers where !framing.contains(field.name) { headers.add(name: field.name.rawName, value: field.value) }
        headers.add(name: "accept-encoding", value: ContentCoding.accepted)
        if request.headers[.userAgent] == nil { headers.add(name: "user-agent", value: "fairlead") }
        let body = request.body.isEmpty ? nil : HTTPClient.Body.byteBuffer(ByteBuffer(bytes: request.body))
        let name = destination.isIPv6 ? "[\(destination.host)]" : destination.host
        let message = try? HTTPClient.Request(
            url: "\(destination.scheme)://\(name):\(destination.port)\(destination.target)",
            method: HTTPMethod(rawValue: request.method.rawValue),
            headers: headers,
            body: body
        )
        // The client reads the URL again by rules of its own: both must see the same host.
        guard let message, message.host == name, message.port == destination.port, message.useTLS == (destination.scheme == "https") else {
            throw TransportError(.refused, "the URL cannot be called: it is malformed")
        }
        return message
    }
}
