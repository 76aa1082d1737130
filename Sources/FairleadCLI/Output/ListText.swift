import Screening

/// A list of the API's as a table, or a sentence where it is empty.
struct ListText {
    /// A column: its title, and the member that it shows.
    var columns: [(title: String, path: String)]
    /// What to say where there is nothing, and what to do next.
    var empty: String

    /// The table, with how to get the next page; `isFiltered` says that an empty list may only mean that nothing matched.
    func text(_ list: JSON, isFiltered: Bool = false) -> String {
        let items = list["items"]?.items ?? []
        guard !items.isEmpty else { return isFiltered ? "Nothing matches." : empty }
        // A column that the token may not see, or that nothing has, is left out.
        let shown = columns.filter { column in items.contains { !$0.cell(column.path).isEmpty } }
        let table = Table(titles: shown.map(\.title), rows: items.map { item in shown.map { item.cell($0.path) } })
        let next = list["next"]?.text.map { "\nMore: --cursor \($0)" } ?? ""
        return table.text + next
    }
}
