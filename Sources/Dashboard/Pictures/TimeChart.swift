import Screening

/// How much there was in each of some equal spans of time, as bars, with marks at moments between.
struct TimeChart: Sendable {
    private let values: [Int]
    private let tone: String
    private let marks: [(at: Double, text: String)]

    private static let (width, height) = (336.0, 56.0)

    /// - Parameter marks: each with where it stands, from 0 at the left to 1 at the right.
    init(_ values: [Int], tone: String, marks: [(at: Double, text: String)]) {
        (self.values, self.tone, self.marks) = (values, tone, marks)
    }

    func svg(_ name: String) -> String {
        var svg = SVG(width: Self.width, height: Self.height)
        let step = Self.width / Double(max(values.count, 1))
        let most = Double(max(values.max() ?? 0, 1))
        for (index, value) in values.enumerated() where value > 0 {
            let height = max(Double(value) / most * (Self.height - 10), 2)
            svg.rect(Double(index) * step + 1, Self.height - 1 - height, step - 2, height, tone, title: Format.number(value))
        }
        svg.line(0, Self.height - 0.5, Self.width, Self.height - 0.5, "line")
        for mark in marks where (0...1).contains(mark.at) {
            let x = mark.at * Self.width
            svg.line(x, 6, x, Self.height, "mark")
            svg.circle(x, 4, 3, "mark-head", title: mark.text)
        }
        return svg.html(name, kind: "chart")
    }
}

/// How a number went over some days, as a line; a day of which nothing is known leaves a gap.
struct Sparkline: Sendable {
    private let values: [Int?]
    private let subject: String

    private static let (width, height) = (84.0, 20.0)

    init(_ values: [Int?], of subject: String) { (self.values, self.subject) = (values, subject) }

    var svg: String {
        var svg = SVG(width: Self.width, height: Self.height)
        let known = values.compactMap(\.self)
        let (least, most) = (Double(known.min() ?? 0), Double(known.max() ?? 0))
        let step = (Self.width - 4) / Double(max(values.count - 1, 1))
        func place(_ index: Int, _ value: Int) -> (x: Double, y: Double) {
            let share = most > least ? (Double(value) - least) / (most - least) : 0.5
            return (2 + Double(index) * step, Self.height - 3 - share * (Self.height - 6))
        }
        var (path, isOpen) = ("", false)
        for (index, value) in values.enumerated() {
            guard let value else {
                isOpen = false
                continue
            }
            let (x, y) = place(index, value)
            path += "\(isOpen ? "L" : "M")\(SVG.number(x)) \(SVG.number(y))"
            isOpen = true
        }
        if !path.isEmpty { svg.path(path, "spark") }
        if let last = values.indices.last, let value = values[last] {
            let (x, y) = place(last, value)
            svg.circle(x, y, 2, "spark-end")
        }
        let name =
            known.count < 2
            ? "\(subject): \(Format.number(known.last ?? 0)) now"
            : "\(subject), \(values.count) days: between \(Format.number(known.min() ?? 0)) and \(Format.number(known.max() ?? 0)), now \(Format.number(known.last ?? 0))"
        return svg.html(name, kind: "sparkline", isFixed: true)
    }
}

/// How much of what there is was used.
struct Gauge: Sendable {
    let used: Int
    let limit: Int

    func svg(_ name: String) -> String {
        var svg = SVG(width: 64, height: 8)
        svg.rect(0, 1, 64, 6, "h0", radius: 3)
        let share = min(Double(used) / Double(max(limit, 1)), 1)
        if used > 0 { svg.rect(0, 1, max(64 * share, 3), 6, share >= 0.9 ? "f-bad" : "h4", radius: 3) }
        return svg.html(name, kind: "gauge", isFixed: true)
    }
}
