/// Rows in aligned columns.
struct Table {
    /// The columns' titles; none for rows without a title line.
    var titles: [String] = []
    /// The cells; an empty one shows as a dash.
    var rows: [[String]] = []
    /// What stands before every line.
    var indent = ""

    private static let gap = 2

    /// The lines, columns two spaces apart, without spaces at the line's end.
    var text: String { text(.plain, Table.shapes(titles.count)) }

    /// The lines as a terminal shows them: columns that do not fit are made narrower, and where that is not enough those of the highest rank are left out.
    /// - Parameter shapes: one for each column.
    func text(_ style: OutputStyle, _ shapes: [Shape]) -> String {
        let cells = rows.map { $0.map { $0.isEmpty ? "–" : $0.cellText } }
        let heads = titles.map { $0.uppercased() }
        let all = (heads.isEmpty ? [] : [heads]) + cells
        let count = all.map(\.count).max() ?? 0
        let natural = (0..<count).map { index in all.map { index < $0.count ? $0[index].columns : 0 }.max() ?? 0 }
        let layout = Table.layout(natural, shapes, width: style.width.map { $0 - indent.columns })
        var lines = all.enumerated().map { number, line in
            let shown = layout.filter { $0.index < line.count }
            var text = indent
            for (place, column) in shown.enumerated() {
                let cell = line[column.index].cut(to: column.width)
                let isLast = place == shown.count - 1
                let padding = isLast ? "" : String(repeating: " ", count: max(0, column.width - cell.columns + Table.gap))
                text += paint(cell, style, isHead: number == 0 && !heads.isEmpty, shapes, column.index) + padding
            }
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        let hidden = heads.indices.filter { index in !layout.contains { $0.index == index } }
        if !hidden.isEmpty {
            let note = "No room for: " + hidden.map { titles[$0] }.joined(separator: ", ")
            lines.append(style.isColoured ? Tone.faint.paint(note.cut(to: style.width ?? .max)) : note.cut(to: style.width ?? .max))
        }
        return lines.joined(separator: "\n")
    }

    private func paint(_ cell: String, _ style: OutputStyle, isHead: Bool, _ shapes: [Shape], _ index: Int) -> String {
        guard style.isColoured else { return cell }
        if isHead { return Tone.heading.paint(cell) }
        guard index < shapes.count, shapes[index].isToned, let tone = Tone.of(cell) else { return cell }
        return tone.paint(cell)
    }

    /// How a column may be drawn.
    struct Shape: Sendable {
        /// Whether it may be made narrower, and how narrow; nil where it is whole or not there.
        var least: Int? = nil
        /// Which go first where there is no room: those of the highest rank.
        var rank: Int
        /// Whether its words mean something good or bad.
        var isToned = false
    }

    static func shapes(_ count: Int) -> [Shape] { (0..<count).map { Shape(least: nil, rank: $0) } }

    /// The columns that fit, with their widths.
    private static func layout(_ natural: [Int], _ shapes: [Shape], width: Int?) -> [(index: Int, width: Int)] {
        guard let width, shapes.count >= natural.count else { return natural.enumerated().map { ($0.offset, $0.element) } }
        func least(_ index: Int) -> Int { min(natural[index], shapes[index].least ?? natural[index]) }
        var kept = Array(natural.indices)
        func needed() -> Int { kept.reduce(0) { $0 + least($1) } + gap * (kept.count - 1) }
        while kept.count > 1, needed() > width {
            guard let last = kept.max(by: { shapes[$0].rank < shapes[$1].rank }) else { break }
            kept.removeAll { $0 == last }
        }
        var room = width - needed()
        if room < 0 { return kept.map { ($0, width) } }
        var widths = Dictionary(uniqueKeysWithValues: kept.map { ($0, least($0)) })
        for index in kept.sorted(by: { shapes[$0].rank < shapes[$1].rank }) {
            let more = min(room, natural[index] - least(index))
            widths[index, default: 0] += more
            room -= more
        }
        return kept.map { ($0, widths[$0] ?? 0) }
    }
}
