public import Screening
import Synchronization

/// A store in a PostgreSQL database, for any number of processes at once: the queue, the lock and the truth of all replicas.
///
/// What arrives together is committed together. Time is the database's, so that replicas whose clocks differ agree on leases, due work and budgets. A
/// connection that is lost is made anew, for ever; until then everything throws ``StoreError/unavailable(_:)`` at once.
public final class PostgresStore: Store {
    typealias Read = @Sendable (PostgresSession) -> Void

    let codec: RowCodec
    let time: PostgresTime
    let arrivals: PostgresLine<PostgresArrival>
    let intents: PostgresLine<any PostgresPending>
    let claimings: PostgresLine<PostgresClaiming>
    private let readings: PostgresLine<Read>
    private let wakers: WakeUps
    private let bell: PostgresBell
    private let isClosed = Mutex(false)

    /// Opens the store in a database, bringing its schema up to date: of several replicas that start at once one does it and the others wait.
    ///
    /// - Parameters:
    ///   - url: `postgres://…` with all that libpq understands in it. Its rights must allow tables to be made where there are none yet.
    ///   - connections: how many connections this process uses at most, from 4 on; one more listens for other replicas.
    ///   - clock: what the pauses between two looks at the queue are measured with.
    ///   - random: where seals and pauses get their randomness.
    /// - Throws: ``StoreError/unavailable(_:)`` where the database cannot be had, ``StoreError/newer(_:)``. No text holds the URL or a password.
    public static func open(
        url: String,
        connections: Int = 8,
        clock: any WallClock,
        random: any RandomSource
    ) async throws -> PostgresStore {
        try await open(url: url, connections: connections, clock: clock, random: random, time: .database)
    }

    /// As the public one, with a time of the caller's.
    static func open(
        url: String,
        connections: Int = 8,
        clock: any WallClock,
        random: any RandomSource,
        time: PostgresTime
    ) async throws -> PostgresStore {
        let options = try PostgresOptions(url)
        let store = PostgresStore(options, connections: connections, clock: clock, random: random, time: time)
        do {
            try await store.migrate()
        } catch {
            await store.close()
            throw error
        }
        store.bell.start()
        return store
    }

    private init(_ options: PostgresOptions, connections: Int, clock: any WallClock, random: any RandomSource, time: PostgresTime) {
        let codec = RowCodec(sealer: PlainSealer())
        let wakers = WakeUps(clock: clock)
        func sessions(_ count: Int) -> [PostgresSession] { (0..<count).map { _ in PostgresSession(options, random: random) } }
        let bell = PostgresBell(PostgresSession(options, random: random), random: random, onWork: { wakers.ring() })
        let onWork: @Sendable () -> Void = {
            wakers.ring()
            bell.ring()
        }
        let intake = PostgresIntake(time: time, onWork: onWork)
        let writer = PostgresWriter(codec: codec, time: time, onWork: onWork)
        let claimer = PostgresClaimer(time: time)
        arrivals = PostgresLine("intake", sessions: sessions(1), batchLimit: 512) { intake.run($0, $1) }
        intents = PostgresLine("writes", sessions: sessions(connections > 4 ? 2 : 1), batchLimit: 256) { writer.run($0, $1) }
        claimings = PostgresLine("claims", sessions: sessions(1), batchLimit: 1) { session, batch in
            for claiming in batch { claimer.run(session, claiming) }
        }
        readings = PostgresLine("reads", sessions: sessions(max(1, connections - (connections > 4 ? 4 : 3))), batchLimit: 1) { session, batch in
            for read in batch { read(session) }
        }
        self.codec = codec
        self.time = time
        self.wakers = wakers
        self.bell = bell
    }

    deinit {
        wakers.finish()
        bell.stop()
    }

    /// Finishes what was begun and closes. Does nothing the second time.
    public func close() async {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard isFirst else { return }
        wakers.finish()
        bell.stop()
        await arrivals.close()
        await intents.close()
        await claimings.close()
        await readings.close()
    }

    /// Yields after every commit that queued work or set some free, here or in another replica, and once a second.
    public func wakeUps() -> AsyncStream<Void> { wakers.stream() }

    /// Does an intent together with what else has arrived; returns once it is committed.
    func write<Answer: Sendable>(
        _ locks: PostgresLocks,
        _ body: @escaping @Sendable (inout PostgresTransaction) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let intent = PostgresIntent(locks, body, continuation)
            if !intents.add(intent) { intent.answer(Self.closed) }
        }
    }

    /// Reads what is committed.
    func read<Answer: Sendable>(_ body: @escaping @Sendable (PostgresRows) throws -> Answer) async throws -> Answer {
        let (codec, time) = (codec, time)
        return try await onSession { session in
            try session.attempt { try body(PostgresRows(connection: $0, codec: codec, time: time)) }
        }
    }

    private func migrate() async throws {
        let time = time
        try await onSession { session in
            // Its locks and settings end with the connection.
            defer { session.disconnect() }
            try PostgresMigration.run(try session.connected(), time: time)
        }
    }

    private func onSession<Answer: Sendable>(_ body: @escaping @Sendable (PostgresSession) throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Answer, any Error>) in
            let accepted = readings.add { session in
                do {
                    continuation.resume(returning: try body(session))
                } catch {
                    continuation.resume(throwing: StoreError(postgres: error))
                }
            }
            if !accepted { continuation.resume(throwing: Self.closed) }
        }
    }

    static let closed = StoreError.unavailable("it is closed")
}
