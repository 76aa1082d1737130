/// How much of something one connection may have, so that it cannot fill the store or send without end.
public struct Quota: Sendable, Hashable {
    /// What is counted.
    public enum Kind: String, Sendable, CaseIterable {
        /// Orders that the connection's scripts placed, in an hour.
        case orders
        /// Bytes of the values that the connection's scripts keep.
        case values
        /// Bytes that were stored of what the connection received and its runs did, in a day.
        case stored

        /// The span over which it is counted; nil for what stands at present.
        package var span: Duration? {
            switch self {
            case .orders: .seconds(3600)
            case .values: nil
            case .stored: .seconds(86_400)
            }
        }
    }

    public let kind: Kind
    public let connection: String
    public let limit: Int

    public init(_ kind: Kind, of connection: String, limit: Int) {
        self.kind = kind
        self.connection = connection
        self.limit = limit
    }
}

/// What a connection has used of its quotas, as the store counts it: by kind and by hour or day.
public struct Usage: Sendable, Equatable {
    private var amounts: [Quota.Kind: [Int64: Int]] = [:]

    public init() {}

    /// Adds what was counted in one hour or day (of what stands at present: 0).
    public mutating func add(_ amount: Int, _ kind: Quota.Kind, slot: Int64) { amounts[kind, default: [:]][slot, default: 0] += amount }

    /// Adds what happens now.
    package mutating func add(_ amount: Int, _ kind: Quota.Kind, at now: Timestamp) { add(amount, kind, slot: kind.slot(at: now)) }

    /// How much of something there was within its span: the present hour or day, and the part of the one before that is still within it.
    public func amount(_ kind: Quota.Kind, at now: Timestamp) -> Int {
        guard let counted = amounts[kind] else { return 0 }
        guard let span = kind.span?.wholeMilliseconds else { return counted.values.reduce(0, +) }
        let slot = kind.slot(at: now)
        let left = Double(span - now.milliseconds % span) / Double(span)
        return counted[slot, default: 0] + Int(Double(counted[slot - 1, default: 0]) * left)
    }
}

extension Quota.Kind {
    /// The hour or day of a time.
    package func slot(at time: Timestamp) -> Int64 { span.map { time.milliseconds / $0.wholeMilliseconds } ?? 0 }
}
