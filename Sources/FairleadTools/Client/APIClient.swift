import HTTPTypes
public import Screening
import Web

/// Calls the API of a running host with a token, as the command line does.
///
/// Holds connections until ``close()``.
public struct APIClient: Sendable {
    /// Where the host's address or the token came from, so that an error can name what to correct.
    public struct Origins: Sendable {
        /// `FAIRLEAD_URL` or `--url`.
        public var url: String
        /// `FAIRLEAD_TOKEN` or `--token`.
        public var token: String

        /// Names for both.
        public init(url: String = "FAIRLEAD_URL", token: String = "FAIRLEAD_TOKEN") {
            self.url = url
            self.token = token
        }
    }

    /// A successful answer.
    public struct Response: Sendable {
        /// The HTTP status, 200–299.
        public let status: Int
        /// The body, exactly.
        public let bytes: [UInt8]
        /// The body as JSON.
        public let json: JSON
    }

    let url: String
    let origins: Origins
    private let token: Secret
    /// Why personal data is looked at, for a host that wants to know.
    public var accessReason: String?
    private let transport: any Transport
    private let closing: @Sendable () async -> Void

    /// A client of its own connections. The host may be anywhere, on this machine or inside a network: whoever calls has chosen it.
    /// - Parameters:
    ///   - url: the host's address, such as `https://screening.example.test`; a trailing slash or `/api/v1` may stand after it.
    ///   - token: what the host knows the caller by.
    public init(url: String, token: Secret, origins: Origins = Origins()) {
        let own = HTTPTransport(maximumResponse: 64 << 20, allow: { _ in true })
        self.init(url: url, token: token, origins: origins, transport: own, closing: { await own.shutdown() })
    }

    /// A client over a transport of the caller's.
    public init(url: String, token: Secret, origins: Origins = Origins(), transport: any Transport) {
        self.init(url: url, token: token, origins: origins, transport: transport, closing: {})
    }

    private init(url: String, token: Secret, origins: Origins, transport: any Transport, closing: @escaping @Sendable () async -> Void) {
        let plain = url.replacing(/\/+$/, with: "").replacing(/\/api\/v1$/, with: "")
        self.url = plain.contains("://") ? plain : "http://" + plain
        self.origins = origins
        self.token = token
        self.transport = transport
        self.closing = closing
    }

    /// Closes the connections. Calling twice does nothing more.
    public func close() async { await closing() }

    /// Reads something.
    /// - Parameters:
    ///   - path: the segments after `/api/v1`, such as `["orders", id]`; each is percent-encoded here.
    ///   - query: the filters, in order; a name may stand several times.
    /// - Throws: ``APIProblem``, `CancellationError`.
    public func get(_ path: [String], query: [(name: String, value: String)] = []) async throws -> Response {
        try await send(.get, path, query: query, body: nil, key: nil)
    }

    /// Reads something that is not JSON, byte for byte.
    /// - Throws: ``APIProblem``, `CancellationError`.
    public func bytes(_ path: [String]) async throws -> [UInt8] {
        let (response, asked) = try await exchange(.get, path, query: [], body: nil, key: nil)
        guard (200..<300).contains(response.status) else { throw APIProblem(response, asked: asked, at: self) }
        return response.body
    }

    /// Asks for something to be done. Calling twice asks twice, unless `key` is the same.
    /// - Parameters:
    ///   - body: what the operation takes; nil for nothing.
    ///   - key: the `Idempotency-Key`: the host carries a request with the same key and body out once in 24 hours.
    /// - Throws: ``APIProblem``, `CancellationError`.
    public func post(_ path: [String], body: JSON? = nil, key: String? = nil) async throws -> Response {
        try await send(.post, path, query: [], body: body, key: key)
    }

    /// Puts something in a place, over what is there. Calling again puts it there again.
    /// - Throws: ``APIProblem``, `CancellationError`.
    public func put(_ path: [String], body: JSON) async throws -> Response { try await send(.put, path, query: [], body: body, key: nil) }

    /// Takes something away. Calling twice: the second time it is not there.
    /// - Throws: ``APIProblem``, `CancellationError`.
    public func delete(_ path: [String], body: JSON? = nil) async throws -> Response {
        try await send(.delete, path, query: [], body: body, key: nil)
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: [String],
        query: [(name: String, value: String)],
        body: JSON?,
        key: String?
    ) async throws -> Response {
        let (response, asked) = try await exchange(method, path, query: query, body: body, key: key)
        guard (200..<300).contains(response.status), let json = response.json else { throw APIProblem(response, asked: asked, at: self) }
        return Response(status: response.status, bytes: response.body, json: json)
    }

    private func exchange(
        _ method: HTTPRequest.Method,
        _ path: [String],
        query: [(name: String, value: String)],
        body: JSON?,
        key: String?
    ) async throws -> (response: WireResponse, asked: String) {
        let target = "/api/v1/" + path.map(PercentEncoding.text).joined(separator: "/")
        let filters = FormEncoding.text(query)
        var request = WireRequest(method, url + target + (filters.isEmpty ? "" : "?" + filters))
        if let body { request = WireRequest(method, request.url, json: body) }
        request.headers[.authorization] = "Bearer " + token.value
        request.headers[.accept] = "application/json"
        if let accessReason, let name = HTTPField.Name("Access-Reason") { request.headers[name] = accessReason }
        if let key, let name = HTTPField.Name("Idempotency-Key") { request.headers[name] = key }
        do { return (try await transport.send(request), "\(method.rawValue) \(target)") } catch let error as TransportError {
            throw APIProblem(error, changes: method != .get, at: self)
        }
    }
}
