import Screening

/// The data keys of a store in PostgreSQL, in a schema of their own.
struct PostgresKeyTable: DataKeyTable {
    private let queue: BatchQueue<PostgresStore.SessionJob>
    private let identity: PostgresIdentity

    init(_ queue: BatchQueue<PostgresStore.SessionJob>, of identity: PostgresIdentity) {
        self.queue = queue
        self.identity = identity
    }

    func add(_ count: Int, noting note: String?, _ wrapped: @escaping @Sendable (_ id: Int64) throws -> WrappedKey) async throws {
        try await onConnection { [identity] connection in
            try identity.check(connection)
            let numbers = "SELECT nextval(pg_get_serial_sequence('fairlead_keys.data_keys', 'id')) FROM generate_series(1, $1::bigint)"
            let ids = try connection.exchange([PostgresStatement(numbers, [.count(count)])])[0].rows.map { $0.int(0) }
            let insert = "INSERT INTO fairlead_keys.data_keys (id, wrapped, mark) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])"
            let keys = try ids.map(wrapped)
            var statements = [PostgresStatement(insert, [.ints(ids), .blobs(keys.map(\.wrapped)), .blobs(keys.map(\.mark))])]
            if let note {
                statements.append(
                    PostgresStatement("INSERT INTO fairlead_keys.keyring (name, wrapped) VALUES ($1, '') ON CONFLICT DO NOTHING", [.text(note)])
                )
            }
            _ = try connection.commit(statements)
        }
    }

    func remove(_ keys: [DataKey]) async {
        let delete = """
            DELETE FROM fairlead_keys.data_keys AS k USING unnest($1::bigint[], $2::bytea[]) AS unused (id, mark)
            WHERE k.id = unused.id AND k.mark = unused.mark
            """
        try? await onConnection { connection in
            _ = try connection.commit([PostgresStatement(delete, [.ints(keys.map(\.id)), .blobs(keys.map(\.mark))])])
        }
    }

    func rewrap(_ keys: [(id: Int64, from: [UInt8], to: [UInt8])]) async throws {
        let update = """
            UPDATE fairlead_keys.data_keys AS k SET wrapped = anew.after FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS anew (id, before, after)
            WHERE k.id = anew.id AND k.wrapped = anew.before
            """
        try await onConnection { [identity] connection in
            try identity.check(connection)
            _ = try connection.commit([PostgresStatement(update, [.ints(keys.map(\.id)), .blobs(keys.map(\.from)), .blobs(keys.map(\.to))])])
        }
    }

    func destroy(_ keys: [Int64]) async throws {
        try await onConnection { [identity] connection in
            try identity.check(connection)
            _ = try connection.commit([PostgresStatement("DELETE FROM fairlead_keys.data_keys WHERE id = ANY($1::bigint[])", [.ints(keys)])])
        }
    }

    func change(keyring changes: [KeyringChange]) async throws {
        let statements = changes.compactMap { change -> PostgresStatement? in
            let name = PostgresValue.text(change.name)
            switch (change.from, change.to) {
            case (nil, let to?):
                return PostgresStatement(
                    "INSERT INTO fairlead_keys.keyring (name, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    [name, .bytes(to)],
                    isKept: false
                )
            case (let from?, let to?):
                return PostgresStatement(
                    "UPDATE fairlead_keys.keyring SET wrapped = $2 WHERE name = $1 AND wrapped = $3",
                    [name, .bytes(to), .bytes(from)],
                    isKept: false
                )
            case (let from?, nil):
                return PostgresStatement(
                    "DELETE FROM fairlead_keys.keyring WHERE name = $1 AND wrapped = $2",
                    [name, .bytes(from)],
                    isKept: false
                )
            case (nil, nil): return nil
            }
        }
        guard !statements.isEmpty else { return }
        try await onConnection { [identity] connection in
            try identity.check(connection)
            _ = try connection.commit(statements)
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
