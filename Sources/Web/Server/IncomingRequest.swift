import Foundation
public import HTTPTypes
public import NIOCore
import Screening

/// A request that has come in whole.
public struct IncomingRequest: Sendable {
    /// The method.
    public let method: HTTPRequest.Method
    /// The path as received, percent-encoded, without the query.
    public let path: String
    /// The query as received, without the question mark; empty where there is none.
    public let rawQuery: String
    /// Header fields; names are case-insensitive.
    public let headers: HTTPFields
    /// The body's bytes, exactly.
    public let body: ByteBuffer
    /// The request's name in logs and in the answer's `X-Request-ID`.
    public let id: String
    /// What stood in the route's `{names}`, percent-decoded; what a trailing `*` matched is `*`, as received, with a leading slash.
    public internal(set) var parameters: [String: String] = [:]

    /// What the sender calls this server: the `Host` field, which `headers` does not hold.
    public let authority: String?
    private let channel: any Channel

    init(head: HTTPRequest, path: String, rawQuery: String, body: ByteBuffer, id: String, channel: any Channel) {
        method = head.method
        self.path = path
        self.rawQuery = rawQuery
        headers = head.headerFields
        authority = head.authority
        self.body = body
        self.id = id
        self.channel = channel
    }

    /// The address at the other end of the connection: the sender's, or a proxy's.
    public var peer: String { channel.remoteAddress?.ipAddress ?? "" }

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
