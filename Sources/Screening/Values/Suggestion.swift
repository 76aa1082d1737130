/// The known word that the author of `text` most likely meant; nil where none is close.
///
/// Close means: equal but for case, spaces, `_` and `-`; or at most two slips apart (a letter missing, added, changed, or two swapped; one slip
/// for words of up to four letters). Of several, the closest, then the first.
package func suggestion(for text: String, among known: [String]) -> String? {
    func plain(_ text: String) -> [Character] { text.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " } }
    let wanted = plain(text)
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    let allowed = wanted.count <= 4 ? 1 : 2
    let ranked = known.map { ($0, slips(wanted, plain($0))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= allowed, best.0 != text else { return nil }
    return best.0
}

/// The number of single-letter changes, swaps of neighbours included, that make one word of the other.
private func slips(_ left: [Character], _ right: [Character]) -> Int {
    guard abs(left.count - right.count) <= 2 else { return .max }
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for row in 1...left.count {
        var line = [row]
        for column in 1...right.count {
            let change = left[row - 1] == right[column - 1] ? 0 : 1
            var least = min(rows[row - 1][column] + 1, line[column - 1] + 1, rows[row - 1][column - 1] + change)
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                least = min(least, rows[row - 2][column - 2] + 1)
            }
            line.append(least)
        }
        rows.append(line)
    }
    return rows[left.count][right.count]
}
