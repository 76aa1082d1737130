/// What is known of a metric before it has a value: its name, what it means, its labels and, for a histogram, its buckets.
public struct MetricFamily: Sendable {
    /// How a metric behaves over time.
    public enum Kind: Sendable, Equatable {
        /// Only ever goes up while the process lives.
        case counter
        /// The same, kept by somebody else: it is set as a gauge is.
        case total
        /// Goes up and down.
        case gauge
        /// Counts observations by their size; the buckets' upper bounds, rising, without the last one that takes everything.
        case histogram([Double])
    }

    public let name: String
    /// What it means, in one sentence.
    public let help: String
    public let kind: Kind
    /// The names of its labels, in the order in which they are shown. Others are left out.
    public let labels: [String]

    /// A family.
    public init(_ name: String, _ kind: Kind, _ labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }
}

extension [Double] {
    /// What OpenTelemetry recommends for HTTP and messaging, in seconds.
    static let requests: [Double] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
    /// The same, for calls that may take a minute.
    static let calls: [Double] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    /// What OpenTelemetry recommends for databases, in seconds.
    static let commits: [Double] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
    /// Waits from nothing to an hour.
    static let waits: [Double] = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600]
    /// From a tenth of a second to a day.
    static let tellings: [Double] = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 43_200, 86_400]
    /// From an hour to thirty days.
    static let balls: [Double] = [1, 4, 8, 24, 48, 72, 120, 168, 336, 720].map { $0 * 3600 }
    /// Numbers of things done together.
    static let batches: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500]
}
