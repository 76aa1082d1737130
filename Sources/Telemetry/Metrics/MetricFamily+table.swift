extension MetricFamily {
    /// The list of metrics as a table of the documentation.
    public static var table: String {
        let rows = all.map { family in
            let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(family.name)` | \(family.kindWords) | \(labels.isEmpty ? "–" : labels) | \(family.help) |"
        }
        return (["| metric | kind | labels | |", "|---|---|---|---|"] + rows).joined(separator: "\n") + "\n"
    }

    private var kindWords: String {
        switch kind {
        case .counter, .total: "counter"
        case .gauge: "gauge"
        case .histogram(let bounds): "histogram: " + bounds.map { $0 == $0.rounded() ? "\(Int64($0))" : "\($0)" }.joined(separator: " ")
        }
    }
}
