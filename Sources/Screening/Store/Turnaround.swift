import Foundation

/// How long one screening took, from when it was sent to its provider until its result was there.
public struct Turnaround: Sendable, Equatable {
    /// What is timed.
    public enum Span: Sendable, Hashable {
        /// From sent to completed.
        case whole
        /// What the candidate had of it.
        case candidate
        case provider
        case recruiter
        /// How long it was in a state, all together.
        case state(OrderState)
    }

    public let account: String
    public let package: String
    public let completedAt: Timestamp
    /// How long each took. A party that never had it is left out.
    public let spans: [Span: Duration]

    public init(account: String, package: String, completedAt: Timestamp, spans: [Span: Duration]) {
        self.account = account
        self.package = package
        self.completedAt = completedAt
        self.spans = spans
    }

    /// What a change of an order adds to its account's history: an open one that is completed now. Nil for any other change.
    public init?(from before: Order, to after: Order, at now: Timestamp) {
        guard before.state.isOpen, after.state == .completed || after.state == .reviewed, let sentAt = after.record.sentAt, sentAt <= now else {
            return nil
        }
        var spans: [Span: Duration] = [.whole: now - sentAt]
        for (holder, milliseconds) in after.time.spent(at: now) {
            if let span = Span(rawValue: holder.rawValue) { spans[span] = .milliseconds(milliseconds) }
        }
        for (state, milliseconds) in after.record.spent { spans[.state(state)] = .milliseconds(milliseconds) }
        self.init(account: after.account, package: after.package, completedAt: now, spans: spans)
    }

    /// How many thirty days an account's history goes back.
    package static let keptMonths: Int64 = 12
    /// The thirty days that a time is in, counted from 1970.
    package static func month(_ timestamp: Timestamp) -> Int64 { timestamp.milliseconds / (30 * 86_400_000) }
}

extension Turnaround.Span: RawRepresentable {
    private static let ofState = "state:"

    /// The word that it is kept by.
    public var rawValue: String {
        switch self {
        case .whole: "whole"
        case .candidate: "candidate"
        case .provider: "provider"
        case .recruiter: "recruiter"
        case .state(let state): Self.ofState + state.rawValue
        }
    }

    public init?(rawValue: String) {
        switch rawValue {
        case "whole": self = .whole
        case "candidate": self = .candidate
        case "provider": self = .provider
        case "recruiter": self = .recruiter
        default:
            guard rawValue.hasPrefix(Self.ofState), let state = OrderState(rawValue: String(rawValue.dropFirst(Self.ofState.count))) else {
                return nil
            }
            self = .state(state)
        }
    }
}

/// How often something took how long, to about a tenth.
public struct DurationHistogram: Sendable, Equatable {
    /// Eight buckets for each doubling, the first from one second on.
    private static let perDoubling = 8.0

    /// How many, by bucket.
    public private(set) var counts: [Int: Int]

    public init(_ counts: [Int: Int] = [:]) { self.counts = counts }

    /// The bucket of a duration.
    public static func bucket(of duration: Duration) -> Int {
        let seconds = max(Double(duration.wholeMilliseconds) / 1000, 1)
        return Int((log2(seconds) * perDoubling).rounded(.down))
    }

    /// How many there are.
    public var total: Int { counts.values.reduce(0, +) }

    /// Counts some in a bucket.
    public mutating func add(_ count: Int, to bucket: Int) { counts[bucket, default: 0] += count }

    /// Counts what another one holds as well.
    public mutating func add(_ other: DurationHistogram) { for (bucket, count) in other.counts { add(count, to: bucket) } }

    /// The time within which a share of them was done, such as 0.5 for one in two; nil where there are none.
    public func quantile(_ share: Double) -> Duration? {
        let wanted = share * Double(total)
        var passed = 0.0
        for (bucket, count) in counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            if passed + Double(count) >= wanted {
                let within = max(wanted - passed, 0) / Double(count)
                return .milliseconds(Int64(exp2((Double(bucket) + within) / Self.perDoubling) * 1000))
            }
            passed += Double(count)
        }
        return nil
    }
}

/// How long an account's screenings took in the last year.
public struct TurnaroundHistory: Sendable, Equatable {
    /// How many there must be before anything is said of the next one.
    public static let enough = 20

    private var packages: [String: [Turnaround.Span: DurationHistogram]] = [:]

    public init() {}

    /// Counts some of a package.
    public mutating func add(_ count: Int, of package: String, _ span: Turnaround.Span, bucket: Int) {
        packages[package, default: [:]][span, default: DurationHistogram()].add(count, to: bucket)
    }

    /// How long a span took: of the package's own screenings where there are enough, else of all of the account's; nil where these are too few as well.
    public func histogram(_ span: Turnaround.Span, of package: String) -> DurationHistogram? {
        if let own = packages[package]?[span], own.total >= Self.enough { return own }
        var all = DurationHistogram()
        for spans in packages.values { if let one = spans[span] { all.add(one) } }
        return all.total >= Self.enough ? all : nil
    }
}
