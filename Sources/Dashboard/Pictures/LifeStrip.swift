import Screening

/// An order's life as a strip: how long each party had to act, coloured by whose turn it was, and dashed until when it is expected.
struct LifeStrip: Sendable {
    let order: JSON
    let now: Timestamp

    private static let (width, height) = (152.0, 14.0)

    var svg: String {
        let spent = OrderText.time(order).filter { $0.milliseconds > 0 }
        let total = spent.reduce(0) { $0 + $1.milliseconds }
        let end = Format.timestamp(order["expected_by"]?["to"]).map { max(0, ($0 - now).wholeMilliseconds) } ?? 0
        var svg = SVG(width: LifeStrip.width, height: LifeStrip.height)
        let whole = Double(max(total + end, 1))
        var x = 0.0
        for part in spent {
            let width = max(Double(part.milliseconds) / whole * LifeStrip.width, 2)
            svg.rect(x, 2, min(width, LifeStrip.width - x), 10, "f-\(part.party)")
            x = min(x + width, LifeStrip.width)
        }
        if end > 0, x < LifeStrip.width {
            svg.rect(x + 0.5, 2.5, LifeStrip.width - x - 1, 9, "hollow")
            svg.line(x, 0, x, 14, "tick")
        }
        if spent.isEmpty { svg.rect(0.5, 2.5, LifeStrip.width - 1, 9, "hollow") }
        return svg.html(name(spent, end), kind: "strip", isFixed: true)
    }

    private func name(_ spent: [(party: String, milliseconds: Int64)], _ end: Int64) -> String {
        let parts = spent.map { "\($0.party) \(Format.span($0.milliseconds))" }
        let so = parts.isEmpty ? "nobody had to act yet" : "had to act: " + parts.joined(separator: ", ")
        return so + (end > 0 ? "; expected within \(Format.span(end))" : "")
    }
}
