import Screening
import Synchronization

/// When a connection's look-ups go on in a new bucket: after about as many orders as a bucket is to hold, counted by each replica for itself.
final class PostgresBuckets: Sendable {
    private let placed = Mutex<[String: Int]>([:])

    /// What has to be done, with the connection as `$1`, before this many orders are placed on it; nil for nothing. Asking again gives the same, for the
    /// transaction may be done again, until ``note(placing:on:)``.
    func statement(placing count: Int, on connection: String) -> String? {
        guard let before = placed.withLock({ $0[connection] }) else {
            return "INSERT INTO lookup_buckets (connection) SELECT $1::text WHERE NOT EXISTS (SELECT 1 FROM lookup_buckets WHERE connection = $1)"
        }
        return before + count > LookupBucket.size ? "INSERT INTO lookup_buckets (connection) VALUES ($1)" : nil
    }

    /// Notes that this many orders were placed on a connection, after the commit.
    func note(placing count: Int, on connection: String) {
        placed.withLock { placed in
            let before = placed[connection] ?? 0
            placed[connection] = before + count > LookupBucket.size ? count : before + count
        }
    }
}

extension [NewOrder] {
    /// How many there are of each connection, by name.
    var byConnection: [(connection: String, count: Int)] {
        Dictionary(map { ($0.row.connection, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
