/// Something that works gauges out: it is asked now and then, never while somebody waits for the metrics.
///
/// What it says of a metric replaces what it said before: series that it does not name any more are dropped. Where it throws, everything stays as it was.
package protocol GaugeSource: Sendable {
    /// The gauges as they stand now.
    func readings() async throws -> [GaugeReading]
}

/// One value of a gauge.
package struct GaugeReading: Sendable {
    let name: String
    let labels: [(String, String)]
    let value: Double

    /// A value by the labels' names and values.
    package init(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}

/// A source that is one closure.
package struct ClosureGauges: GaugeSource {
    private let body: @Sendable () async throws -> [GaugeReading]

    /// A source of what `body` returns.
    package init(_ body: @escaping @Sendable () async throws -> [GaugeReading]) { self.body = body }

    package func readings() async throws -> [GaugeReading] { try await body() }
}
