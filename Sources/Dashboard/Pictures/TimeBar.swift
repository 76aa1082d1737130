import Screening

/// How long each party had, as one stacked bar.
struct TimeBar: Sendable {
    let parts: [(party: String, amount: Double, text: String)]

    /// What stands in a party's place for orders that were not sent yet.
    static let unsent = "not sent yet (us)"

    /// Of spans of time.
    init(_ time: [(party: String, milliseconds: Int64)]) {
        parts = time.map { ($0.party, Double($0.milliseconds), Format.span($0.milliseconds)) }
    }

    /// Of numbers.
    init(counts: [(party: String, count: Int)]) {
        parts = counts.map { ($0.party, Double($0.count), Format.number($0.count)) }
    }

    var svg: String {
        var svg = SVG(width: 600, height: 20)
        let shown = parts.filter { $0.amount > 0 }
        let whole = max(shown.reduce(0) { $0 + $1.amount }, 1)
        var x = 0.0
        for part in shown {
            let width = max(part.amount / whole * 600, 4)
            svg.rect(x, 0, min(width, 600 - x), 20, "f-\(part.party == TimeBar.unsent ? "none" : part.party)", title: "\(part.party): \(part.text)")
            x += width
        }
        if shown.isEmpty { svg.rect(0.5, 0.5, 599, 19, "hollow") }
        let name = shown.isEmpty ? "Nobody" : shown.map { "\($0.party) \($0.text)" }.joined(separator: ", ")
        return svg.html(name, kind: "bar", fills: true)
    }
}
