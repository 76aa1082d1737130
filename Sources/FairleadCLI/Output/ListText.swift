import Screening

/// A list of the API's as a table, or a sentence where it is empty.
struct ListText: Sendable {
    /// A column: its title, and what it shows.
    struct Column: Sendable {
        let title: String
        let path: String
        /// Which go first where a terminal has no room: those of the highest rank.
        var rank: Int
        /// What it shows where that is not one member.
        var value: (@Sendable (JSON, OutputStyle) -> String)?

        init(_ title: String, _ path: String, rank: Int = 0, value: (@Sendable (JSON, OutputStyle) -> String)? = nil) {
            (self.title, self.path, self.rank, self.value) = (title, path, rank, value)
        }

        var isTime: Bool { path.hasSuffix("_at") }

        func text(_ item: JSON, _ style: OutputStyle) -> String {
            if let value { return value(item, style) }
            return isTime ? style.time(item.cell(path)) : item.cell(path)
        }

        func shape(_ style: OutputStyle) -> Table.Shape {
            switch path {
            // An identifier is to be copied: it is cut only where it alone would fill the line.
            case "id": Table.Shape(least: (style.width ?? .max) < 60 ? 14 : nil, rank: rank)
            case "state", "outcome", "waiting_on", "status": Table.Shape(least: nil, rank: rank, isToned: true)
            case _ where isTime: Table.Shape(least: nil, rank: rank)
            default: Table.Shape(least: rank == 0 ? 24 : 9, rank: rank)
            }
        }
    }

    var columns: [Column]
    /// What to say where there is nothing, and what to do next.
    var empty: String

    /// The columns go in the order in which they stand, the last first, where a terminal has no room for all.
    init(columns: [(title: String, path: String)], empty: String) {
        self.init(columns.enumerated().map { Column($0.element.title, $0.element.path, rank: $0.offset) }, empty: empty)
    }

    init(_ columns: [Column], empty: String) {
        self.columns = columns
        self.empty = empty
    }

    /// The table, with how to get the next page; `isFiltered` says that an empty list may only mean that nothing matched. The columns do not depend on the
    /// rows: those that the token may not see are left out.
    func text(_ list: JSON, isFiltered: Bool = false, _ style: OutputStyle = .plain) -> String {
        let items = list["items"]?.items ?? []
        let next = (list["next"]?.text.map { "\nMore: --cursor \($0.cellText)" } ?? "") + (Self.unread(list).map { "\n" + $0 } ?? "")
        guard !items.isEmpty else {
            // A host looks at so many at a time.
            if !next.isEmpty { return "None yet among those looked at." + next }
            return isFiltered ? "Nothing matches." : empty
        }
        let withheld = Set((items[0]["withheld"]?.items ?? []).compactMap(\.text))
        let shown = columns.filter { column in
            !withheld.contains(column.path) && !withheld.contains(String(column.path.prefix { $0 != "." }))
        }
        let table = Table(titles: shown.map(\.title), rows: items.map { item in shown.map { $0.text(item, style) } })
        return table.text(style, shown.map { $0.shape(style) }) + next
    }

    /// What belongs to the page and the host cannot read; nil where it can read all.
    static func unread(_ list: JSON) -> String? {
        guard let count = list.at("unread.count")?.integer, count > 0 else { return nil }
        let keys = list.at("unread.keys")?.items?.compactMap(\.text).map(\.cellText).joined(separator: ", ") ?? ""
        return "\(count) more cannot be read by this host: it lacks the key \(keys). Nothing is lost; ask another host, or give it the key."
    }
}
