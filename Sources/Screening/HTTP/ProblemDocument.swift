import HTTPTypes

/// An error as callers see it: a problem document as RFC 9457 has it, with a stable `code`. Every error that leaves a host over HTTP is one.
public struct ProblemDocument: Error, Sendable, Equatable {
    public var status: Int
    /// A stable code for programs, such as `too_late`.
    public var code: String
    /// The kind of problem, for people. The same for every problem of one code.
    public var title: String
    /// This problem, for people: what is wrong and what to do. Holds no personal data.
    public var detail: String
    /// When trying again makes sense; sent as `Retry-After`.
    public var retryAfter: Duration?
    public var extra: JSON.Members

    public init(_ status: Int, _ code: String, _ title: String, _ detail: String, retryAfter: Duration? = nil, extra: JSON.Members = JSON.Members()) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail.printable
        self.retryAfter = retryAfter
        self.extra = extra
    }

    /// What an answer with a problem document says that it is.
    public static let mediaType = "application/problem+json"

    /// The document's members.
    public var json: JSON {
        var json: JSON = [
            "type": .string("urn:fairlead:problem:" + code), "title": .string(title), "status": .int(Int64(status)), "detail": .string(detail),
            "code": .string(code),
        ]
        for (name, value) in extra.pairs where json[name] == nil { json[name] = value }
        return json
    }

    /// The document as an answer.
    public var response: WireResponse {
        var response = WireResponse(status, json: json)
        response.headers[.contentType] = Self.mediaType
        if code == "unauthenticated" { response.headers[.wwwAuthenticate] = "Bearer" }
        // Who sends in a coding that is not read is told which are.
        if status == 415 { response.headers[.acceptEncoding] = ContentCoding.accepted }
        if let retryAfter { response.headers[.retryAfter] = String(max(1, (retryAfter.wholeMilliseconds + 999) / 1000)) }
        return response
    }
}
