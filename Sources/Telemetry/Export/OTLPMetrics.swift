import Screening

/// Metrics in OTLP's JSON.
enum OTLPMetrics {
    /// The body of a request to `/v1/metrics`.
    /// - Parameters:
    ///   - started: since when counters count, in nanoseconds since 1970.
    ///   - now: nanoseconds since 1970.
    static func body(_ snapshots: [MetricsRegistry.Snapshot], _ resource: JSON, started: UInt64, now: UInt64) -> JSON {
        let metrics = snapshots.filter { !$0.series.isEmpty }.map { metric($0, started, now) }
        return ["resourceMetrics": [["resource": resource, "scopeMetrics": [["scope": ["name": "fairlead"], "metrics": .array(metrics)]]]]]
    }

    private static func metric(_ snapshot: MetricsRegistry.Snapshot, _ started: UInt64, _ now: UInt64) -> JSON {
        let family = snapshot.family
        var json: JSON = ["name": .string(family.name), "description": .string(family.help), "unit": .string(unit(family.name))]
        let points = JSON.array(snapshot.series.map { point($0.labels, $0.value, family.kind, started, now) })
        switch family.kind {
        case .counter, .total: json["sum"] = ["dataPoints": points, "aggregationTemporality": 2, "isMonotonic": true]
        case .gauge: json["gauge"] = ["dataPoints": points]
        case .histogram: json["histogram"] = ["dataPoints": points, "aggregationTemporality": 2]
        }
        return json
    }

    private static func point(
        _ labels: [(name: String, value: String)],
        _ value: SeriesValue,
        _ kind: MetricFamily.Kind,
        _ started: UInt64,
        _ now: UInt64
    ) -> JSON {
        var json: JSON = [
            "attributes": .array(labels.map { ["key": .string($0.name), "value": ["stringValue": .string($0.value)]] }),
            "timeUnixNano": .string(String(now)),
        ]
        if kind != .gauge { json["startTimeUnixNano"] = .string(String(started)) }
        switch value {
        case .number(let number): json["asDouble"] = .double(number)
        case .histogram(let counts, let sum):
            json["count"] = .string(String(counts.reduce(0, +)))
            json["sum"] = .double(sum)
            json["bucketCounts"] = .array(counts.map { .string(String($0)) })
            if case .histogram(let bounds) = kind { json["explicitBounds"] = .array(bounds.map { .double($0) }) }
        }
        return json
    }

    private static func unit(_ name: String) -> String {
        if name.hasSuffix("_seconds") || name.hasSuffix("_seconds_total") { return "s" }
        return name.hasSuffix("_bytes") ? "By" : "1"
    }
}
