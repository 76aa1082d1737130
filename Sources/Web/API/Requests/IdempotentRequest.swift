import Crypto
import HTTPTypes
import Pipeline
import Screening

/// A request that may carry an `Idempotency-Key`: with the same key it is carried out once, and answered the same again for 24 hours.
struct IdempotentRequest: Sendable {
    let request: IncomingRequest
    let principal: Principal
    let store: any IdempotencyStore

    /// Carries the request out, or gives the first answer again.
    ///
    /// Answers that say to try again (5xx, or with `Retry-After`) are not remembered.
    func respond(_ perform: () async throws -> WireResponse) async throws -> WireResponse {
        do { return try await once(perform) } catch let error as CommandError { throw withoutQuotes(ProblemDocument(describing: error) ?? .broken) }
    }

    /// What a provider said may quote a person.
    private func withoutQuotes(_ problem: ProblemDocument) -> ProblemDocument {
        guard !principal.seesPersonal, problem.code.hasPrefix("provider_") else { return problem }
        var problem = problem
        problem.detail = "the provider did not do it; what it said takes read_personal"
        return problem
    }

    private func once(_ perform: () async throws -> WireResponse) async throws -> WireResponse {
        guard let given = request.headers[IdempotentRequest.keyName] else { return try await perform() }
        guard (1...200).contains(given.utf8.count), given.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ProblemDocument.badRequest("malformed_idempotency_key", "Idempotency-Key must be 1 to 200 visible ASCII characters")
        }
        // Keys of different tokens never meet; an answer with personal data is only given again to one who may see it.
        let key = IdempotentRequest.storedKey(given, principal)
        let hash = IdempotentRequest.hash(request.method, request.path, request.bytes)
        switch try await store.begin(key: key, bodyHash: hash) {
        case .conflict:
            throw ProblemDocument(422, "idempotency_conflict", "Key used before", "this Idempotency-Key came with another request before")
        case .running:
            throw ProblemDocument(
                409,
                "idempotency_running",
                "Still running",
                "the first request with this Idempotency-Key has not been answered yet",
                retryAfter: .seconds(1)
            )
        case .answered(let status, let body):
            var response = WireResponse(status, body: body)
            response.headers[.contentType] = status < 400 ? "application/json" : "application/problem+json"
            response.headers[IdempotentRequest.replayedName] = "true"
            return response
        case .fresh: return try await first(key, perform)
        }
    }

    private func first(_ key: String, _ perform: () async throws -> WireResponse) async throws -> WireResponse {
        do {
            let response: WireResponse
            do { response = try await perform() } catch {
                guard let problem = ProblemDocument(describing: error) else { throw error }
                response = withoutQuotes(problem).response
            }
            let final = response.status < 500 && response.headers[.retryAfter] == nil
            try await store.recordResponse(key: key, status: final ? response.status : nil, body: final ? response.body : [])
            return response
        } catch {
            try? await store.recordResponse(key: key, status: nil, body: [])
            throw error
        }
    }

    /// The key as the store keeps it.
    static func storedKey(_ given: String, _ principal: Principal) -> String {
        "api:\(principal.id):\(principal.seesPersonal ? "personal" : "plain"):\(given)"
    }

    /// What must be the same for a request to be the same.
    static func hash(_ method: HTTPRequest.Method, _ path: String, _ body: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(data: Array("\(method.rawValue) \(path)\n".utf8))
        hash.update(data: body)
        return Array(hash.finalize()).hex
    }

    private static let keyName = HTTPField.Name("idempotency-key")!
    private static let replayedName = HTTPField.Name("idempotency-replayed")!
}
