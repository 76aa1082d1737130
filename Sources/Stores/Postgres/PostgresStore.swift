import Screening
import Synchronization

/// A store in a PostgreSQL database, for any number of processes at once: the queue, the lock and the truth of all replicas.
///
/// What arrives together is committed together. Time is the database's, so that replicas whose clocks differ agree on leases, due work and budgets. A
/// connection that is lost is made anew, for ever; until then everything throws ``StoreError/unavailable(_:)`` at once.
final class PostgresStore: SQLStore {
    typealias SessionJob = @Sendable (PostgresSession) -> Void

    /// The most deliveries that may wait for the database: beyond that, senders are told to try again later.
    private static let intakeLimit = 8192

    /// The connections, by what they are used for.
    private struct Sessions {
        let intakeExecutor, writeExecutor, claimExecutor, readExecutor: [PostgresSession]
    }

    /// The database's time.
    let clock: any WallClock
    let codec: RowCodec
    var isShared: Bool { true }
    let removals: RemovalTime
    let time: PostgresTime
    private let database: PostgresIdentity
    private let intakeExecutor: BatchQueue<PendingIntake>
    private let writeExecutor: BatchQueue<WriteIntent>
    /// Claims, and new data keys: neither may wait behind a search.
    private let claimExecutor: BatchQueue<SessionJob>
    private let claimer: PostgresClaimer
    private let readExecutor: BatchQueue<SessionJob>
    private let sessions: Sessions
    private let workSignal: WorkSignal
    private let notifier: PostgresNotifier
    private let partitions: PostgresPartitions
    private let isClosed = Mutex(false)

    /// Opens the store in a database, bringing its schema up to date: of several replicas that start at once one does it and the others wait.
    ///
    /// - Parameters:
    ///   - url: `postgres://…` with all that libpq understands in it. Its rights must allow tables to be made where there are none yet.
    ///   - keys: what the rows are sealed with, the first first; empty for a store that is not sealed.
    ///   - newStore: whether the tables may be made where there were some that are gone.
    ///   - connections: how many connections this process uses at most, from 4 on; one more listens for other replicas.
    ///   - clock: what the pauses between two looks at the queue are measured with.
    ///   - random: where seals and pauses get their randomness.
    /// - Throws: ``StoreError/unavailable(_:)`` where the database cannot be had, ``StoreError/newer(_:)``. No text holds the URL or a password.
    static func open(
        url: String,
        keys: [Secret] = [],
        newStore: Bool = false,
        connections: Int = 8,
        clock: any WallClock,
        random: any RandomSource
    ) async throws -> PostgresStore {
        try await open(url: url, keys: keys, newStore: newStore, connections: connections, clock: clock, random: random, time: .database)
    }

    /// As the public one, with a time of the caller's.
    static func open(
        url: String,
        keys: [Secret] = [],
        newStore: Bool = false,
        connections: Int = 8,
        clock: any WallClock,
        random: any RandomSource,
        time: PostgresTime
    ) async throws -> PostgresStore {
        let options = try PostgresOptions(url)
        let found = try await prepare(PostgresSession(options, random: random), keys, newStore: newStore, random, time)
        let store = PostgresStore(options, found, connections: connections, waits: clock, random: random, time: time)
        store.notifier.start()
        return store
    }

    private init(
        _ options: PostgresOptions,
        _ found: Found,
        connections: Int,
        waits: any WallClock,
        random: any RandomSource,
        time: PostgresTime
    ) {
        let shared = DatabaseClock(showing: found.timestamp)
        let database = PostgresIdentity(found.identity)
        self.database = database
        if case .clock(let given) = time { clock = given } else { clock = shared }
        removals = RemovalTime(clock)
        removals.open(found.clock)
        let workSignal = WorkSignal(clock: waits)
        func sessions(_ count: Int) -> [PostgresSession] {
            (0..<count).map { _ in PostgresSession(options, leadingTo: database, random: random) }
        }
        let notifier = PostgresNotifier(sessions(1)[0], random: random, onWork: { workSignal.notify() })
        let onWork: @Sendable (Set<Work.Kind>) -> Void = { kinds in
            workSignal.notify(of: kinds)
            notifier.notify()
        }
        let metrics = CommitMetrics()
        let intake = PostgresIntake(time: time, onWork: onWork)
        claimer = PostgresClaimer(time: time, clock: shared)
        let all = Sessions(
            intakeExecutor: sessions(1),
            writeExecutor: sessions(connections > 4 ? 2 : 1),
            claimExecutor: sessions(1),
            readExecutor: sessions(max(1, connections - (connections > 4 ? 4 : 3)))
        )
        self.sessions = all
        readExecutor = BatchQueue("reads", workers: all.readExecutor.count, batchLimit: 1) { worker, batch in
            for read in batch { read(all.readExecutor[worker]) }
        }
        claimExecutor = BatchQueue("claims", batchLimit: 1) { worker, batch in
            for job in batch { job(all.claimExecutor[worker]) }
        }
        codec = found.opened.codec(PostgresKeyTable(claimExecutor, of: database), BufferedRandom(random))
        let writer = PostgresWriter(codec: codec, time: time, removals: removals, buckets: PostgresBuckets(), metrics: metrics, onWork: onWork)
        intakeExecutor = BatchQueue("intake", batchLimit: 512) { worker, batch in
            metrics.measure(batch.count) { intake.run(all.intakeExecutor[worker], batch) }
        }
        writeExecutor = BatchQueue("writes", workers: all.writeExecutor.count, batchLimit: 256) { worker, batch in
            writer.run(all.writeExecutor[worker], batch)
        }
        self.time = time
        partitions = PostgresPartitions(missing: found.partitionsMissing, checkedAt: found.timestamp)
        self.workSignal = workSignal
        self.notifier = notifier
    }

    deinit {
        workSignal.finish()
        notifier.stop()
    }

    /// What the intake has done so far.
    var intakeFigures: BatchQueue<PendingIntake>.Figures { intakeExecutor.figures }

    /// Finishes what was begun and closes. Does nothing the second time.
    func close() async {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard isFirst else { return }
        workSignal.finish()
        notifier.stop()
        let sessions = sessions
        await intakeExecutor.close { sessions.intakeExecutor[$0].disconnect() }
        await writeExecutor.close { sessions.writeExecutor[$0].disconnect() }
        await codec.keys.close()
        await claimExecutor.close { sessions.claimExecutor[$0].disconnect() }
        await readExecutor.close { sessions.readExecutor[$0].disconnect() }
    }

    /// Yields after every commit that queued work of the kinds or set some free, or any in another replica, and once a second.
    func wakeUps(for kinds: Set<Work.Kind>) -> AsyncStream<Void> { workSignal.stream(for: kinds) }

    /// A claim is a transaction of its own, as dear as a tenth of a job.
    var pauseBetweenClaims: Duration { .milliseconds(10) }

    func accept(_ event: Event, dedupe: DedupeKey?, leadingTo run: Run?) async throws -> Acceptance {
        let dedupe = dedupe.map { StoredDedupeKey($0, of: event, codec) }
        return try await underStoredKeys {
            try await withNewKey(for: event.id) { key in
                let row = try EventRow(event, codec, under: key)
                let run = try run.map { try RunRow($0, codec, under: key) }
                let acceptance = try await withCheckedThrowingContinuation { continuation in
                    let pending = PendingIntake(row: row, run: run, key: dedupe, dataKey: key, continuation: continuation)
                    if let failure = intakeExecutor.add(pending, limit: Self.intakeLimit).failure { continuation.resume(throwing: failure) }
                }
                if acceptance.duplicate { codec.keys.putBack(key, of: event.id) } else if let run { codec.keys.note(key, for: run.id) }
                return acceptance
            }
        }
    }

    /// What another replica is claiming at the same time is passed over.
    func claim(_ request: ClaimRequest) async throws -> [Claim] {
        let now = clock.now()
        if partitions.isDue(now) { _ = readExecutor.add { [partitions] session in try? session.attempt { try partitions.make($0, now: now) } } }
        return try await withCheckedThrowingContinuation { continuation in
            let pending = PendingClaim(request: request, continuation: continuation)
            if let failure = claimExecutor.add({ [claimer] in claimer.run($0, pending) }).failure { continuation.resume(throwing: failure) }
        }
    }

    var identity: StoreIdentity { database.store }

    func tryWriting() async throws {
        try await onSession { [database] session in try session.attempt { try database.check($0) } }
        try await write(TouchedRows()) { try $0.tryWriting(1) }
        try await codec.keys.check()
    }

    func write<Value: Sendable>(
        _ touched: TouchedRows,
        _ body: @escaping @Sendable (inout PostgresTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let intent = Intent(body, continuation)
            if let failure = writeExecutor.add(WriteIntent(touched: touched, pending: intent)).failure { intent.complete(failure) }
        }
    }

    /// Reads what is committed.
    func read<Value: Sendable>(_ body: @escaping @Sendable (PostgresRows) throws -> Value) async throws -> Value {
        let (codec, time) = (codec, time)
        return try await onSession { session in
            try session.attempt { try body(PostgresRows(connection: $0, codec: codec, time: time)) }
        }
    }

    /// What opening a store finds out.
    private struct Found {
        let opened: Keyring.Opened
        let identity: StoreIdentity
        let timestamp: Timestamp
        let partitionsMissing: Int
        let clock: ClockTrust.Kept?
    }

    /// Brings the schema up to date and finds out how the rows are sealed, on a connection of its own: its locks and settings end with it.
    private static func prepare(
        _ session: PostgresSession,
        _ keys: [Secret],
        newStore: Bool,
        _ random: any RandomSource,
        _ time: PostgresTime
    ) async throws -> Found {
        let executor = BatchQueue<SessionJob>("opening", batchLimit: 1) { _, batch in
            for read in batch { read(session) }
        }
        let result: Result<Found, any Error> = await withCheckedContinuation { continuation in
            let addition = executor.add { session in
                continuation.resume(
                    returning: Result {
                        do {
                            defer { session.disconnect() }
                            let connection = try session.connected()
                            try SchemaMigration.run(connection, newStore: newStore, time: time)
                            let opened = try seal(connection, keys, BufferedRandom(random))
                            let time = PostgresStatement("SELECT \(PostgresTime.sql("$1"))", [time.value], isKept: false)
                            let now = Timestamp(milliseconds: try connection.exchange([time])[0].rows.first?.int(0) ?? 0)
                            let missing = try PostgresPartitions.make(connection, now: now)
                            let clock = try connection.exchange([PostgresStatement(ClockTrust.Kept.select, isKept: false)])[0].rows.first
                            return Found(
                                opened: opened,
                                identity: try PostgresIdentity.read(connection, random, now: now),
                                timestamp: now,
                                partitionsMissing: missing,
                                clock: ClockTrust.Kept(clock)
                            )
                        } catch {
                            throw StoreError(postgres: error)
                        }
                    }
                )
            }
            if let failure = addition.failure { continuation.resume(returning: .failure(failure)) }
        }
        await executor.close()
        return try result.get()
    }

    /// How the rows are sealed. Of replicas that start on a new database at once, one makes the keys and all read them: what is written is written in one
    /// transaction and takes nothing's place but what was read, and what then stands is opened anew. This does not rest on the migrations' lock, which does
    /// not hold behind a pooler that shares sessions.
    static func seal(_ connection: PostgresConnection, _ keys: [Secret], _ random: BufferedRandom) throws -> Keyring.Opened {
        func rows(_ sql: String) throws -> [PostgresRow] { try connection.exchange([PostgresStatement(sql, [], isKept: false)])[0].rows }
        func stored() throws -> [String: [UInt8]] {
            Dictionary(try rows("SELECT name, wrapped FROM fairlead_keys.keyring").map { ($0.text(0), $0.bytes(1)) }, uniquingKeysWith: { $1 })
        }
        if let highest = try rows(highestKeys).first { try Keyring.check(used: highest.int(0), made: highest.int(1), "the schema fairlead_keys") }
        let isEmpty = try rows("SELECT NOT EXISTS (SELECT 1 FROM events) AND NOT EXISTS (SELECT 1 FROM orders)").first?.bool(0) ?? false
        let before = try stored()
        let opened = try Keyring.open(keys: keys, stored: before, isEmpty: isEmpty, random)
        guard !opened.rows.isEmpty else { return opened }
        let insert = "INSERT INTO fairlead_keys.keyring (name, wrapped) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"
        let rewrap = "UPDATE fairlead_keys.keyring SET wrapped = $2 WHERE name = $1 AND wrapped = $3"
        _ = try connection.commit(
            opened.rows.sorted { $0.key < $1.key }.map { name, wrapped in
                guard let old = before[name] else { return PostgresStatement(insert, [.text(name), .bytes(wrapped)], isKept: false) }
                return PostgresStatement(rewrap, [.text(name), .bytes(wrapped), .bytes(old)], isKept: false)
            }
        )
        return try Keyring.open(keys: keys, stored: try stored(), isEmpty: isEmpty, random)
    }

    /// The highest number of a key among the newest rows, and the highest that was given. A key table that was copied without its sequence gets it again.
    private static let highestKeys = """
        WITH keys AS (
            SELECT pg_get_serial_sequence('fairlead_keys.data_keys', 'id')::regclass AS sequence, coalesce(max(id), 0) AS last FROM fairlead_keys.data_keys
        ), given AS (
            SELECT CASE WHEN last > (SELECT last_value FROM fairlead_keys.data_keys_id_seq) THEN setval(sequence, last)
                ELSE (SELECT last_value FROM fairlead_keys.data_keys_id_seq) END AS number FROM keys
        )
        SELECT coalesce((SELECT max(key_id) FROM (
            (SELECT key_id FROM events ORDER BY id DESC LIMIT \(Keyring.newestRows)) UNION ALL
            (SELECT key_id FROM orders ORDER BY seq DESC LIMIT \(Keyring.newestRows))
        ) AS newest), 0), (SELECT number FROM given)
        """

    private func onSession<Value: Sendable>(_ body: @escaping @Sendable (PostgresSession) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            let addition = readExecutor.add { session in
                do {
                    continuation.resume(returning: try body(session))
                } catch {
                    continuation.resume(throwing: StoreError(postgres: error))
                }
            }
            if let failure = addition.failure { continuation.resume(throwing: failure) }
        }
    }
}
