import Foundation
public import HTTPTypes

/// A request on the wire, in either direction: what the host sends through ``Transport``, and what a ``WireHandler`` is asked.
public struct WireRequest: Sendable {
    /// GET, POST, …
    public var method: HTTPRequest.Method
    /// Outbound: the whole URL. Inbound: path and query, as received.
    public var url: String
    /// Header fields; names are case-insensitive.
    public var headers: HTTPFields
    /// The body's bytes, exactly.
    public var body: [UInt8]
    /// Outbound: how long the whole exchange may take.
    public var timeout: Duration
    /// Outbound: on which connection it goes out.
    public var connection = Connection.automatic
    /// Outbound: which of a provider's calls it is, for what is measured; nil where nobody says.
    public var call: String?
    /// Outbound: whether the other side is told which trace it belongs to.
    public var tellsTrace = false
    /// Outbound: how many bytes the answer's body may have; nil for as many as the transport takes.
    public var maximumResponse: Int?

    public init(_ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], body: [UInt8] = [], timeout: Duration = .seconds(30)) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    /// A request with a JSON body and the header that says so.
    public init(_ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], json: JSON, timeout: Duration = .seconds(30)) {
        self.init(method, url, headers: headers, body: json.bytes(), timeout: timeout)
        self.headers[.contentType] = "application/json"
    }

    /// The path of `url` without scheme, host and query.
    public var path: String {
        let afterScheme = url.range(of: "://").map { url[$0.upperBound...] } ?? url[...]
        guard let slash = afterScheme.firstIndex(of: "/") else { return "/" }
        return String(afterScheme[slash...].prefix { $0 != "?" && $0 != "#" })
    }

    /// The query's parameters, percent-decoded; of a name given twice the first value stands.
    public var query: [String: String] {
        guard let mark = url.firstIndex(of: "?") else { return [:] }
        let text = url[url.index(after: mark)...].prefix { $0 != "#" }
        return Dictionary(FormEncoding.pairs(text).map { ($0.name, $0.value) }) { first, _ in first }
    }
}

extension WireRequest {
    /// On which connection a request goes out. The other side may close a kept one in the moment a request leaves on it, and then nobody knows whether it
    /// arrived.
    public enum Connection: Sendable, Hashable {
        /// One that was kept, where sending the request again does no harm: its method says so, or it carries an `Idempotency-Key`. Else a new one.
        case automatic
        /// A new one, for what is never to be repeated, whatever it carries.
        case fresh
    }

    /// Whether it may go out on a connection that was kept.
    package var takesKeptConnection: Bool {
        guard connection == .automatic else { return false }
        return Self.repeatable.contains(method) || Self.idempotencyKey.map { headers[$0]?.isEmpty == false } ?? false
    }

    private static let repeatable: Set<HTTPRequest.Method> = [.get, .head, .options, .put, .delete]
    private static let idempotencyKey = HTTPField.Name("Idempotency-Key")
}

/// An answer on the wire.
public struct WireResponse: Sendable {
    /// The HTTP status, 100–599.
    public var status: Int
    /// Header fields; names are case-insensitive.
    public var headers: HTTPFields
    public var body: [UInt8]

    public init(_ status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with a JSON body and the header that says so.
    public init(_ status: Int, headers: HTTPFields = [:], json: JSON) {
        self.init(status, headers: headers, body: json.bytes())
        self.headers[.contentType] = "application/json"
    }

    /// The body as JSON, read as what comes from outside is; nil when it is not JSON.
    public var json: JSON? { text.flatMap { try? JSON(received: $0) } }

    /// The body as text in UTF-8, whatever its encoding; nil where it is coded in a way that is not read.
    package var text: [UInt8]? {
        guard !ContentCoding.isCoded(headers[.contentEncoding]) else { return nil }
        return TextEncoding(of: body, contentType: headers[.contentType]).utf8(body) ?? body
    }
}

/// Something that answers requests: a simulator, a test's stand-in. Served on a socket by `Web`, or called directly by a test.
public protocol WireHandler: Sendable {
    /// Answers one request. Throws ``Disconnect`` to close the connection without an answer.
    func respond(to request: WireRequest) async throws -> WireResponse
}

/// Thrown by a ``WireHandler`` to break the connection instead of answering.
public struct Disconnect: Error, Sendable {
    public init() {}
}
