public import HTTPTypes
import NIOCore
import Pipeline
public import Screening

extension API {
    /// What the API answers somebody within this process, such as a page of the dashboard: as over the network, with the same checks.
    /// - Parameters:
    ///   - path: the path below `/api/v1`, its segments percent-encoded.
    ///   - key: the `Idempotency-Key`; nil for none.
    ///   - reason: why personal data is read: the `Access-Reason`; nil for none.
    /// - Returns: the answer's JSON; null where it has none.
    /// - Throws: ``ProblemDocument``
    public func answer(
        _ method: HTTPRequest.Method,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: JSON? = nil,
        key: String? = nil,
        reason: String? = nil,
        for principal: Principal
    ) async throws(ProblemDocument) -> JSON {
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard let (endpoint, parameters) = endpoint(method, segments) else { throw .notFound }
        var headers: HTTPFields = [:]
        if let key, let name = HTTPField.Name("Idempotency-Key") { headers[name] = key }
        if let reason { headers[RequestAudit.reasonName] = reason }
        let request = IncomingRequest(
            method,
            Endpoint.root + path,
            query: FormEncoding.text(query),
            headers: headers,
            body: ByteBuffer(bytes: body?.bytes() ?? []),
            parameters: parameters
        )
        do { try principal.require(endpoint.scope) } catch {
            await audit.refused(endpoint, request, principal, error.code)
            throw error
        }
        let response: WireResponse
        do {
            response = try await endpoint.answer(request, principal, budget, audit)
        } catch {
            throw ProblemDocument(describing: error) ?? .broken
        }
        let json = response.json ?? .null
        guard response.status < 400 else { throw ProblemDocument(response.status, json) }
        return json
    }

    /// Who holds a token.
    /// - Parameter peer: the address that it came from, whose wrong tokens are counted.
    /// - Throws: ``ProblemDocument``: 401 for a wrong one, 429 for too many wrong ones.
    public func holder(of token: String, from peer: String) async throws -> Principal {
        try await authentication.principal(holding: token, from: peer)
    }

    /// Puts a page together of what the API answers: what is seen on it of each thing that has a name is one look, and one entry of the audit.
    /// - Parameters:
    ///   - pattern: the page's address without its identifiers, as it is recorded.
    ///   - subject: the identifier that its address names; nil where it names none.
    ///   - filters: what it was asked for, as far as it knows it. It is not stored.
    /// - Throws: what `body` throws; ``ProblemDocument`` 503 where the look cannot be recorded: then nobody sees anything.
    public func page<Value: Sendable>(
        _ pattern: String,
        subject: String?,
        filters: [(name: String, value: String)] = [],
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await audit.auditor.page(pattern, subject: subject, filters: filters, body)
    }

    /// Records that somebody signed in or out, or looked at something that the API does not show. Calling again records it again.
    /// - Throws: ``ProblemDocument`` 503 where that cannot be recorded: then it is not done.
    /// - Parameter subject: what it was done to; nil where it was not about one thing.
    public func record(_ action: String, by principal: Principal, subject: String? = nil) async throws {
        try await audit.auditor.record(AuditAct(by: principal.actor, action, subject: subject))
    }

    private func endpoint(_ method: HTTPRequest.Method, _ segments: [Substring]) -> (Endpoint, [String: String])? {
        for endpoint in endpoints where endpoint.method == method {
            if let parameters = endpoint.pattern.match(segments) { return (endpoint, parameters) }
        }
        return nil
    }
}

extension ProblemDocument {
    /// A problem that an answer holds, such as one that is given again for its idempotency key.
    fileprivate init(_ status: Int, _ json: JSON) {
        self.init(status, json["code"]?.text ?? "failed", json["title"]?.text ?? "It was not done", json["detail"]?.text ?? "")
    }
}
