import Screening

/// The time that leases, due work and budgets go by.
enum PostgresTime: Sendable {
    /// The database's: the same for all replicas, whatever their own clocks show.
    case database
    /// A clock of the caller's, for tests that decide what time it is.
    case clock(any WallClock)

    /// The value that goes with ``sql(_:)``.
    var value: PostgresValue {
        switch self {
        case .database: .int(nil)
        case .clock(let clock): .int(clock.now().milliseconds)
        }
    }

    /// The present time inside a statement whose parameter `mark` is ``value``.
    static func sql(_ mark: String) -> String { "coalesce(\(mark)::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)" }
}
