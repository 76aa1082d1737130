import HTTPTypes
import Screening

/// One call to Acme for an account.
struct AcmeCall {
    private let session: ProviderSession

    init(_ session: ProviderSession) { self.session = session }

    /// The JSON of a successful answer.
    /// - Parameter key: the idempotency key of a call that creates; nil for one that does not.
    /// - Throws: ``ProviderError``, with what it means for the order where it was to create.
    func json(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, key: String? = nil) async throws -> JSON {
        let url = session.account.baseURL + path
        var request = body.map { WireRequest(method, url, json: $0) } ?? WireRequest(method, url)
        if let name = HTTPField.Name("X-Acme-Key") { request.headers[name] = session.account.secrets["api_key"]?.first?.value }
        if let key, let name = HTTPField.Name("Idempotency-Key") { request.headers[name] = key }
        let response: WireResponse
        do { response = try await session.transport.send(request) } catch let error as TransportError {
            throw ProviderError(error, creating: key != nil)
        }
        guard (200..<300).contains(response.status) else { throw failure(response, creating: key != nil) }
        guard let json = response.json else {
            throw ProviderError(.unreadable, "the answer is not JSON", status: response.status, creation: key == nil ? nil : .uncertain)
        }
        return json
    }

    private func failure(_ response: WireResponse, creating: Bool) -> ProviderError {
        let code: ProviderError.Code =
            switch response.status {
            case 401, 403: .unauthorised
            case 429: .rateLimited
            case 408, 500...: .unavailable
            default: .refused
            }
        return ProviderError(
            code,
            response.json?["error"]?.text ?? "Acme answered HTTP \(response.status)",
            status: response.status,
            creation: creating ? CreationRule(status: response.status) : nil
        )
    }
}
