/// Rows in aligned columns.
struct Table {
    /// The columns' titles; none for rows without a title line.
    var titles: [String] = []
    /// The cells; an empty one shows as a dash.
    var rows: [[String]] = []
    /// What stands before every line.
    var indent = ""

    /// A cell's text in one line: one that somebody else wrote must not look like further rows.
    private static func line(_ cell: String) -> String {
        String(cell.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }

    /// The lines, columns two spaces apart, without spaces at the line's end.
    var text: String {
        let lines = (titles.isEmpty ? [] : [titles.map { $0.uppercased() }]) + rows.map { $0.map { $0.isEmpty ? "–" : Table.line($0) } }
        var widths: [Int] = []
        for line in lines {
            for (index, cell) in line.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.count)
            }
        }
        return lines.map { line in
            var text = indent
            for (index, cell) in line.enumerated() {
                text += cell
                if index < line.count - 1 { text += String(repeating: " ", count: widths[index] - cell.count + 2) }
            }
            return String(text.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
