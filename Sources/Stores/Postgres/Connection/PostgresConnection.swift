import CPostgres

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One connection to the server. Statements go out together in a pipeline and are answered together, so that many statements cost one round trip.
///
/// Where a pooler stands before the server that gives each transaction another session (PgBouncer's transaction mode), nothing is left behind in a session:
/// no prepared statement and no setting. Statements are then prepared every time, and each transaction sets what it needs.
///
/// Used by one thread at a time; a call waits for the server, so that thread is never one of Swift's own.
final class PostgresConnection {
    private let handle: OpaquePointer
    private var kept: [String: String] = [:]
    /// Whether sessions are shared: what is said to be ours is not the one that answers.
    private(set) var isPooled = false
    private var isInTransaction = false
    /// Which store every transaction of a pooled connection has to find: the pooler may be led to another database without the connection's ending.
    var store: String?

    /// How long the server may keep silent while something is expected from it, in milliseconds.
    private static let patience: Int32 = 45_000

    /// Connects. Throws ``PostgresFailure/lost(_:)`` with libpq's reason.
    init(_ options: PostgresOptions) throws(PostgresFailure) {
        guard let handle = options.connect() else { throw .lost("there is no memory for a connection") }
        guard PQstatus(handle) == CONNECTION_OK else {
            let why = options.shown(String(cString: PQerrorMessage(handle)))
            PQfinish(handle)
            throw .lost(why)
        }
        self.handle = handle
        // libpq would print them to the standard error stream.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        PQsetnonblocking(handle, 1)
        guard PQenterPipelineMode(handle) == 1 else { throw gone() }
        // A pooler makes up the number by which a client may have its session's work cancelled.
        let process = try exchange([PostgresStatement("SELECT pg_backend_pid()::bigint", isKept: false)])[0].rows.first?.int(0)
        if process == Int64(PQbackendPID(handle)) {
            try exchange([PostgresStatement(Self.settings(isLocal: false), isKept: false)])
        } else {
            isPooled = true
        }
    }

    deinit { PQfinish(handle) }

    /// What every transaction needs. None waits for a lock longer than a caller would wait, one that stops in the middle does not hold the others up for
    /// ever, and a commit has to survive a power cut even where the server's default is that it need not. Every statement finds its rows by an index, also
    /// while the statistics are old or missing: the planner then takes a full table for an empty one, and would read all of it. None is worth a second process of
    /// the server's, which takes longer to start than the statement does.
    private static let settings = [
        ("lock_timeout", "5s"), ("statement_timeout", "40s"), ("idle_in_transaction_session_timeout", "20s"), ("jit", "off"),
        ("enable_seqscan", "off"),
        ("enable_bitmapscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off"),
        ("max_parallel_workers_per_gather", "0"),
    ]

    /// Sets it for the session, or for one transaction.
    private static func settings(isLocal: Bool) -> String {
        var all = settings.map { "set_config('\($0)', '\($1)', \(isLocal))" }
        if !isLocal {
            all.append("set_config('default_transaction_isolation', 'read committed', false)")
            all.append("set_config('plan_cache_mode', 'force_generic_plan', false)")
        }
        all.append(
            """
            CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', \(isLocal)) END
            """
        )
        return "SELECT " + all.joined(separator: ", ")
    }

    /// Making a plan takes longer than most statements do. What is kept is found by an index whatever its values are: its plan is made once for each
    /// connection. Lists are put together anew each time, and planned for the values that they are given.
    private static func planning(_ mode: String) -> PostgresStatement {
        PostgresStatement("SELECT set_config('plan_cache_mode', '\(mode)', true)")
    }
    private static let planningAnew = planning("force_custom_plan")
    private static let planningOnce = planning("force_generic_plan")

    private static let pooledBegin = PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED", isKept: false)
    private static let pooledIsolation = PostgresStatement("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", isKept: false)
    private static let pooledSettings = PostgresStatement(settings(isLocal: true), isKept: false)

    /// Where it leads, without user or password.
    var place: String {
        let (host, port, name) = (PQhost(handle), PQport(handle), PQdb(handle))
        func text(_ part: UnsafeMutablePointer<CChar>?) -> String { part.map { String(cString: $0) } ?? "" }
        return "postgres://\(text(host)):\(text(port))/\(text(name))"
    }

    /// The connection's descriptor, to wait on.
    var socket: CInt { PQsocket(handle) }

    /// Whether the connection is still there, as far as can be known without asking the server.
    func isThere() -> Bool {
        // An idle server sends nothing but a changed setting or the end of the connection.
        for _ in 0..<4 {
            guard PQstatus(handle) == CONNECTION_OK else { return false }
            guard ready(for: Int16(POLLIN), within: 0) else { return true }
            guard PQconsumeInput(handle) == 1 else { return false }
        }
        return false
    }

    /// Runs statements one after the other, in one transaction of their own unless one was begun. Returns an answer for each.
    /// - Throws: the first failure; the statements after it were not run.
    @discardableResult
    func exchange(_ statements: [PostgresStatement]) throws(PostgresFailure) -> [PostgresResult] {
        guard isPooled else { return try run(statements) }
        let begins = statements.first?.sql == "BEGIN"
        let ends = statements.last.map { ["COMMIT", "ROLLBACK"].contains($0.sql) } ?? false
        let isWithin = isInTransaction
        // Also where it fails: the session stays in the transaction until that is rolled back.
        if begins { isInTransaction = true }
        // Without a transaction of its own an exchange is one, too.
        var first: [PostgresStatement] = []
        if !isWithin {
            first = [begins ? Self.pooledBegin : Self.pooledIsolation, Self.pooledSettings]
            if let store { first.append(PostgresStatement("SELECT require_store($1)::text", [.text(store)], isKept: false)) }
        }
        let replaced = begins && !isWithin ? 1 : 0
        let results = try run(first + statements.dropFirst(replaced))
        if ends { isInTransaction = false }
        return Array(results.dropFirst(first.count - replaced))
    }

    /// Begins a transaction that reads one snapshot and changes nothing, however long it takes; `COMMIT` ends it.
    func beginSnapshot() throws(PostgresFailure) {
        try run(
            [
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL statement_timeout = 0",
                "SET LOCAL idle_in_transaction_session_timeout = 0",
                "SET LOCAL enable_seqscan = on",
            ].map { PostgresStatement($0, isKept: false) }
        )
        isInTransaction = true
    }

    @discardableResult
    private func run(_ statements: [PostgresStatement]) throws(PostgresFailure) -> [PostgresResult] {
        var sent: [Sent] = []
        for statement in statements {
            let isList = !statement.isKept && !statement.values.isEmpty && !isPooled
            if isList { try send(Self.planningAnew, &sent, as: .setting) }
            try send(statement, &sent)
            if isList { try send(Self.planningOnce, &sent, as: .setting) }
        }
        guard PQpipelineSync(handle) == 1 else { throw gone() }
        try flush()
        var results: [PostgresResult] = []
        var failure: PostgresFailure?
        for part in sent {
            do {
                let output = try collect()
                if part == .statement { results.append(output) }
            } catch {
                if case .preparation(let sql) = part { kept[sql] = nil }
                if case .refused = error { failure = failure ?? error } else { throw error }
            }
        }
        let end = try next()
        defer { PQclear(end) }
        guard PQresultStatus(end) == PGRES_PIPELINE_SYNC else { throw .lost("the server's answers do not fit the questions") }
        if let failure { throw failure }
        return results
    }

    /// As ``exchange(_:)``, for statements that commit something: a connection that is lost on the way leaves it open whether they did.
    @discardableResult
    func commit(_ statements: [PostgresStatement]) throws(PostgresFailure) -> [PostgresResult] {
        do {
            return try exchange(statements)
        } catch {
            if case .lost(let why) = error { throw .unsure(why) }
            throw error
        }
    }

    /// Runs a text of several statements without values, such as a schema.
    func script(_ sql: String) throws(PostgresFailure) {
        guard PQexitPipelineMode(handle) == 1 else { throw gone() }
        let result = PQexec(handle, sql)
        let failure = Self.isError(result) ? self.failure(result) : nil
        PQclear(result)
        guard PQenterPipelineMode(handle) == 1 else { throw gone() }
        if let failure { throw failure }
    }

    /// What was notified since it was last asked, by its payload.
    func notifications() throws(PostgresFailure) -> [String] {
        guard PQconsumeInput(handle) == 1 else { throw gone() }
        var payloads: [String] = []
        while let notification = PQnotifies(handle) {
            payloads.append(notification.pointee.extra.map { String(cString: $0) } ?? "")
            PQfreemem(notification)
        }
        return payloads
    }

    private enum Sent: Equatable {
        case preparation(String)
        case setting
        case statement
    }

    private func send(_ statement: PostgresStatement, _ sent: inout [Sent], as part: Sent = .statement) throws(PostgresFailure) {
        let types = statement.values.map(\.type)
        var name: String?
        if statement.isKept, !isPooled {
            name = kept[statement.sql]
            if name == nil {
                let new = "s\(kept.count)"
                guard PQsendPrepare(handle, new, statement.sql, CInt(types.count), types) == 1 else { throw gone() }
                sent.append(.preparation(statement.sql))
                kept[statement.sql] = new
                name = new
            }
        }
        // Never empty, so that an empty text has an address too.
        var buffer: [UInt8] = []
        var offsets: [Int?] = []
        var lengths: [CInt] = []
        for value in statement.values {
            let start = buffer.count
            offsets.append(value.encode(into: &buffer) ? start : nil)
            lengths.append(CInt(buffer.count - start))
        }
        buffer.append(0)
        let formats = [CInt](repeating: 1, count: types.count)
        let done = buffer.withUnsafeBytes { bytes -> CInt in
            let values = offsets.map { offset in offset.flatMap { bytes.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) } }
            if let name { return PQsendQueryPrepared(handle, name, CInt(types.count), values, lengths, formats, 1) }
            return PQsendQueryParams(handle, statement.sql, CInt(types.count), types, values, lengths, formats, 1)
        }
        guard done == 1 else { throw gone() }
        sent.append(part)
    }

    private func flush() throws(PostgresFailure) {
        while true {
            let state = PQflush(handle)
            if state == 0 { return }
            guard state == 1, ready(for: Int16(POLLIN | POLLOUT), within: Self.patience) else { throw gone() }
            // The server may be waiting for its answers to be taken before it reads on.
            guard PQconsumeInput(handle) == 1 else { throw gone() }
        }
    }

    /// The results of one statement, up to the end that each has.
    private func collect() throws(PostgresFailure) -> PostgresResult {
        var output = PostgresResult()
        var failure: PostgresFailure?
        while let result = try next() {
            defer { PQclear(result) }
            if Self.isError(result) { failure = failure ?? self.failure(result) } else { Self.read(result, into: &output) }
        }
        if let failure { throw failure }
        return output
    }

    private func next() throws(PostgresFailure) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            guard ready(for: Int16(POLLIN), within: Self.patience) else { throw .lost("the server does not answer") }
            guard PQconsumeInput(handle) == 1 else { throw gone() }
        }
        guard PQstatus(handle) == CONNECTION_OK else { throw gone() }
        return PQgetResult(handle)
    }

    private func ready(for events: Int16, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: events, revents: 0)
        while true {
            let count = poll(&entry, 1, milliseconds)
            if count >= 0 || errno != EINTR { return count != 0 }
        }
    }

    private static func isError(_ result: OpaquePointer?) -> Bool {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_PIPELINE_SYNC, PGRES_EMPTY_QUERY: false
        default: true
        }
    }

    private func failure(_ result: OpaquePointer?) -> PostgresFailure {
        guard PQresultStatus(result) != PGRES_PIPELINE_ABORTED else { return .refused(state: "25P02", message: "an earlier statement failed") }
        func field(_ letter: Character) -> String? {
            letter.asciiValue.flatMap { PQresultErrorField(result, CInt($0)) }.map { String(cString: $0) }
        }
        guard let state = field("C") else { return gone() }
        return PostgresFailure(state: state, message: field("M") ?? "the server gave no reason")
    }

    private func gone() -> PostgresFailure {
        // libpq's text names the host at most; what was sent is not in it.
        let text = String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline).joined(separator: "; ")
        return .lost(text.isEmpty ? "the connection to the database is lost" : text)
    }

    private static func read(_ result: OpaquePointer, into output: inout PostgresResult) {
        let columns = PQnfields(result)
        for row in 0..<PQntuples(result) {
            output.rows.append(
                PostgresRow(
                    columns: (0..<columns).map { column in
                        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return nil }
                        return Array(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column))))
                    }
                )
            )
        }
        if let changes = PQcmdTuples(result) { output.changes += Int(String(cString: changes)) ?? 0 }
    }
}
