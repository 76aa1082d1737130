/// What is kept of the past to be drawn: how much was told and failed by hour, and how many orders stood where by day.
public struct HistoryCount: Sendable, Hashable {
    /// What is counted.
    public enum Figure: Sendable, Hashable {
        /// Updates that ATSs were told.
        case told
        /// What was given up or set aside for a person.
        case failed
        /// Orders in a state, as it was when the day was last looked at.
        case orders(OrderState)

        /// Every figure that is summed by hour.
        public static let hourly: [Figure] = [.told, .failed]
        /// Every figure that is kept by day.
        public static let daily: [Figure] = OrderState.allCases.map { .orders($0) }
    }

    public let figure: Figure
    /// The hour, or the day of what is kept by day, counted from 1970-01-01T00:00Z.
    public let slot: Int64
    public let connection: String
    public var amount: Int

    public init(_ figure: Figure, slot: Int64, connection: String, amount: Int) {
        (self.figure, self.slot, self.connection, self.amount) = (figure, slot, connection, amount)
    }

    /// The hour that a time is in.
    public static func hour(of time: Timestamp) -> Int64 { time.milliseconds / 3_600_000 }
    /// The day that a time is in.
    public static func day(of time: Timestamp) -> Int64 { time.milliseconds / 86_400_000 }
}

/// A moment at which the host itself changed: what is drawn over time may look different from then on.
public struct HostMark: Sendable, Equatable {
    /// What changed.
    public enum Kind: String, Sendable, CaseIterable {
        case started
        /// Started with another version than before.
        case upgraded
        /// Took changed settings, plugins or scripts over.
        case reloaded
    }

    public let kind: Kind
    public let at: Timestamp
    public let version: String
    /// Which of several replicas.
    public let replica: String

    public init(_ kind: Kind, at: Timestamp, version: String, replica: String) {
        (self.kind, self.at, self.version, self.replica) = (kind, at, version, replica)
    }
}
