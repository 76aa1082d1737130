/// API requests with an `Idempotency-Key`, which must not be carried out twice.
public protocol IdempotencyStore: Sendable {
    /// Begins a request that carries an idempotency key. Of several callers with one key exactly one is told that it is fresh. Keys are kept for 24 hours,
    /// and a request that was never answered for two minutes.
    func begin(key: String, bodyHash: String) async throws -> IdempotencyState

    /// Remembers the answer to the request that ``begin(key:bodyHash:)`` called fresh; nil forgets the key, so that it may be used again. Calling again
    /// replaces the answer.
    func recordResponse(key: String, status: Int?, body: [UInt8]) async throws
}
