public import Screening

/// A command that the host does not carry out, as a caller is told it: RFC 9457 problem JSON on the wire.
public struct CommandError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The HTTP status.
    public let status: Int
    /// A stable code for programs.
    public let code: String
    /// What happened and what to do, in a sentence or two.
    public let detail: String
    /// When to ask again; nil where that is no use.
    public let retryAfter: Duration?
    /// What was found, for those who may read personal data; nil where there is nothing.
    public let found: Personal<JSON>?
    /// The path of the field that is at fault; nil where none is.
    public let field: String?
    /// Whether what was asked about cannot be read in the store: asking again gives the same, and says nothing of anything else.
    private(set) var isUnreadable = false

    public init(_ status: Int, _ code: String, _ detail: String, retryAfter: Duration? = nil, found: JSON? = nil, field: String? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
        self.found = found.map { Personal($0) }
        self.field = field
    }

    /// A field that is missing or malformed: 422.
    public init(_ problem: FieldProblem) { self.init(422, "invalid_field", problem.description, field: problem.path) }

    /// What a store's failure means to a caller: 503, nothing lost of what was answered before.
    public init(_ error: StoreError) {
        switch error {
        case .conflict: self.init(409, "conflict", "Something changed meanwhile; ask again.")
        case .corrupt, .newer:
            let detail = "The store holds something unreadable; nothing was written. /readyz and the log say more."
            self.init(503, "store_unavailable", detail, retryAfter: .seconds(60))
            isUnreadable = true
        case .keyMissing(let key):
            self.init(
                503,
                "key_missing",
                "This host does not have the key \(key) that this is sealed with; nothing was done. Another host has it: put it into encryption.keys here as well."
            )
            isUnreadable = true
        default: self.init(503, "store_unavailable", "The store cannot be had at present; nothing was written.", retryAfter: .seconds(5))
        }
    }

    /// What a provider's failure means to a caller: 503 where it may pass, else 502.
    init(_ error: ProviderError, _ detail: String? = nil) {
        let passing = [.unavailable, .noAnswer, .rateLimited].contains(error.code)
        self.init(
            passing ? 503 : 502,
            "provider_\(error.code.rawValue)",
            detail ?? error.message.value,
            retryAfter: passing ? .seconds(30) : nil
        )
    }

    /// There is nothing of that name: 404.
    public static func notFound(_ what: String) -> CommandError { CommandError(404, "not_found", "There is no such \(what).") }

    /// There is nothing at an address: 404, the same for a connection that is not there and a path that it does not have.
    static let nothingHere = CommandError(404, "not_found", "There is nothing at this address.")

    /// The same was changed again and again: 503.
    static let changing = CommandError(503, "conflict", "The same is being changed at this moment; ask again.", retryAfter: .seconds(2))

    /// Code and detail.
    public var description: String { "\(code): \(detail)" }
}

/// Does something once more where the same was changed at the same moment. Who asks from outside would take a 409 for the last word, and is told to ask again.
/// - Throws: ``CommandError`` 503 `conflict` where it was changed again; what `body` throws.
func retryingConflict<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch StoreError.conflict {}
    do { return try await body() } catch StoreError.conflict { throw CommandError.changing }
}

/// Does something with the store, and says what its failure means to the caller.
func mapStoreError<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let error as StoreError { throw CommandError(error) }
}
