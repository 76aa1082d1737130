/// Who is signed in to the dashboard.
public protocol SessionStore: Sendable {
    /// Begins a session that is known by a secret, of which only a keyed hash is stored, and forgets those that had expired when it was created. Calling
    /// again with the same secret is a ``StoreError/conflict``.
    func begin(_ session: Session, secret: Secret) async throws

    /// The session that is known by a secret; nil where there is none. An expired one may still be there.
    func session(by secret: Secret) async throws -> Session?

    /// Notes when somebody was last seen. Does nothing where there is no such session, or where they were seen later.
    func seen(session secret: Secret, at: Timestamp) async throws

    /// Ends a session. Does nothing where there is none.
    func end(session secret: Secret) async throws
}
