import Foundation
public import HTTPTypes
public import NIOCore
import Screening

/// A request as it came in.
public struct IncomingRequest: Sendable {
    public let method: HTTPRequest.Method
    /// The path as received, percent-encoded, without the query.
    public let path: String
    /// The query as received, without the question mark; empty where there is none.
    public let rawQuery: String
    /// Header fields; names are case-insensitive.
    public let headers: HTTPFields
    /// The body's bytes, exactly. A route's responder has them all; links of the chain see none before ``withBody()``.
    public private(set) var body = ByteBuffer()
    /// What stood in the route's `{names}`, percent-decoded; what a trailing `*` matched is `*`, as received, with a leading slash.
    public let parameters: [String: String]

    /// What the sender calls this server: the `Host` field, which `headers` does not hold.
    public let authority: String?
    /// Nil for a request that did not come over the network.
    private let channel: (any Channel)?
    /// The body that has not been read yet.
    private var unread: UnreadBody?

    /// A request of this process's own, whose body is there.
    init(_ method: HTTPRequest.Method, _ path: String, query: String, headers: HTTPFields, body: ByteBuffer, parameters: [String: String]) {
        self.method = method
        self.path = path
        rawQuery = query
        self.headers = headers
        self.body = body
        self.parameters = parameters
        authority = nil
        channel = nil
    }

    init(head: HTTPRequest, path: String, rawQuery: String, parameters: [String: String], unread: UnreadBody?, channel: any Channel) {
        method = head.method
        self.path = path
        self.rawQuery = rawQuery
        self.parameters = parameters
        headers = head.headerFields
        authority = head.authority
        self.unread = unread
        self.channel = channel
    }

    /// The request with its body, which is read now unless it was before. A link that asks for it hands on what it was given: a body comes once.
    /// - Throws: ``ProblemDocument`` where the body is too large or incomplete.
    public func withBody() async throws -> IncomingRequest {
        guard let unread else { return self }
        var whole = self
        whole.body = try await unread.read()
        whole.unread = nil
        return whole
    }

    /// The address at the other end of the connection: the sender's, or a proxy's.
    public var peer: String { channel?.remoteAddress?.ipAddress ?? "" }

    /// The body as an array.
    public var bytes: [UInt8] { Array(body.readableBytesView) }

    /// The query's parameters in order, percent-decoded, repeats included.
    public var query: [(name: String, value: String)] {
        FormEncoding.pairs(rawQuery)
    }

    /// The query's parameters; of a name given twice the first value stands.
    public var firstQuery: [String: String] {
        rawQuery.isEmpty ? [:] : Dictionary(query.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// Header fields by lower-case name, `host` among them; repeated fields are joined with a comma, as HTTP has it.
    public var headersByName: [String: String] {
        var fields: [String: String] = [:]
        fields.reserveCapacity(headers.count + 1)
        fields["host"] = authority
        for field in headers {
            let name = field.name.canonicalName
            if let present = fields[name] {
                fields[name] = present + ", " + field.value
            } else {
                fields[name] = field.value
            }
        }
        return fields
    }

    /// Text without its percent-encoding; as it is where that is malformed.
    static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        return text.removingPercentEncoding ?? String(text)
    }
}
