/// One metric in Prometheus' text format: a name, what it means, and its values by label.
public struct Metric: Sendable {
    /// How a metric behaves over time.
    public enum Kind: String, Sendable {
        /// Goes up and down.
        case gauge
        /// Only ever goes up while the process lives.
        case counter
    }

    let name: String
    let help: String
    let kind: Kind
    let values: [(labels: [(String, String)], value: Double)]

    /// A metric; `values` are in the order in which they are shown.
    public init(_ name: String, _ help: String, _ kind: Kind = .gauge, _ values: [(labels: [(String, String)], value: Double)]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.values = values
    }

    /// The metric as Prometheus' text format 0.0.4 has it.
    var text: String {
        let lines = values.map { labels, value in
            let inside = labels.map { "\($0)=\"\(Metric.escaped($1))\"" }.joined(separator: ",")
            return name + (inside.isEmpty ? "" : "{\(inside)}") + " " + (value == value.rounded() ? String(Int64(value)) : String(value))
        }
        return (["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"] + lines).joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
