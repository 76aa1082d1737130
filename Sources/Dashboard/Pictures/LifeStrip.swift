import Screening

/// An order's life as a strip: who had to act, one after the other, dashed until when it is expected; the line below it is when such orders usually end.
struct LifeStrip: Sendable {
    let order: JSON
    let now: Timestamp

    private static let (width, height) = (152.0, 16.0)
    /// So many turns are named; the picture shows all.
    private static let named = 6

    private var left: Int64 { Format.timestamp(order["expected_by"]?["to"]).map { max(0, ($0 - now).wholeMilliseconds) } ?? 0 }

    /// The same for a table: how long each party had, within what it is expected, how long half and nine of ten of such orders take.
    var cells: [String] {
        let usual = OrderText.usual(order)
        let spans = OrderText.time(order).map(\.milliseconds) + [left, usual?.half ?? 0, usual?.most ?? 0]
        return spans.map { $0 == 0 ? "–" : Format.span($0) }
    }

    var svg: String {
        let turns = OrderText.turns(order).filter { $0.milliseconds > 0 }
        let spent = turns.reduce(0) { $0 + $1.milliseconds }
        let usual = OrderText.usual(order)
        var svg = SVG(width: LifeStrip.width, height: LifeStrip.height)
        let whole = Double(max(spent + left, usual?.most ?? 0, 1))
        func place(_ milliseconds: Int64) -> Double { min(Double(milliseconds) / whole * LifeStrip.width, LifeStrip.width) }
        var (x, passed) = (0.0, Int64(0))
        for turn in turns {
            passed += turn.milliseconds
            // What is short is seen all the same, where it was, and takes no room from what comes after it.
            svg.rect(min(x, LifeStrip.width - 2), 1, max(place(passed) - x, 2), 10, "f-\(turn.party)")
            x = max(place(passed), x)
        }
        if left > 0, x < LifeStrip.width {
            svg.rect(x + 0.5, 1.5, max(place(spent + left) - x - 1, 1), 9, "hollow")
            svg.line(x, 0, x, 12, "tick")
        }
        if turns.isEmpty { svg.rect(0.5, 1.5, LifeStrip.width - 1, 9, "hollow") }
        if let usual { svg.rect(place(usual.half), 13, max(place(usual.most) - place(usual.half), 2), 2, "usual") }
        return svg.html(name(turns, left, usual), kind: "strip", isFixed: true)
    }

    private func name(_ turns: [(party: String, milliseconds: Int64)], _ left: Int64, _ usual: (half: Int64, most: Int64)?) -> String {
        let more = turns.count - LifeStrip.named
        let parts = turns.suffix(LifeStrip.named).map { "\($0.party) \(Format.span($0.milliseconds))" }
        let before = more > 0 ? "\(more) earlier turns, then " : ""
        var text = parts.isEmpty ? "nobody had to act yet" : "had to act: " + before + parts.joined(separator: ", then ")
        if left > 0 { text += "; expected within \(Format.span(left))" }
        if let usual { text += "; half of such orders take \(Format.span(usual.half, parts: 1)), nine of ten \(Format.span(usual.most, parts: 1))" }
        return text
    }
}
