import GRDB
import Metrics
import Screening

/// What the writer's connection is asked for.
enum WriterTask: Sendable {
    case write(any PendingIntent<WriteTransaction>)
    case lookUp(any PendingIntent<StoredRows>)
}

/// Commits together whatever has arrived while the last commit was on its way to disk, then answers all of it. No intent sees another's changes undone or
/// suffers from another's failure.
struct GroupCommit: Sendable {
    let database: DatabasePool
    let codec: RowCodec
    let keys: ReceivedKeys
    let clock: any WallClock
    let removals: RemovalTime
    let checkpoints: Checkpoints
    let health: StoreHealth
    let files: FileWatch
    let metrics = CommitMetrics()
    /// Called after a commit that gave workers something to do, with the kinds of it.
    let onWork: @Sendable (Set<Work.Kind>) -> Void

    /// Does a batch and answers every part of it: what is looked up first, as it was committed before, then what is written.
    func callAsFunction(_ batch: [WriterTask]) {
        var lookUps: [any PendingIntent<StoredRows>] = []
        var writes: [any PendingIntent<WriteTransaction>] = []
        for task in batch {
            switch task {
            case .lookUp(let intent): lookUps.append(intent)
            case .write(let intent): writes.append(intent)
            }
        }
        if !lookUps.isEmpty { lookUp(lookUps) }
        if !writes.isEmpty { metrics.measure(writes.count) { commit(writes) } }
    }

    /// Answers from one snapshot.
    private func lookUp(_ batch: [any PendingIntent<StoredRows>]) {
        var failures: [StoreError?] = []
        do {
            try database.writeWithoutTransaction { db in
                try db.beginTransaction(.deferred)
                var rows = StoredRows(db: db, codec: codec, now: clock.now())
                for intent in batch {
                    do {
                        try intent.attempt(&rows)
                        failures.append(nil)
                    } catch {
                        failures.append(health.classify(error))
                    }
                }
                try db.commit()
            }
        } catch {
            database.writeWithoutTransaction { if $0.isInsideTransaction { try? $0.rollback() } }
            failures = [StoreError?](repeating: health.classify(error), count: batch.count)
        }
        for (intent, failure) in zip(batch, failures) { intent.complete(failure) }
    }

    private func commit(_ batch: [any PendingIntent<WriteTransaction>]) {
        var failures: [StoreError?]
        do {
            try files.check()
            failures = try database.writeWithoutTransaction { db in
                let end: BatchEnd
                if let first = try transaction(of: batch, in: db, guarded: false) {
                    end = first
                } else {
                    end = try transaction(of: batch, in: db, guarded: true) ?? BatchEnd(failures: [], wakes: [])
                }
                if !end.wakes.isEmpty { onWork(end.wakes) }
                return end.failures
            }
            try files.checkWritten()
        } catch {
            failures = [StoreError?](repeating: health.classify(writing: error), count: batch.count)
        }
        for (intent, failure) in zip(batch, failures) { intent.complete(failure) }
        database.writeWithoutTransaction { checkpoints.committed(on: $0) }
    }

    private struct BatchEnd {
        var failures: [StoreError?]
        var wakes: Set<Work.Kind>
    }

    /// Does all intents in one transaction. An intent that fails before it has written anything is left out.
    ///
    /// One that fails later would leave its writes to the others: then everything is rolled back and nil returned, and the batch is done again, guarded by
    /// savepoints. They are not used from the start because SQLite copies every page that is changed under one.
    private func transaction(of batch: [any PendingIntent<WriteTransaction>], in db: Database, guarded: Bool) throws -> BatchEnd? {
        try db.beginTransaction(.immediate)
        var transaction = WriteTransaction(db: db, codec: codec, keys: keys, removals: removals, now: clock.now())
        var end = BatchEnd(failures: [], wakes: [])
        do {
            for intent in batch {
                if guarded { try db.execute(sql: "SAVEPOINT intent") }
                let changes = db.totalChangesCount
                transaction.wakes = []
                do {
                    try intent.attempt(&transaction)
                    end.wakes.formUnion(transaction.wakes)
                    end.failures.append(nil)
                } catch {
                    if StoreError.isOfDatabase(error) { throw error }
                    if guarded {
                        try db.execute(sql: "ROLLBACK TO intent")
                    } else if db.totalChangesCount != changes {
                        try db.rollback()
                        return nil
                    }
                    end.failures.append(StoreError(error))
                }
                if guarded { try db.execute(sql: "RELEASE intent") }
            }
        } catch {
            if db.isInsideTransaction { try? db.rollback() }
            throw error
        }
        do {
            try db.commit()
        } catch {
            let failure = StoreError(committing: error)
            if db.isInsideTransaction { try? db.rollback() }
            throw failure
        }
        return end
    }
}
