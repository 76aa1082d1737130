/// What two texts have in common, line by line, and what each has alone.
struct LineDifference {
    /// Where a line stands.
    enum Side: String {
        case both, before, after
    }

    /// One line with its numbers in both texts, from 1.
    struct Line: Equatable {
        let side: Side
        let text: String
        let before: Int?
        let after: Int?
    }

    /// Lines that belong together: changed ones with a few around them.
    let parts: [[Line]]

    /// How many lines of context stand around a change.
    private static let context = 3
    /// Texts with more lines are not compared: nobody would read what came of it.
    static let most = 5_000

    /// Nil where a text is too long to be compared.
    init?(_ before: [String], _ after: [String]) {
        guard before.count <= Self.most, after.count <= Self.most else { return nil }
        let changes = after.difference(from: before)
        var (removed, inserted): (Set<Int>, Set<Int>) = ([], [])
        for change in changes {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [Line] = []
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            if removed.contains(old) {
                lines.append(Line(side: .before, text: before[old], before: old + 1, after: nil))
                old += 1
            } else if inserted.contains(new) {
                lines.append(Line(side: .after, text: after[new], before: nil, after: new + 1))
                new += 1
            } else {
                lines.append(Line(side: .both, text: before[old], before: old + 1, after: new + 1))
                (old, new) = (old + 1, new + 1)
            }
        }
        parts = Self.parts(of: lines)
    }

    private static func parts(of lines: [Line]) -> [[Line]] {
        let shown = lines.indices.filter { lines[$0].side != .both }.reduce(into: Set<Int>()) { shown, index in
            shown.formUnion(max(0, index - context)...min(lines.count - 1, index + context))
        }
        var parts: [[Line]] = []
        var last = -2
        for index in shown.sorted() {
            if index == last + 1 { parts[parts.count - 1].append(lines[index]) } else { parts.append([lines[index]]) }
            last = index
        }
        return parts
    }
}
