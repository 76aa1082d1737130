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
            "rhythm_days": Rhythms.days.enumerated().map { day, name -> Model in
                ["rhythm_day": name, "blocks": cells[day * 6..<day * 6 + 6].map { ["heard": $0.present, "usually": text($0.usual)] as Model }]
            },
            "rhythm_sums": Rhythms.days.indices.map { day -> Model in
                let blocks = cells[day * 6..<day * 6 + 6]
                return ["heard": blocks.reduce(0) { $0 + $1.present }, "usually": text(blocks.reduce(0) { $0 + $1.usual })]
            },
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
        """#,
        "rhythm-table": #"""
        <details id="rhythm-table" class="as-table"><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="How often it is heard"><table><caption class="sr">How often it was heard this week, of how often it usually is, by four hours, in UTC</caption>
        <thead><tr><th scope="col">Heard of usual, UTC</th><th scope="col">0–4</th><th scope="col">4–8</th><th scope="col">8–12</th><th scope="col">12–16</th><th scope="col">16–20</th><th scope="col">20–24</th></tr></thead>
        <tbody>{{#rhythm_days}}<tr><th scope="row">{{rhythm_day}}</th>{{#blocks}}<td class="number nowrap">{{heard}} of {{usually}}</td>{{/blocks}}</tr>{{/rhythm_days}}</tbody></table></div></details>
        """#,
        "rhythm-tables": #"""
        <details id="rhythms-table" class="as-table"><summary>The weeks as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="How often they are heard"><table><caption class="sr">How often each was heard this week, of how often it usually is, by day in UTC</caption>
        <thead><tr><th scope="col">Heard of usual</th><th scope="col">Mon</th><th scope="col">Tue</th><th scope="col">Wed</th><th scope="col">Thu</th><th scope="col">Fri</th><th scope="col">Sat</th><th scope="col">Sun</th></tr></thead>
        <tbody>{{#connections}}{{#rhythm}}<tr><th scope="row">{{connection}}</th>{{#rhythm_sums}}<td class="number nowrap">{{heard}} of {{usually}}</td>{{/rhythm_sums}}</tr>{{/rhythm}}{{/connections}}</tbody></table></div></details>
        """#,
    ]
}
