import Screening
import Web

/// What is drawn of the last days on the first page: how many orders stood where, and what came in, was told and failed, with the moments at which the host
/// itself changed.
struct NowHistory {
    /// What is kept, for everybody who looks at once.
    struct Kept: Sendable {
        var counts: [HistoryCount] = []
        var marks: [HostMark] = []

        init(_ store: any Store, at now: Timestamp) async throws {
            let since = now + .seconds(-Int64(NowHistory.days) * 86_400)
            counts = try await store.history(since: since)
            marks = try await store.marks(since: since)
        }
    }

    static let days = 14

    private let visit: Visit
    private let kept: Kept
    private let rhythms: [OperatingState.Subject: ContactRhythm]
    private let late: LateStates

    init(_ visit: Visit) async throws {
        self.visit = visit
        kept = try await visit.site.history.value()
        rhythms = try await visit.site.rhythms.value()
        late = try await visit.site.lateStates.value()
    }

    private func sees(_ count: HistoryCount) -> Bool { visit.principal.sees(connection: count.connection) }

    // MARK: Orders by state

    /// How many orders of a state there were at the end of each of the last days, and are now; nil for a day that nobody looked at.
    private func line(_ states: [OrderState: Int]) -> [OrderState: [Int?]] {
        let today = HistoryCount.day(of: visit.now)
        let first = today - Int64(Self.days - 1)
        var lines: [OrderState: [Int?]] = [:]
        let known = Set(kept.counts.compactMap { count -> Int64? in if case .orders = count.figure { count.slot } else { nil } })
        for state in OrderState.allCases {
            lines[state] = (first...today).map { day in day == today ? states[state] ?? 0 : known.contains(day) ? 0 : nil }
        }
        for count in kept.counts where sees(count) {
            guard case .orders(let state) = count.figure, count.slot >= first, count.slot < today else { continue }
            let index = Int(count.slot - first)
            let before = lines[state]?[index] ?? 0
            lines[state]?[index] = before + count.amount
        }
        return lines
    }

    /// The states that orders are in or were in, each with its line, and all of them as a table.
    func states(_ present: [OrderState: Int]) -> Model {
        let lines = line(present)
        let shown = OrderState.allCases.filter { state in lines[state]?.contains { ($0 ?? 0) > 0 } ?? false }
        let today = HistoryCount.day(of: visit.now)
        let rows = (0..<Self.days).reversed().map { index -> Model in
            let day = Timestamp(milliseconds: (today - Int64(Self.days - 1 - index)) * 86_400_000)
            let cells = shown.map { state in ["cell": lines[state]?[index].map { Format.number($0) } ?? "–"] as Model }
            return ["row_name": index == Self.days - 1 ? "now" : Format.day(day), "cells": cells]
        }
        return [
            "states": shown.map { state -> Model in
                let line = lines[state] ?? []
                return [
                    "chip": Parts.state(state.rawValue), "state_count": Format.number(present[state] ?? 0), "href": "/orders?state=\(state.rawValue)",
                    "line": ["picture": Sparkline(line, of: state.rawValue.replacing("_", with: " ")).svg] as Model,
                    "late_rows": late.rows(state, for: visit.principal),
                ]
            },
            "columns": shown.map { ["column_name": $0.rawValue.replacing("_", with: " ")] as Model }, "rows": rows, "has_states": !shown.isEmpty,
        ]
    }

    // MARK: Over time

    /// One picture over time.
    private struct Chart {
        let name: String
        let tone: String
        let values: [Int]
    }

    /// The charts of a span, `24h` or `7d`, with the same as a table.
    func charts(_ span: String?) -> Model {
        let isWeek = span == "7d"
        let (slots, width) = isWeek ? (28, 6) : (24, 1)
        let last = HistoryCount.hour(of: visit.now)
        // Six hours begin at 0, 6, 12 and 18 o'clock.
        let end = (last / Int64(width) + 1) * Int64(width)
        let first = end - Int64(slots * width)
        func slot(_ hour: Int64) -> Int? { hour >= first && hour < end ? Int((hour - first) / Int64(width)) : nil }

        var (received, told, failed) = (Array(repeating: 0, count: slots), Array(repeating: 0, count: slots), Array(repeating: 0, count: slots))
        for (subject, rhythm) in rhythms where isSeen(subject) {
            for hour in first..<end {
                let (week, index) = ContactRhythm.place(ofHour: hour)
                guard let heard = rhythm.slots[index], heard.week == week, let slot = slot(hour) else { continue }
                received[slot] += Int(heard.deliveries)
            }
        }
        for count in kept.counts where sees(count) {
            switch count.figure {
            case .told: if let slot = slot(count.slot) { told[slot] += count.amount }
            case .failed: if let slot = slot(count.slot) { failed[slot] += count.amount }
            case .orders: break
            }
        }
        // Who sees some connections alone is not told when others' settings changed.
        let marks = visit.principal.connections == nil ? kept.marks.filter { HistoryCount.hour(of: $0.at) >= first } : []
        let places = marks.map { mark in
            (
                at: Double(mark.at.milliseconds - first * 3_600_000) / Double(slots * width) / 3_600_000,
                text: "\(Self.word(mark)) \(Format.short(mark.at))"
            )
        }
        let charts = [
            Chart(name: "Received", tone: "h4", values: received), Chart(name: "Told", tone: "f-good", values: told),
            Chart(name: "Failed", tone: "f-bad", values: failed),
        ]
        let title = isWeek ? "last 7 days" : "last 24 hours"
        let rows = (0..<slots).reversed().map { index -> Model in
            let begin = Timestamp(milliseconds: (first + Int64(index * width)) * 3_600_000)
            let own = marks.filter { slot(HistoryCount.hour(of: $0.at)) == index }
            return [
                "row_name": Format.short(begin), "cells": charts.map { ["cell": Format.number($0.values[index])] as Model },
                "row_marks": own.map { "\(Self.word($0)) \(Format.clock($0.at).prefix(5))" }.joined(separator: ", "),
            ]
        }
        return [
            "charts": charts.map { chart -> Model in
                let total = chart.values.reduce(0, +)
                let most = Format.number(chart.values.max() ?? 0)
                let name = "\(chart.name), \(title): \(Format.number(total)) in all, at most \(most) in \(isWeek ? "six hours" : "an hour")"
                let picture = TimeChart(chart.values, tone: chart.tone, marks: places).svg(name)
                return ["chart_name": chart.name, "chart_total": Format.number(total), "chart": ["picture": picture] as Model]
            },
            "is_week": isWeek, "rows": rows, "from": Format.short(Timestamp(milliseconds: first * 3_600_000)),
            "mark_list": marks.suffix(6).reversed().map { mark -> Model in
                let text = mark.kind == .reloaded ? Self.word(mark) : "\(Self.word(mark)) \(mark.version)"
                return ["mark_text": text, "mark_at": visit.format.time(mark.at) as Any]
            },
            "has_marks": !marks.isEmpty,
        ]
    }

    private func isSeen(_ subject: OperatingState.Subject) -> Bool {
        switch subject {
        case .connection(let id): visit.principal.sees(connection: id)
        // What an account hears is about all who order from it.
        case .account: visit.principal.connections == nil
        case .store: false
        }
    }

    private static func word(_ mark: HostMark) -> String {
        switch mark.kind {
        case .started: "started"
        case .upgraded: "upgraded"
        case .reloaded: "reloaded"
        }
    }

    static let templates = [
        "now-states": #"""
        {{#states}}<p class="row between state-line"><a href="{{href}}">{{#chip}}{{>state}}{{/chip}}</a><span class="row">{{#line}}{{{picture}}}{{/line}}<span class="number">{{state_count}}</span></span></p>{{#late_rows}}<p class="small late-line"><a class="warn-text" href="{{late_href}}">{{late_count}} unchanged for over {{late_age}}{{late_where}}</a> <span class="soft">longer than 9 of 10</span></p>{{/late_rows}}{{/states}}
        {{#has_states}}<details id="states-table" class="as-table"><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Orders by state, by day"><table><caption class="sr">Orders by state at the end of each day</caption>
        <thead><tr><th scope="col">Day</th>{{#columns}}<th scope="col">{{column_name}}</th>{{/columns}}</tr></thead>
        <tbody>{{#rows}}<tr><th scope="row" class="nowrap">{{row_name}}</th>{{#cells}}<td class="number">{{cell}}</td>{{/cells}}</tr>
        {{/rows}}</tbody></table></div></details>{{/has_states}}
        """#,
        "now-charts": #"""
        <section class="card" aria-labelledby="time-title"><header><h2 id="time-title">Over time</h2><nav class="more spans" aria-label="Span"><a href="/"{{^is_week}} aria-current="page"{{/is_week}}>24 hours</a> <a href="/?span=7d"{{#is_week}} aria-current="page"{{/is_week}}>7 days</a></nav></header>
        <div class="charts">{{#charts}}<div><p class="row between"><span>{{chart_name}}</span><span class="number strong">{{chart_total}}</span></p>{{#chart}}{{{picture}}}{{/chart}}</div>{{/charts}}</div>
        <p class="row between small soft"><span>{{from}} UTC</span><span>now</span></p>
        {{#has_marks}}<ul class="legend small" aria-label="When the host itself changed">{{#mark_list}}<li><span class="flag" aria-hidden="true"></span>{{mark_text}} {{#mark_at}}{{>time}}{{/mark_at}}</li>{{/mark_list}}</ul>{{/has_marks}}
        <details id="time-table" class="as-table"><summary>As a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Received, told and failed over time"><table><caption class="sr">Received, told and failed over time</caption>
        <thead><tr><th scope="col">From, UTC</th>{{#charts}}<th scope="col">{{chart_name}}</th>{{/charts}}<th scope="col">The host</th></tr></thead>
        <tbody>{{#rows}}<tr><th scope="row" class="nowrap">{{row_name}}</th>{{#cells}}<td class="number">{{cell}}</td>{{/cells}}<td>{{row_marks}}</td></tr>
        {{/rows}}</tbody></table></div></details></section>
        """#,
    ]
}
