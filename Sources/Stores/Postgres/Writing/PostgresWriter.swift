import Screening

/// Does intents that arrived together in one transaction: locks, decisions, then all statements with the commit, in two exchanges however many they are.
struct PostgresWriter: Sendable {
    let codec: RowCodec
    let time: PostgresTime
    let removals: RemovalTime
    let buckets: PostgresBuckets
    let metrics: CommitMetrics
    /// Called after a commit that gave workers something to do, with the kinds of it.
    let onWork: @Sendable (Set<Work.Kind>) -> Void

    private static let begin = PostgresStatement("BEGIN")
    private static let commit = PostgresStatement("COMMIT")

    /// Does a batch on a session and answers every intent of it.
    func run(_ session: PostgresSession, _ batch: [WriteIntent]) {
        do {
            let end = try metrics.measure(batch.count) { try session.attempt { try transaction(of: batch, on: $0) } }
            if !end.wakes.isEmpty { onWork(end.wakes) }
            for (intent, failure) in zip(batch, end.failures) { intent.pending.complete(failure) }
        } catch {
            let isOfOne = error is SpoiledBatch || (error as? PostgresFailure)?.isOfOneIntent == true
            guard isOfOne, batch.count > 1 else {
                for intent in batch { intent.pending.complete(StoreError(postgres: error)) }
                return
            }
            // One of them wrote what the database refuses: the batch is halved until that intent is alone, so that no other fails with it.
            let half = batch.count / 2
            run(session, Array(batch[..<half]))
            run(session, Array(batch[half...]))
        }
    }

    private struct BatchEnd {
        var failures: [StoreError?]
        var wakes: Set<Work.Kind>
    }

    private func transaction(of batch: [WriteIntent], on connection: PostgresConnection) throws -> BatchEnd {
        var touched = TouchedRows()
        for intent in batch { touched.add(intent.touched) }
        let asked = PostgresLocks.statements(touched, time, buckets)
        var locked = LockedRows()
        if !asked.isEmpty {
            let results = try connection.exchange([Self.begin] + asked.map(\.statement))
            locked = try LockedRows(asked.map(\.part), Array(results.dropFirst()), codec)
        }
        var transaction = PostgresTransaction(codec: codec, time: time, removals: removals, locked: locked)
        var failures: [StoreError?] = []
        for intent in batch {
            do {
                try transaction.attempt { try intent.pending.attempt(&$0) }
                failures.append(nil)
            } catch {
                // Its orders are inserted already, so the transaction has to be rolled back.
                guard intent.touched.places.isEmpty else { throw SpoiledBatch(error: StoreError(postgres: error)) }
                failures.append(StoreError(postgres: error))
            }
        }
        let statements = (asked.isEmpty ? [Self.begin] : []) + transaction.statements + [Self.commit]
        let results = try connection.commit(statements)
        var wakes = transaction.wakes
        for (statement, result) in zip(statements, results) where statement.sql == PostgresTransaction.removal {
            wakes.formUnion(result.rows.compactMap { Work.Kind(rawValue: $0.text(0)) })
        }
        for (name, count) in touched.places.byConnection { buckets.note(placing: count, on: name) }
        return BatchEnd(failures: failures, wakes: wakes)
    }
}

/// An intent failed that cannot be left out of its transaction.
private struct SpoiledBatch: Error {
    let error: StoreError
}

extension PostgresSession {
    /// How often the same is tried before somebody is told that the database is busy.
    private static let tries = 6

    /// Does something on the connection. What failed without a trace, because others were in the way or the connection was lost before the commit,
    /// is done again; any other failure leaves no transaction open.
    func attempt<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        var tries = 0
        while true {
            let connection = try connected()
            tries += 1
            do {
                return try body(connection)
            } catch let failure as PostgresFailure {
                if failure.endsConnection { disconnect() } else { rollBack(connection) }
                switch failure {
                case .lost where tries == 1: continue
                case .refused where failure.isPassing && tries < Self.tries: pause(tries)
                default: throw failure
                }
            } catch {
                rollBack(connection)
                throw error
            }
        }
    }

    private func rollBack(_ connection: PostgresConnection) {
        do { try connection.exchange([PostgresStatement("ROLLBACK")]) } catch { disconnect() }
    }
}

extension StoreError {
    /// What an error on the way to or from the server means to the store's users.
    init(postgres error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as PostgresFailure: self = error.storeError
        case let error as SpoiledBatch: self = error.error
        default: self = .unavailable("\(type(of: error))")
        }
    }
}

/// An intent with what it has to hold before it decides.
struct WriteIntent: Sendable {
    let touched: TouchedRows
    let pending: any PendingIntent<PostgresTransaction>
}
