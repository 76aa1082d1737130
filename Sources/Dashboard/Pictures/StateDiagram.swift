import Screening

/// The state machine of orders with the way that one took: where it was with the time, where it is, and where it can go from there.
struct StateDiagram: Sendable {
    /// A state that the order came to.
    struct Visited: Sendable {
        let state: OrderState
        let at: Timestamp?

        func model(_ format: Format) -> Model {
            var model: Model = ["visited": state.rawValue.replacing("_", with: " ")]
            model["when"] = format.time(at)
            return model
        }
    }

    let visits: [Visited]

    /// Of a long way this many of its last states are named.
    static let mostShown = 100

    init(_ timeline: [TimelineItem], now: String) {
        var visits: [Visited] = []
        let told = Set(timeline.filter { $0.state != nil }.map(\.at))
        for item in timeline {
            // That the provider has it says in what state only where nothing else does.
            if item.kind == "submitted", item.details["provider_ref"]?.text != nil, !told.contains(item.at) {
                visits.append(Visited(state: .requested, at: item.at))
            }
            if let state = item.state, state != visits.last?.state { visits.append(Visited(state: state, at: item.at)) }
        }
        // What no entry says, such as an order's end by a person, is where it stands now.
        if let state = OrderState(rawValue: now), state != visits.last?.state { visits.append(Visited(state: state, at: timeline.last?.at)) }
        self.visits = visits
    }

    private static let places: [OrderState: (column: Double, row: Double)] = [
        .accepted: (0, 0), .submitting: (1, 0), .requested: (2, 0), .awaitingCandidate: (3, 0), .inProgress: (4, 0), .readyForReview: (5, 0),
        .completed: (6, 0), .reviewed: (7, 0), .failed: (0, 1), .uncertain: (1, 1), .refused: (2, 1), .paused: (3, 1), .attentionNeeded: (4, 1),
        .cancelled: (6, 1),
    ]

    /// Where an order can go from a state, as a rule.
    private static func next(_ state: OrderState) -> [OrderState] {
        switch state {
        case .accepted: [.submitting, .cancelled]
        case .submitting: [.requested, .uncertain, .refused, .failed]
        case .uncertain: [.requested, .failed]
        case .requested: [.awaitingCandidate, .inProgress, .cancelled]
        case .awaitingCandidate: [.inProgress, .attentionNeeded, .cancelled]
        case .inProgress: [.readyForReview, .completed, .attentionNeeded, .paused]
        case .paused, .attentionNeeded: [.inProgress, .cancelled]
        case .readyForReview: [.completed, .reviewed]
        case .completed: [.reviewed]
        case .refused, .failed: [.accepted]
        case .cancelled: [.completed]
        case .reviewed: []
        }
    }

    private static let (boxWidth, boxHeight, columnWidth, rowHeight) = (134.0, 38.0, 144.0, 78.0)

    private static func centre(_ state: OrderState) -> (x: Double, y: Double) {
        let place = places[state] ?? (0, 0)
        return (place.column * columnWidth + boxWidth / 2 + 2, place.row * rowHeight + 26 + boxHeight / 2)
    }

    var svg: String {
        var svg = SVG(
            width: 7 * StateDiagram.columnWidth + StateDiagram.boxWidth + 4,
            height: StateDiagram.rowHeight + 26 + StateDiagram.boxHeight + 8
        )
        let present = visits.last?.state
        if let present {
            for state in StateDiagram.next(present) { svg.path(StateDiagram.way(present, state), "faint") }
        }
        // What was gone several times is one line.
        let ways = Set(zip(visits, visits.dropFirst()).map { [$0.state, $1.state] })
        for way in ways.sorted(by: { $0.map(\.rawValue).joined() < $1.map(\.rawValue).joined() }) {
            svg.path(StateDiagram.way(way[0], way[1]), "path")
        }
        let possible = Set(present.map(StateDiagram.next) ?? [])
        for state in OrderState.allCases {
            let last = visits.last { $0.state == state }
            let kind = state == present ? "box is" : last != nil ? "box was" : possible.contains(state) ? "box" : "box pale"
            let text = state == present ? "is-text" : last != nil ? "was-text" : possible.contains(state) ? "" : "soft-text"
            let (x, y) = StateDiagram.centre(state)
            svg.rect(x - StateDiagram.boxWidth / 2, y - StateDiagram.boxHeight / 2, StateDiagram.boxWidth, StateDiagram.boxHeight, kind, radius: 8)
            let time = last?.at.map(Format.short)
            svg.text(x, time == nil ? y + 4 : y - 2, state.rawValue.replacing("_", with: " "), text, anchor: "middle")
            if let time { svg.text(x, y + 12, time, state == present ? "is-text" : "soft-text", anchor: "middle") }
        }
        return svg.html(name, kind: "picture wide")
    }

    private var name: String {
        guard !visits.isEmpty else { return "The states of an order" }
        let words = visits.suffix(StateDiagram.mostNamed).map { $0.state.rawValue.replacing("_", with: " ") }.joined(separator: ", then ")
        return visits.count > StateDiagram.mostNamed
            ? "The way it took, the last \(StateDiagram.mostNamed) of \(Format.number(visits.count)) states: \(words)" : "The way it took: \(words)"
    }

    private static let mostNamed = 20

    /// A line from one box to another; to one further back or further on it goes over those between.
    private static func way(_ from: OrderState, _ to: OrderState) -> String {
        let (a, b) = (centre(from), centre(to))
        func text(_ x: Double, _ y: Double) -> String { "\(SVG.number(x)) \(SVG.number(y))" }
        let distance = abs(a.x - b.x) / columnWidth
        if a.y == b.y, distance < 1.5, a.x < b.x { return "M\(text(a.x, a.y)) L\(text(b.x, b.y))" }
        if a.y == b.y {
            let side = a.y < rowHeight ? -1.0 : 1.0
            let lift = a.y + side * (boxHeight / 2 + 10 + distance * 3)
            return "M\(text(a.x, a.y)) C\(text(a.x, lift)) \(text(b.x, lift)) \(text(b.x, b.y))"
        }
        let middle = (a.y + b.y) / 2
        return "M\(text(a.x, a.y)) C\(text(a.x, middle)) \(text(b.x, middle)) \(text(b.x, b.y))"
    }
}
