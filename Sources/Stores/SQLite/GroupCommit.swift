import Dispatch
import GRDB
import Screening
import Synchronization

/// Commits together whatever has arrived while the last commit was on its way to disk, then answers all of it. Waits for nobody: an intent that
/// finds the writer idle is committed at once.
final class GroupCommit: Sendable {
    private struct State {
        var waiting: [any PendingIntent] = []
        var isBusy = false
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
        var figures = Figures()
    }

    /// What the writer has done so far.
    struct Figures: Equatable {
        var commits = 0
        var intents = 0
        var largestBatch = 0
    }

    /// So many intents at most in one transaction: the first in it wait for the last.
    private static let batchLimit = 512

    private let database: DatabasePool
    private let codec: RowCodec
    private let keys: ReceivedKeys
    private let clock: any WallClock
    private let checkpoints: Checkpoints
    private let trouble: Trouble
    private let onWork: @Sendable () -> Void
    private let queue = DispatchQueue(label: "fairlead.store.writer", qos: .userInitiated)
    private let state = Mutex(State())

    /// - Parameter onWork: called after a commit that gave workers something to do.
    init(
        _ database: DatabasePool,
        codec: RowCodec,
        keys: ReceivedKeys,
        clock: any WallClock,
        checkpoints: Checkpoints,
        trouble: Trouble,
        onWork: @escaping @Sendable () -> Void
    ) {
        self.database = database
        self.codec = codec
        self.keys = keys
        self.clock = clock
        self.checkpoints = checkpoints
        self.trouble = trouble
        self.onWork = onWork
    }

    /// What has been done so far.
    var figures: Figures { state.withLock { $0.figures } }

    /// Does an intent and returns once it is on disk. Other intents may share its transaction; none sees or suffers from another's failure.
    ///
    /// - Parameter intent: may be called twice, the first time in vain; so it changes nothing but the database.
    func write<Answer: Sendable>(_ intent: @escaping @Sendable (inout WriteTransaction) throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let pending = Intent(intent, continuation)
            let (accepted, starts) = state.withLock { state -> (Bool, Bool) in
                guard !state.isClosed else { return (false, false) }
                state.waiting.append(pending)
                defer { state.isBusy = true }
                return (true, !state.isBusy)
            }
            if !accepted { pending.answer(.closed) }
            if starts { queue.async { self.drain() } }
        }
    }

    /// Takes no more intents and returns once those that were taken are answered.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.isBusy { state.closers.append(continuation) }
                return !state.isBusy
            }
            if isIdle { continuation.resume() }
        }
    }

    private func drain() {
        while true {
            let (batch, closers) = state.withLock { state -> ([any PendingIntent], [CheckedContinuation<Void, Never>]) in
                guard !state.waiting.isEmpty else {
                    state.isBusy = false
                    defer { state.closers = [] }
                    return ([], state.closers)
                }
                let batch = Array(state.waiting.prefix(Self.batchLimit))
                state.waiting.removeFirst(batch.count)
                return (batch, [])
            }
            guard !batch.isEmpty else {
                for closer in closers { closer.resume() }
                return
            }
            commit(batch)
        }
    }

    private func commit(_ batch: [any PendingIntent]) {
        var failures: [StoreError?]
        do {
            failures = try database.writeWithoutTransaction { db in
                let end: BatchEnd
                if let first = try transaction(of: batch, in: db, guarded: false) {
                    end = first
                } else {
                    end = try transaction(of: batch, in: db, guarded: true) ?? BatchEnd(failures: [], wakes: false)
                }
                state.withLock { state in
                    state.figures.commits += 1
                    state.figures.intents += batch.count
                    state.figures.largestBatch = max(state.figures.largestBatch, batch.count)
                }
                if end.wakes { onWork() }
                return end.failures
            }
        } catch {
            failures = [StoreError?](repeating: trouble.judged(writing: error), count: batch.count)
        }
        for (intent, failure) in zip(batch, failures) { intent.answer(failure) }
        database.writeWithoutTransaction { checkpoints.committed(on: $0) }
    }

    private struct BatchEnd {
        var failures: [StoreError?]
        var wakes: Bool
    }

    /// Does all intents in one transaction. An intent that fails before it has written anything is left out.
    ///
    /// One that fails later would leave its writes to the others: then everything is rolled back and nil returned, and the batch is done again, guarded by
    /// savepoints. They are not used from the start because SQLite copies every page that is changed under one.
    private func transaction(of batch: [any PendingIntent], in db: Database, guarded: Bool) throws -> BatchEnd? {
        try db.beginTransaction(.immediate)
        var transaction = WriteTransaction(db: db, codec: codec, keys: keys, now: clock.now())
        var end = BatchEnd(failures: [], wakes: false)
        do {
            for intent in batch {
                if guarded { try db.run("SAVEPOINT intent") }
                let changes = db.totalChangesCount
                transaction.wakes = false
                do {
                    try intent.attempt(&transaction)
                    end.wakes = end.wakes || transaction.wakes
                    end.failures.append(nil)
                } catch {
                    if StoreError.isOfDatabase(error) { throw error }
                    if guarded {
                        try db.run("ROLLBACK TO intent")
                    } else if db.totalChangesCount != changes {
                        try db.rollback()
                        return nil
                    }
                    end.failures.append(StoreError(error))
                }
                if guarded { try db.run("RELEASE intent") }
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

/// An intent that waits for its transaction, and somebody who waits for it.
private protocol PendingIntent: Sendable {
    func attempt(_ transaction: inout WriteTransaction) throws
    func answer(_ failure: StoreError?)
}

private final class Intent<Answer: Sendable>: PendingIntent {
    private let body: @Sendable (inout WriteTransaction) throws -> Answer
    private let continuation: CheckedContinuation<Answer, any Error>
    private let result = Mutex<Answer?>(nil)

    init(_ body: @escaping @Sendable (inout WriteTransaction) throws -> Answer, _ continuation: CheckedContinuation<Answer, any Error>) {
        self.body = body
        self.continuation = continuation
    }

    func attempt(_ transaction: inout WriteTransaction) throws {
        let answer = try body(&transaction)
        result.withLock { $0 = answer }
    }

    func answer(_ failure: StoreError?) {
        if let failure { return continuation.resume(throwing: failure) }
        guard let answer = result.withLock({ $0 }) else { return continuation.resume(throwing: StoreError.unavailable("an intent was not done")) }
        continuation.resume(returning: answer)
    }
}
