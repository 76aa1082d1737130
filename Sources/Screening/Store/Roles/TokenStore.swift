/// The tokens that open the API.
public protocol TokenStore: Sendable {
    /// Keeps a token with the secret by which its holder is known. Only a keyed hash of the secret is stored. Calling again with the same id is a
    /// ``StoreError/conflict``.
    func keep(_ token: AccessToken, secret: Secret) async throws

    /// The token that is known by a secret; nil where there is none. An expired one is there until it is removed.
    func token(by secret: Secret) async throws -> AccessToken?

    /// A token by its identifier; nil where there is none. An expired one is there until it is removed.
    func token(id: String) async throws -> AccessToken?

    /// Every token, oldest first.
    func tokens() async throws -> [AccessToken]

    /// Forgets a token. Does nothing where there is none.
    func remove(token id: String) async throws
}
