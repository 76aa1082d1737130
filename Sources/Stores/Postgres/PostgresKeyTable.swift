import Screening

/// The data keys of a store in PostgreSQL, in a schema of their own.
struct PostgresKeyTable: DataKeyTable {
    private let queue: BatchQueue<PostgresStore.SessionJob>
    private let identity: PostgresIdentity

    init(_ queue: BatchQueue<PostgresStore.SessionJob>, of identity: PostgresIdentity) {
        self.queue = queue
        self.identity = identity
    }

    func add(_ count: Int, _ wrapped: @escaping @Sendable (_ id: Int64) throws -> [UInt8]) async throws {
        try await onConnection { [identity] connection in
            try identity.check(connection)
            let numbers = "SELECT nextval(pg_get_serial_sequence('fairlead_keys.data_keys', 'id')) FROM generate_series(1, $1::bigint)"
            let ids = try connection.exchange([PostgresStatement(numbers, [.count(count)])])[0].rows.map { $0.int(0) }
            let insert = "INSERT INTO fairlead_keys.data_keys (id, wrapped) SELECT * FROM unnest($1::bigint[], $2::bytea[])"
            _ = try connection.commit([PostgresStatement(insert, [.ints(ids), .blobs(try ids.map(wrapped))])])
        }
    }

    func remove(_ keys: [DataKey]) async {
        let delete = """
            DELETE FROM fairlead_keys.data_keys AS k USING unnest($1::bigint[], $2::bytea[]) AS unused (id, wrapped)
            WHERE k.id = unused.id AND k.wrapped = unused.wrapped
            """
        try? await onConnection { connection in
            _ = try connection.commit([PostgresStatement(delete, [.ints(keys.map(\.id)), .blobs(keys.map(\.wrapped))])])
        }
    }

    private func onConnection(_ body: @escaping @Sendable (PostgresConnection) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let addition = queue.add { session in
                continuation.resume(with: Result { try session.attempt(body) }.mapError { StoreError(postgres: $0) })
            }
            if let failure = addition.failure { continuation.resume(throwing: failure) }
        }
    }
}
