import Screening
import Synchronization

/// An intent that waits for its transaction, and the continuation that waits for it.
protocol PendingIntent<Transaction>: Sendable {
    associatedtype Transaction

    /// Decides and writes. May be called again after a failed attempt, so it changes nothing but the transaction.
    func attempt(_ transaction: inout Transaction) throws

    /// Answers whoever waits. Called once, at the end; nil where it was committed.
    func complete(_ failure: StoreError?)
}

/// An intent with an answer of its own.
final class Intent<Transaction, Value: Sendable>: PendingIntent {
    private let body: @Sendable (inout Transaction) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private let result = Mutex<Value?>(nil)

    init(_ body: @escaping @Sendable (inout Transaction) throws -> Value, _ continuation: CheckedContinuation<Value, any Error>) {
        self.body = body
        self.continuation = continuation
    }

    func attempt(_ transaction: inout Transaction) throws {
        let answer = try body(&transaction)
        result.withLock { $0 = answer }
    }

    func complete(_ failure: StoreError?) {
        if let failure { return continuation.resume(throwing: failure) }
        guard let answer = result.withLock({ $0 }) else { return continuation.resume(throwing: StoreError.unavailable("an intent was not done")) }
        continuation.resume(returning: answer)
    }
}
