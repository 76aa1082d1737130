@testable import FairleadCLI
import Screening
import Testing

@Suite("The live overview") struct TopTests {
    private static let now = Timestamp(milliseconds: 1_772_359_500_000)
    private static let status: JSON = [
        "able_to_work": true, "reasons": [], "needs_a_person": true,
        "issues": [
            "open": 1, "snoozed": 2,
            "items": [
                [
                    "title": "Zinc rejects the key of zinc-uk", "kind": "account_unauthorised", "opened_at": "2026-03-01T09:12:00Z",
                    "holds_up": ["orders": 14],
                ]
            ],
        ],
        "waiting_on": ["candidate": 12, "recruiter": 4, "provider": 30, "operator": 2], "last_day": ["received": 512, "told": 498],
    ]

    private static func top(_ status: JSON = status) -> TopText {
        TopText(
            host: "http://127.0.0.1:8080",
            status: status,
            accounts: [
                "items": [
                    ["id": "zinc-uk", "provider": "zinc", "problem": ["message": "the key is refused"], "last_heard_at": "2026-03-01T10:02:00Z"]
                ]
            ],
            connections: [
                "items": [
                    [
                        "id": "acme", "plugin": "greenhouse", "problem": .null, "last_heard_at": "2026-02-26T10:05:00Z",
                        "last_refused": ["at": "2026-03-01T10:03:00Z", "reason": "bad_signature", "count": 212],
                    ], ["id": "beta", "plugin": "lever", "problem": .null, "last_heard_at": .null, "last_refused": .null],
                ]
            ],
            events: [
                "items": [
                    [
                        "id": "evt_01m8k9wfj0abcdefghjkmnpqrs", "kind": "ats", "state": "done", "connection": "acme",
                        "received_at": "2026-03-01T10:04:50Z",
                    ]
                ]
            ],
            orders: [
                "items": [["id": "ord_01m8k9wfj0abcdefghjkmnpqrs", "state": "uncertain", "connection": "acme", "updated_at": "2026-03-01T09:00:00Z"]]
            ]
        )
    }

    @Test("the overview fits the terminal", arguments: [40, 80, 200]) func widths(_ width: Int) {
        let text = Self.top().text(OutputStyle(width: width, height: 50, now: Self.now))
        for line in text.split(separator: "\n") { #expect(String(line).columns <= width, "\(line)") }
        #expect(text.hasPrefix("Able to work · http://127.0.0.1:8080\n"))
        #expect(text.contains("Issues: 1 open, 2 snoozed") && text.contains("NEEDS A PERSON") && text.contains("acme") && text.contains("EVENT"))
        if width >= 80 {
            #expect(text.contains("Orders wait for: operator 2 · recruiter 4 · candidate 12 · provider 30"))
            #expect(text.contains("In the last day: 512 received, 498 told to ATSs") && text.contains("10 s ago") && text.contains("53 min ago"))
        }
        if width == 200 { #expect(text.contains("2 min ago, 212 times: wrong signature") && text.contains("the key is refused")) }
    }

    @Test("what has a problem stands first, and a host that is not able to work says why") func order() throws {
        var status = Self.status
        status["reasons"] = ["the store does not answer"]
        status["issues"] = ["open": 0, "snoozed": 0, "items": []]
        let text = Self.top(status).text(OutputStyle(width: 200, now: Self.now))
        #expect(text.hasPrefix("Not able to work: the store does not answer") && text.contains("Nothing needs a person"))
        let names = ["acme", "zinc-uk", "beta"].compactMap { text.firstRange(of: "\n" + $0)?.lowerBound }
        #expect(names.count == 3 && names == names.sorted())
        let old = Self.top(.null).text(OutputStyle(width: 80, now: Self.now))
        #expect(old.hasPrefix("Fairlead · http://127.0.0.1:8080\n") && !old.contains("Issues"))
    }
}
