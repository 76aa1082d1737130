import Screening

/// The week of somebody who is heard from: a row for each day, a cell for each hour, the darker the more minutes of it something usually comes in.
struct RhythmGrid: Sendable {
    private let levels: [Int]
    private let name: String

    init(_ rhythm: ContactRhythm, now: Timestamp) {
        let hour = ContactRhythm.hour(of: now)
        let (week, slot) = ContactRhythm.place(ofHour: hour)
        let first = hour - Int64(slot)
        let usual = (0..<168).map { rhythm.usual(inHour: first + Int64($0)) }
        // In the first weeks there is nothing usual yet: what this week brought stands for it.
        let seen = (0..<168).map { slot in rhythm.slots[slot].map { $0.week == week ? Double($0.minutes) : 0 } ?? 0 }
        let values = zip(usual, seen).map { max($0, $1) }
        let most = max(values.max() ?? 0, 0.0001)
        levels = values.map { $0 <= 0 ? 0 : min(4, Int($0 / most * 3.99) + 1) }
        let busiest = values.firstIndex(of: values.max() ?? 0) ?? 0
        let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        let active = levels.filter { $0 > 0 }.count
        name =
            active == 0
            ? "The week's rhythm: nothing heard yet"
            : "The week's rhythm: something comes in \(active) of 168 hours, most on \(RhythmGrid.day(busiest, days)) at \(busiest % 24):00 UTC"
    }

    /// The hours of each day in which something comes in, from Monday on: `9–12, 14`.
    var hours: [String] {
        (0..<7).map { day in
            let heard = (0..<24).filter { levels[day * 24 + $0] > 0 }
            let spans = heard.reduce(into: [ClosedRange<Int>]()) { spans, hour in
                if let last = spans.last, last.upperBound == hour - 1 {
                    spans[spans.count - 1] = last.lowerBound...hour
                } else {
                    spans.append(hour...hour)
                }
            }
            return spans.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }.joined(separator: ", ")
        }
    }

    private static func day(_ slot: Int, _ days: [String]) -> String { days[slot / 24 % 7] }

    var svg: String {
        var svg = SVG(width: 24 * 7, height: 7 * 5)
        // One shape for all cells of a level: a page shows many of these.
        for level in Set(levels).sorted() {
            let cells = levels.enumerated().filter { $0.element == level }.map { "M\($0.offset % 24 * 7) \($0.offset / 24 * 5)h6v4h-6z" }
            svg.path(cells.joined(), "h\(level)")
        }
        return svg.html(name, kind: "rhythm", isFixed: true)
    }
}
