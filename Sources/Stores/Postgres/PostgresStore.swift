public import Screening
import Synchronization

/// A store in a PostgreSQL database, for any number of processes at once: the queue, the lock and the truth of all replicas.
///
/// What arrives together is committed together. Time is the database's, so that replicas whose clocks differ agree on leases, due work and budgets. A
/// connection that is lost is made anew, for ever; until then everything throws ``StoreError/unavailable(_:)`` at once.
public final class PostgresStore: Store {
    typealias Read = @Sendable (PostgresSession) -> Void

    /// See ``WorkQueue/clock``: the database's time.
    public let clock: any WallClock
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
    ///   - keys: what the rows are sealed with, the first first; empty for a store that is not sealed.
    ///   - connections: how many connections this process uses at most, from 4 on; one more listens for other replicas.
    ///   - clock: what the pauses between two looks at the queue are measured with.
    ///   - random: where seals and pauses get their randomness.
    /// - Throws: ``StoreError/unavailable(_:)`` where the database cannot be had, ``StoreError/newer(_:)``. No text holds the URL or a password.
    public static func open(
        url: String,
        keys: [Secret] = [],
        connections: Int = 8,
        clock: any WallClock,
        random: any RandomSource
    ) async throws -> PostgresStore {
        try await open(url: url, keys: keys, connections: connections, clock: clock, random: random, time: .database)
    }

    /// As the public one, with a time of the caller's.
    static func open(
        url: String,
        keys: [Secret] = [],
        connections: Int = 8,
        clock: any WallClock,
        random: any RandomSource,
        time: PostgresTime
    ) async throws -> PostgresStore {
        let options = try PostgresOptions(url)
        let (codec, moment) = try await prepare(PostgresSession(options, random: random), keys, time)
        let shared = DatabaseClock(showing: moment)
        let store = PostgresStore(options, codec: codec, connections: connections, waits: clock, shared: shared, random: random, time: time)
        store.bell.start()
        return store
    }

    private init(
        _ options: PostgresOptions,
        codec: RowCodec,
        connections: Int,
        waits: any WallClock,
        shared: DatabaseClock,
        random: any RandomSource,
        time: PostgresTime
    ) {
        if case .clock(let given) = time { clock = given } else { clock = shared }
        let wakers = WakeUps(clock: waits)
        func sessions(_ count: Int) -> [PostgresSession] { (0..<count).map { _ in PostgresSession(options, random: random) } }
        let bell = PostgresBell(PostgresSession(options, random: random), random: random, onWork: { wakers.ring() })
        let onWork: @Sendable () -> Void = {
            wakers.ring()
            bell.ring()
        }
        let intake = PostgresIntake(time: time, onWork: onWork)
        let writer = PostgresWriter(codec: codec, time: time, onWork: onWork)
        let claimer = PostgresClaimer(time: time, clock: shared)
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

    /// Brings the schema up to date and finds out how the rows are sealed, on a connection of its own: its locks and settings end with it.
    private static func prepare(_ session: PostgresSession, _ keys: [Secret], _ time: PostgresTime) async throws -> (RowCodec, Timestamp) {
        let line = PostgresLine<Read>("opening", sessions: [session], batchLimit: 1) { session, batch in
            for read in batch { read(session) }
        }
        let result: Result<(RowCodec, Timestamp), any Error> = await withCheckedContinuation { continuation in
            let isTaken = line.add { session in
                continuation.resume(
                    returning: Result {
                        do {
                            defer { session.disconnect() }
                            let connection = try session.connected()
                            try PostgresMigration.run(connection, time: time)
                            let codec = try seal(connection, keys)
                            let now = PostgresStatement("SELECT \(PostgresTime.sql("$1"))", [time.value], isKept: false)
                            return (codec, Timestamp(milliseconds: try connection.exchange([now])[0].rows.first?.int(0) ?? 0))
                        } catch {
                            throw StoreError(postgres: error)
                        }
                    }
                )
            }
            if !isTaken { continuation.resume(returning: .failure(closed)) }
        }
        await line.close()
        return try result.get()
    }

    /// What to read and write the rows with. Of replicas that start on a new database at once, one makes the index key and all read it.
    private static func seal(_ connection: PostgresConnection, _ keys: [Secret]) throws -> RowCodec {
        func ask(_ sql: String, _ values: [PostgresValue] = []) throws -> [PostgresRow] {
            try connection.exchange([PostgresStatement(sql, values, isKept: false)])[0].rows
        }
        func stored() throws -> [UInt8]? { try ask("SELECT sealed FROM keyring WHERE name = $1", [.text(StoreSeal.index)]).first?.bytes(0) }
        let before = try stored()
        let isEmpty = try ask("SELECT NOT EXISTS (SELECT 1 FROM events) AND NOT EXISTS (SELECT 1 FROM orders)").first?.bool(0) ?? false
        let noted = try ask("SELECT name FROM keyring WHERE name LIKE $1", [.text(StoreSeal.keyPrefix + "%")]).map { $0.text(0) }
        let opened = try StoreSeal.open(keys: keys, stored: before, noted: noted, isEmpty: isEmpty)
        for name in opened.keys { _ = try ask("INSERT INTO keyring (name, sealed) VALUES ($1, '') ON CONFLICT (name) DO NOTHING", [.text(name)]) }
        guard let row = opened.row else { return opened.codec }
        guard before == nil else {
            _ = try ask("UPDATE keyring SET sealed = $2 WHERE name = $1", [.text(StoreSeal.index), .bytes(row)])
            return opened.codec
        }
        _ = try ask("INSERT INTO keyring (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", [.text(StoreSeal.index), .bytes(row)])
        return try StoreSeal.open(keys: keys, stored: try stored(), noted: noted, isEmpty: isEmpty).codec
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

    static let closed = StoreError.closed
}
