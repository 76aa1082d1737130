import Foundation
import Screening

/// A place in the pool: a connection that is made when it is first needed and made anew whenever it was lost, for ever, with pauses that grow to two
/// seconds while the server cannot be reached.
///
/// Unchecked because a connection cannot be shared: the line that the session belongs to hands it to one thread at a time.
final class PostgresSession: @unchecked Sendable {
    private let options: PostgresOptions
    private let random: any RandomSource
    /// What every connection has to lead to; nil for the one that finds it out.
    private let identity: PostgresIdentity?
    private var connection: PostgresConnection?
    private var generation = 0
    private var failures = 0
    private var retryAt = ContinuousClock.now
    private var why = "the database was not reached yet"

    init(_ options: PostgresOptions, leadingTo identity: PostgresIdentity? = nil, random: any RandomSource) {
        self.identity = identity
        self.options = options
        self.random = random
    }

    /// The connection. Throws ``StoreError/unavailable(_:)`` where none can be made, and without trying while the next attempt is not due.
    func connected() throws(StoreError) -> PostgresConnection {
        let present = identity?.generation ?? 0
        if let connection, generation == present, connection.isThere() { return connection }
        connection = nil
        guard ContinuousClock.now >= retryAt else { throw .unavailable(why) }
        do {
            let new = try PostgresConnection(options)
            try identity?.check(new)
            new.store = identity?.store.id
            (connection, generation, failures) = (new, present, 0)
            return new
        } catch {
            failures += 1
            retryAt = .now + .milliseconds(jittered(min(2000, 50 << min(failures, 6))))
            let failure = StoreError(postgres: error)
            if case .unavailable(let text) = failure { why = text }
            throw failure
        }
    }

    /// Ends the connection; the next use makes another.
    func disconnect() { connection = nil }

    /// Waits a little before the next try, longer after several.
    func pause(_ tries: Int) { Thread.sleep(forTimeInterval: Double(jittered(2 << min(tries, 6))) / 1000) }

    /// Between half of it and all of it, so that replicas which failed together do not try again together.
    private func jittered(_ milliseconds: Int) -> Int { milliseconds / 2 + Int(random.bytes(1)[0]) * milliseconds / 512 }
}
