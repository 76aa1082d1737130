import Screening

/// Who spoke to whom about an order: a lane for each side, an arrow for each request, time folded where nothing happened.
struct Lanes: Sendable {
    /// A side.
    enum Lane: Int, Sendable, CaseIterable {
        case ats, fairlead, provider, people

        var name: String {
            switch self {
            case .ats: "ATS"
            case .fairlead: "Fairlead"
            case .provider: "Provider"
            case .people: "People"
            }
        }
    }

    /// Something that one side said to another.
    struct Arrow: Sendable {
        let at: Timestamp
        let from: Lane
        let to: Lane
        let words: String
        var href: String?
        var failed = false

        func model(_ format: Format) -> Model {
            var model: Model = ["from": from.name, "to": to.name, "words": words + (failed ? " ✗" : "")]
            model["when"] = format.time(at)
            model["href"] = href
            return model
        }
    }

    /// Oldest first; of many the newest.
    let arrows: [Arrow]
    private let isCut: Bool
    private let now: Timestamp

    private static let most = 80

    init(_ facts: OrderPage.Facts, now: Timestamp) {
        var all: [Arrow] = []
        if let event = facts.event, let id = event["id"]?.text, let at = Format.timestamp(event["received_at"]) {
            all.append(Arrow(at: at, from: .ats, to: .fairlead, words: "asks for the screening", href: "/events/\(id)"))
        }
        for (index, item) in facts.timeline.enumerated() { all += Lanes.arrows(item, OrderPage.anchor(index, facts), hasEvent: facts.event != nil) }
        for run in facts.runs { all += Lanes.arrows(run: run) }
        all.sort { $0.at < $1.at }
        isCut = all.count > Lanes.most
        arrows = Array(all.suffix(Lanes.most))
        self.now = now
    }

    /// - Parameter entry: where the page says what is recorded of it: of what a provider is sent and answers no more is kept.
    private static func arrows(_ item: TimelineItem, _ entry: String?, hasEvent: Bool) -> [Arrow] {
        func arrow(_ from: Lane, _ to: Lane, _ words: String, failed: Bool = false) -> [Arrow] {
            [Arrow(at: item.at, from: from, to: to, words: words, href: item.details["event"]?.text.map { "/events/\($0)" } ?? entry, failed: failed)]
        }
        switch item.kind {
        case "accepted": return hasEvent ? [] : arrow(.people, .fairlead, "places the order" + (item.who.map { " (\($0))" } ?? ""))
        case "submitting": return arrow(.fairlead, .provider, item.text)
        case "submitted": return arrow(.provider, .fairlead, item.text, failed: item.isRefusal)
        case "report": return arrow(.provider, .fairlead, item.text)
        case "problem": return arrow(.provider, .fairlead, item.text, failed: true)
        case "command", "discarded": return item.who.map { arrow(.people, .fairlead, "\(item.text) (\($0))") } ?? []
        default: return []
        }
    }

    /// The calls that a script made.
    private static func arrows(run: JSON) -> [Arrow] {
        let (id, hook) = (run["id"]?.text ?? "", run["hook"]?.text ?? "the script")
        return (run["steps"]?.items ?? []).compactMap { ScriptCall($0) }.compactMap { call in
            guard let at = call.at else { return nil }
            return Arrow(
                at: at,
                from: .fairlead,
                to: .ats,
                words: "\(hook) calls: \(call.words)",
                href: "/runs/\(id)#step-\(call.number)",
                failed: call.failed
            )
        }
    }

    private static let (left, laneHeight, top) = (76.0, 46.0, 22.0)

    var svg: String {
        let places = places
        let width = max(Lanes.usualWidth, (places.last ?? 0) + 60)
        let isShort = (arrows.last?.at).map { $0 - arrows[0].at < .seconds(3600) } ?? true
        let label = { (time: Timestamp) in isShort ? Format.clock(time) : Format.short(time) }
        var svg = SVG(width: width, height: Lanes.top + 4 * Lanes.laneHeight + 8)
        for lane in Lane.allCases {
            let y = Lanes.y(lane)
            svg.line(Lanes.left, y, width - 8, y, "line")
            svg.text(6, y + 4, lane.name, "was-text")
        }
        var last = -100.0
        for (index, arrow) in arrows.enumerated() {
            let x = places[index]
            let gap = index == 0 ? 0 : (arrow.at - arrows[index - 1].at).wholeMilliseconds
            if gap > Lanes.foldFrom {
                let middle = (x + places[index - 1]) / 2
                svg.line(middle, Lanes.top - 4, middle, Lanes.top + 4 * Lanes.laneHeight - 12, "fold")
                svg.text(middle, Lanes.top + 4 * Lanes.laneHeight + 2, Format.span(gap, parts: 1), "soft-text", anchor: "middle")
            }
            if x - last > 74 {
                svg.text(x, 12, label(arrow.at), "soft-text", anchor: "middle")
                last = x
            }
            if let href = arrow.href {
                svg.link(href, "\(Format.short(arrow.at)): \(arrow.words)") { Lanes.draw(arrow, x, &$0) }
            } else {
                Lanes.draw(arrow, x, &svg)
            }
        }
        let count = arrows.count == 1 ? "one arrow" : "\(arrows.count) arrows"
        return svg.html(
            "Who spoke to whom: \(count)\(isCut ? ", the newest" : ""); as a table below",
            kind: "picture lanes",
            isFixed: true,
            hasLinks: true
        )
    }

    /// From this gap on, in milliseconds, time is folded.
    private static let foldFrom: Int64 = 10 * 60 * 1000

    private static let usualWidth = 1000.0

    /// Where each arrow stands: further apart the more time lies between, and so that the width is used.
    private var places: [Double] {
        let gaps = zip(arrows, arrows.dropFirst()).map { earlier, later -> Double in
            let gap = (later.at - earlier.at).wholeMilliseconds
            return gap > Lanes.foldFrom ? 74 : gap > 60_000 ? 40 : gap > 1000 ? 30 : 20
        }
        let begin = Lanes.left + 40
        let stretch = min(3, max(1, (Lanes.usualWidth - begin - 60) / max(gaps.reduce(0, +), 1)))
        return gaps.reduce(into: arrows.isEmpty ? [] : [begin]) { $0.append(($0.last ?? begin) + $1 * stretch) }
    }

    private static func y(_ lane: Lane) -> Double { top + 14 + Double(lane.rawValue) * laneHeight }

    private static func draw(_ arrow: Arrow, _ x: Double, _ svg: inout SVG) {
        let (from, to) = (y(arrow.from), y(arrow.to))
        let failed = arrow.failed ? " failed" : ""
        let down = to > from ? 1.0 : -1.0
        // Wide and unseen, so that a pointer finds it.
        svg.rect(x - 8, min(from, to), 16, abs(to - from), "grip", title: "\(Format.short(arrow.at)): \(arrow.words)")
        svg.line(x, from, x, to - down * 6, "arrow" + failed)
        svg.path(
            "M\(SVG.number(x - 4)) \(SVG.number(to - down * 7)) L\(SVG.number(x + 4)) \(SVG.number(to - down * 7)) L\(SVG.number(x)) \(SVG.number(to)) Z",
            "arrow-head" + failed
        )
        svg.circle(x, from, 2.6, "arrow-head" + failed)
        if arrow.failed { svg.text(x + 5, (from + to) / 2 + 4, "✗", "bad-text") }
    }
}
