import Screening

/// How often accounts and connections are usually heard from, hour by hour of the week, as a strip of seven days.
struct Rhythms {
    private let rhythms: [OperatingState.Subject: ContactRhythm]
    private let now: Timestamp

    init(_ visit: Visit) async throws {
        let all = try await visit.site.parts.store.rhythms()
        rhythms = Dictionary(all.map { ($0.subject, $0) }) { $1 }
        now = visit.now
    }

    private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    /// The hours that one cell stands for.
    private static let cell = 4

    /// The strip of one; nil where nothing was ever heard of it.
    func model(_ subject: OperatingState.Subject) -> Model? {
        guard let rhythm = rhythms[subject] else { return nil }
        let hour = ContactRhythm.hour(of: now)
        let (week, slot) = ContactRhythm.place(ofHour: hour)
        let monday = hour - Int64(slot)
        var cells: [(usual: Double, present: Int)] = []
        for first in stride(from: 0, to: 168, by: Rhythms.cell) {
            let hours = (first..<first + Rhythms.cell)
            let usual = hours.reduce(0.0) { $0 + rhythm.usual(inHour: monday + Int64($1), before: week) }
            let present = hours.reduce(0) { sum, slot in
                guard let known = rhythm.slots[slot], known.week == week else { return sum }
                return sum + Int(known.deliveries)
            }
            cells.append((usual, present))
        }
        let most = cells.map { max($0.usual, Double($0.present)) }.max() ?? 0
        guard most > 0 else { return nil }
        let bars = cells.enumerated().map { index, cell -> Model in
            let height = { (value: Double) in value <= 0 ? 0.0 : max(1.5, 22 * value / most) }
            let (usual, present) = (height(cell.usual), height(Double(cell.present)))
            return [
                "x": String(index * 4), "usual_y": text(24 - usual), "usual_height": text(usual), "present_y": text(24 - present),
                "present_height": text(present), "has_usual": usual > 0, "has_present": present > 0,
            ]
        }
        let busiest = (0..<7).max { day($0, cells) < day($1, cells) } ?? 0
        return [
            "bars": bars, "rhythm_id": subject.kind + "-" + subject.id, "now_x": text(Double(slot) / Double(Rhythms.cell) * 4),
            "rhythm_text": "Heard this week by the hour of the week, over what is usual; most on \(Rhythms.days[busiest])",
        ]
    }

    private func day(_ day: Int, _ cells: [(usual: Double, present: Int)]) -> Double {
        cells[(day * 6)..<(day * 6 + 6)].reduce(0) { $0 + max($1.usual, Double($1.present)) }
    }

    private func text(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }

    static let templates = [
        "rhythm": #"""
        <svg class="strip" viewBox="0 0 168 24" role="img" aria-labelledby="rhythm-{{rhythm_id}}" preserveAspectRatio="none"><title id="rhythm-{{rhythm_id}}">{{rhythm_text}}</title>
        <line class="line" x1="0" x2="168" y1="23.5" y2="23.5"/>{{#bars}}{{#has_usual}}<rect class="f-none pale" x="{{x}}" y="{{usual_y}}" width="3" height="{{usual_height}}"/>{{/has_usual}}{{#has_present}}<rect class="f-provider" x="{{x}}" y="{{present_y}}" width="3" height="{{present_height}}"/>{{/has_present}}{{/bars}}<line class="tick" x1="{{now_x}}" x2="{{now_x}}" y1="0" y2="24"/></svg>
        """#
    ]
}
