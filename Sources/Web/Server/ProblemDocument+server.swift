import Pipeline
public import Screening

extension ProblemDocument {
    static let notFound = ProblemDocument(404, "not_found", "Not found", "there is nothing at this address")

    static func notFound(_ kind: String) -> ProblemDocument {
        ProblemDocument(404, "not_found", "Not found", "there is no such \(kind)")
    }

    static func wrongMethod(_ allowed: [String]) -> ProblemDocument {
        ProblemDocument(405, "method_not_allowed", "Method not allowed", "this address takes \(allowed.joined(separator: ", "))")
    }

    static func tooLarge(_ limit: Int) -> ProblemDocument {
        ProblemDocument(413, "body_too_large", "Body too large", "a request's body may have at most \(limit) bytes")
    }

    static func unsupportedCoding(_ detail: String) -> ProblemDocument {
        ProblemDocument(415, "unsupported_coding", "Unsupported content coding", detail)
    }

    static let noHost = ProblemDocument(400, "no_host", "Bad request", "a request must have one Host field")
    static let expectation = ProblemDocument(417, "expectation_failed", "Expectation failed", "of Expect only 100-continue is known here")
    static let unauthenticated = ProblemDocument(401, "unauthenticated", "Not signed in", "send Authorization: Bearer and a token")

    static func badRequest(_ code: String, _ detail: String) -> ProblemDocument { ProblemDocument(400, code, "Bad request", detail) }

    static let incomplete = ProblemDocument(400, "incomplete_body", "Bad request", "the body ended before the announced length")
    static let malformed = ProblemDocument(400, "malformed_request", "Bad request", "the request is not HTTP/1.1")
    static let oldTransferCoding = badRequest("malformed_request", "HTTP/1.0 knows no Transfer-Encoding")
    static let unknownTransferCoding = ProblemDocument(
        501,
        "unknown_transfer_coding",
        "Not implemented",
        "of Transfer-Encoding only chunked is known here, and only once"
    )
    static let headersTooLarge = ProblemDocument(431, "headers_too_large", "Header too large", "the request's header is too large")
    static let tooSlow = ProblemDocument(408, "too_slow", "Request time-out", "the request's body took too long")
    static let stopping = ProblemDocument(503, "stopping", "Not available", "the server is stopping; try again", retryAfter: .seconds(5))
    static let overloaded = ProblemDocument(
        503,
        "overloaded",
        "Not available",
        "the server has as much in hand as it may; try again",
        retryAfter: .seconds(1)
    )
    static let broken = ProblemDocument(
        500,
        "internal_error",
        "Internal error",
        "something went wrong here; the log has more under this request's id"
    )

    /// A title for the problems of the pipeline, which have none of their own.
    private static func title(_ status: Int) -> String {
        switch status {
        case 400: "Bad request"
        case 401: "Not accepted"
        case 404: "Not found"
        case 405: "Method not allowed"
        case 409: "Not possible now"
        case 422: "Unusable value"
        case 502: "The provider did not do it"
        case 503: "Not available"
        default: "Refused"
        }
    }

    /// The document for any error that a responder threw; nil where the error says nothing to the outside.
    public init?(describing error: any Error) {
        switch error {
        case let problem as ProblemDocument: self = problem
        case let field as FieldProblem:
            self.init(422, "invalid_field", "Unusable value", field.description, extra: JSON.Members([("field", .string(field.path))]))
        case let error as CommandError:
            self.init(error.status, error.code, ProblemDocument.title(error.status), error.detail, retryAfter: error.retryAfter)
            if let field = error.field { extra["field"] = .string(field) }
        case StoreError.unavailable, StoreError.unknown:
            self.init(503, "store_unavailable", "Not available", "the store cannot be had now; try again", retryAfter: .seconds(5))
        case StoreError.keyMissing(let key):
            self.init(
                503,
                "key_missing",
                "Not available",
                "this host does not have the key \(key) that this is sealed with; another host has it: put it into encryption.keys here as well"
            )
        case StoreError.corrupt, StoreError.newer:
            self.init(500, "store_unreadable", "Internal error", "the store holds something unreadable; the log says what under this request's id")
        case StoreError.conflict:
            self.init(409, "conflict", "Conflict", "this was changed by somebody else at the same time; read it again")
        case is CancellationError: self = .stopping
        default: return nil
        }
    }
}
