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
    public var json: JSON? {
        guard !ContentCoding.isCoded(headers[.contentEncoding]) else { return nil }
        let text = TextEncoding(of: body, contentType: headers[.contentType]).utf8(body)
        return try? JSON(received: text ?? body)
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
