/// Metrics in Prometheus' text format 0.0.4. Every family is named, also one without a series.
public enum PrometheusText {
    /// The media type of the format.
    public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text of a registry's metrics at this moment.
    public static func text(of registry: MetricsRegistry) -> String {
        var out = ""
        for snapshot in registry.snapshot { write(snapshot, to: &out) }
        return out
    }

    private static func write(_ snapshot: MetricsRegistry.Snapshot, to out: inout String) {
        let family = snapshot.family
        out += "# HELP \(family.name) \(escaped(family.help))\n# TYPE \(family.name) \(word(family.kind))\n"
        for (labels, value) in snapshot.series {
            let own = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
            switch value {
            case .number(let number): out += line(family.name, own, number)
            case .histogram(let counts, let sum):
                guard case .histogram(let bounds) = family.kind else { continue }
                var total: UInt64 = 0
                for (index, count) in counts.enumerated() {
                    total += count
                    let bound = index < bounds.count ? text(bounds[index]) : "+Inf"
                    out += line(family.name + "_bucket", own + ["le=\"\(bound)\""], Double(total))
                }
                out += line(family.name + "_sum", own, sum) + line(family.name + "_count", own, Double(total))
            }
        }
    }

    private static func line(_ name: String, _ labels: [String], _ value: Double) -> String {
        "\(name)\(labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") \(text(value))\n"
    }

    private static func word(_ kind: MetricFamily.Kind) -> String {
        switch kind {
        case .counter, .total: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: number).map { String($0) } ?? "\(number)"
    }

    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }
}
