@testable import FairleadCLI
import FairleadTools
import Screening
import Testing

@Suite("How lists are drawn") struct OutputTests {
    private static let now = Timestamp(milliseconds: 1_772_359_500_000)
    private static let orders: JSON = [
        "items": [
            [
                "id": "ord_01m8k9wfj0abcdefghjkmnpqrs", "state": "awaiting_candidate", "outcome": .null, "waiting_on": "candidate",
                "connection": "acme",
                "external_id": "application-1017", "account": "zinc-uk", "candidate": ["first_name": "Ana María", "last_name": "Roe"],
                "updated_at": "2026-03-01T10:02:00Z",
            ],
            [
                "id": "ord_01m8k9wfj1abcdefghjkmnpqrs", "state": "failed", "outcome": .null, "waiting_on": "operator", "connection": "acme",
                "external_id": "a-2", "account": "zinc-uk", "candidate": ["first_name": "界", "last_name": "e\u{301}\u{1B}[31m"],
                "problem": ["code": "second_reference"], "updated_at": "2026-02-25T10:05:00Z",
            ],
        ]
    ]

    private static func style(_ width: Int, colour: Bool = false) -> OutputStyle {
        OutputStyle(width: width, height: 24, isColoured: colour, now: now)
    }

    @Test("a table is as wide as the terminal at most, and says what it has no room for", arguments: [20, 40, 60, 80, 120, 200, 400])
    func widths(_ width: Int) {
        let text = OrderText.list.text(Self.orders, Self.style(width))
        let lines = text.split(separator: "\n")
        for line in lines { #expect(String(line).columns <= width, "\(line)") }
        #expect(lines.count == (width >= 200 ? 3 : 4))
        if width >= 60 { #expect(text.contains("ord_01m8k9wfj0abcdefghjkmnpqrs  awaiting_candidate")) }
        if width >= 80 { #expect(text.contains("3 min ago") && text.contains("No room for:") == (width < 200)) }
    }

    @Test("columns stay where they are: they depend on the terminal and the token, not on the rows")
    func stable() throws {
        var first = Self.orders
        first["items"] = .array([try #require(Self.orders["items"]?.items?[0])])
        func heads(_ list: JSON) -> [Substring] {
            OrderText.list.text(list).split(separator: "\n")[0].split(separator: " ", omittingEmptySubsequences: true)
        }
        #expect(heads(first) == heads(Self.orders) && heads(first).contains("PROBLEM"))
        var withheld = Self.orders
        withheld["items"] = .array(
            (Self.orders["items"]?.items ?? []).map { item in
                var item = item
                item["candidate"] = nil
                item["withheld"] = ["candidate"]
                return item
            }
        )
        #expect(!heads(withheld).contains("FIRST") && heads(withheld).contains("UPDATED"))
    }

    @Test("in a file or another program everything is whole: times as the API writes them, no colours, nothing that a terminal acts on")
    func plain() {
        let text = OrderText.list.text(Self.orders)
        #expect(
            text.contains("2026-03-01T10:02:00Z") && text.contains("application-1017") && !text.contains("\u{1B}")
                && text.contains("ordered twice?")
        )
        var more = Self.orders
        more["next"] = "ord_1\u{1B}]0;x\u{7}\nsecond"
        #expect(OrderText.list.text(more).hasSuffix("\nMore: --cursor ord_1\\u{1B}]0;x\\u{7} second"))
        let coloured = OrderText.list.text(Self.orders, Self.style(200, colour: true))
        #expect(coloured.contains("\u{1B}[31mfailed\u{1B}[0m") && coloured.contains("\u{1B}[1mORDER"))
        #expect(coloured.replacing(/\u{1B}\[[0-9]*m/, with: "") == OrderText.list.text(Self.orders, Self.style(200)))
    }

    @Test("letters of East Asia take two columns, and marks none") func letters() {
        #expect("界".columns == 2 && "e\u{301}".columns == 1 && "abc".columns == 3)
        #expect("application".cut(to: 5) == "appl…" && "界界界".cut(to: 4) == "界…" && "abc".cut(to: 3) == "abc" && "abc".cut(to: 0) == "")
    }

    @Test("times are told from the present, and far ones by their date") func times() {
        for (seconds, text) in [
            (0, "now"), (45, "45 s ago"), (180, "3 min ago"), (7200, "2 h ago"), (4 * 86_400, "4 d ago"), (-300, "in 5 min"),
            (100 * 86_400, "2025-11-21"),
        ] as [(Int64, String)] {
            #expect((Self.now + .seconds(-seconds)).told(from: Self.now) == text)
        }
    }

    @Test("a live frame says how fresh it is, and since when the host is away; it fits the screen") func frames() {
        let text = (1...40).map { "line \($0)" }.joined(separator: "\n")
        let fresh = LiveFrame(text: text, asOf: Self.now, problem: nil, style: Self.style(40))
        #expect(fresh.lines.count == 24 && fresh.lines[0].hasPrefix("10:05:00 UTC, every 2 s") && fresh.lines.last == "… 19 more lines")
        let away = LiveFrame(text: "line", asOf: Self.now, problem: "Nobody listens at http://127.0.0.1:8080\u{1B}[2J", style: Self.style(200))
        #expect(away.lines == ["no answer since 10:05:00 UTC: Nobody listens at http://127.0.0.1:8080\\u{1B}[2J", "", "line"], "\(away.lines)")
        #expect(away.drawing.hasPrefix("\u{1B}[H") && away.drawing.hasSuffix("\u{1B}[J"))
    }

    @Test("an account and a connection say when they were last heard and what was refused since") func contacts() {
        let item: JSON = [
            "last_heard_at": "2026-02-26T10:05:00Z", "last_refused": ["at": "2026-03-01T10:03:00Z", "reason": "bad_signature", "count": 212],
        ]
        #expect(ContactText.refused(item, Self.style(80)) == "2 min ago, 212 times: wrong signature")
        #expect(ContactText.facts(item, "fairlead verify acme FILE").last?.last?.hasSuffix("since; try fairlead verify acme FILE") == true)
        #expect(ContactText.refused(["last_refused": ["at": "T", "reason": "x", "count": 0]], .plain) == "")
        #expect(ContactText.facts(["last_heard_at": .null, "last_refused": .null], "") == [["last heard", "never"]])
    }
}
