/// A request for an order, checked but not yet accepted.
public struct OrderDraft: Sendable, Equatable {
    public var connection: String
    public var account: String
    public var provider: String
    /// The ATS's name for the request: 1 to 200 bytes.
    public var externalID: String
    public var package: String
    public var candidate: Candidate
    /// What the script wants to find again: an object of at most 64 KB.
    public var metadata: Personal<JSON>

    public init(
        connection: String,
        account: String,
        provider: String,
        externalID: String,
        package: String,
        candidate: Candidate,
        metadata: JSON = [:]
    ) {
        self.connection = connection
        self.account = account
        self.provider = provider
        self.externalID = externalID
        self.package = package
        self.candidate = candidate
        self.metadata = Personal(metadata)
    }
}

extension OrderDraft {
    /// Reads and checks a request from outside (a script's, the API's): `{external_id, package, candidate, account?, metadata?}`.
    ///
    /// - Parameters:
    ///   - accounts: the accounts that the connection may order from; the first is taken where the request names none.
    ///   - provider: the provider of an account.
    /// - Throws: ``FieldProblem`` for the first field that is missing or malformed.
    public init(request: JSON, connection: String, accounts: [String], provider: (_ account: String) -> String?) throws(FieldProblem) {
        let externalID = try OrderDraft.text("external_id", of: request, "the ATS's name for the request")
        guard externalID.utf8.count <= 200 else { throw FieldProblem(path: "external_id", expected: "at most 200 bytes", found: "longer text") }
        let package = try OrderDraft.text("package", of: request, "the provider's package")
        let candidate = try Candidate(json: request["candidate"])
        var metadata = request["metadata"] ?? .null
        if metadata.isNull { metadata = .object(JSON.Members()) }
        guard metadata.members != nil else { throw FieldProblem(path: "metadata", expected: "an object", found: metadata.kind.withArticle) }
        guard metadata.bytes().count <= 64 << 10 else { throw FieldProblem(path: "metadata", expected: "at most 64 KB", found: "more") }
        var account = request["account"]?.text
        account = account ?? accounts.first
        guard let account, accounts.contains(account), let provider = provider(account) else {
            let found = account.map { "\($0.prefix(60)), which it may not" } ?? "none: the connection has no account"
            throw FieldProblem(path: "account", expected: "an account that the connection \(connection) may order from", found: found)
        }
        self.init(
            connection: connection,
            account: account,
            provider: provider,
            externalID: externalID,
            package: package,
            candidate: candidate,
            metadata: metadata
        )
    }

    /// The order that a draft becomes when it is accepted.
    public func order(id: String, callbackToken: Secret, at timestamp: Timestamp) -> Order {
        Order(
            id: id,
            connection: connection,
            account: account,
            provider: provider,
            externalID: externalID,
            package: package,
            candidate: candidate,
            metadata: metadata.value,
            callbackToken: callbackToken,
            createdAt: timestamp,
            updatedAt: timestamp
        )
    }

    private static func text(_ name: String, of request: JSON, _ expected: String) throws(FieldProblem) -> String {
        guard let value = request[name], !value.isNull else { throw FieldProblem(path: name, expected: expected, found: "nothing") }
        if value.text?.trimmed.isEmpty == true { throw FieldProblem(path: name, expected: expected, found: "an empty string") }
        guard let text = value.identifier?.trimmed else { throw FieldProblem(path: name, expected: expected, found: value.kind.withArticle) }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw FieldProblem(path: name, expected: expected, found: "text with control characters")
        }
        return text
    }
}
