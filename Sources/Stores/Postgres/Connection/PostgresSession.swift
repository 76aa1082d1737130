import Foundation
import Screening

/// A place in the pool: a connection that is made when it is first needed and made anew whenever it was lost, for ever, with pauses that grow to two
/// seconds while the server cannot be reached.
///
/// Unchecked because a connection cannot be shared: the line that the session belongs to hands it to one thread at a time.
final class PostgresSession: @unchecked Sendable {
    private let options: PostgresOptions
    private let random: any RandomSource
    private var connection: PostgresConnection?
    private var failures = 0
    private var retryAt = ContinuousClock.now
    private var why = "the database was not reached yet"

    init(_ options: PostgresOptions, random: any RandomSource) {
        self.options = options
        self.random = random
    }

    /// The connection. Throws ``StoreError/unavailable(_:)`` where none can be made, and without trying while the next attempt is not due.
    func connected() throws(StoreError) -> PostgresConnection {
        if let connection, connection.isThere() { return connection }
        connection = nil
        guard ContinuousClock.now >= retryAt else { throw .unavailable(why) }
        do {
            let new = try PostgresConnection(options)
            (connection, failures) = (new, 0)
            return new
        } catch {
            failures += 1
            retryAt = .now + .milliseconds(jittered(min(2000, 50 << min(failures, 6))))
            if case .lost(let text) = error { why = text }
            throw error.storeError
        }
    }

    /// Ends the connection; the next use makes another.
    func disconnect() { connection = nil }

    /// Waits a little before the next try, longer after several.
    func pause(_ tries: Int) { Thread.sleep(forTimeInterval: Double(jittered(2 << min(tries, 6))) / 1000) }

    /// Between half of it and all of it, so that replicas which failed together do not try again together.
    private func jittered(_ milliseconds: Int) -> Int { milliseconds / 2 + Int(random.bytes(1)[0]) * milliseconds / 512 }
}
