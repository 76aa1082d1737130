import Foundation
import Screening
import Testing

@testable import FairleadCLI

@Suite("Issues on the command line") struct IssueTextTests {
    private let issue: JSON = [
        "id": "iss_1", "kind": "credentials_refused", "state": "open", "title": "Zinc rejects the credentials of zinc-uk",
        "means": "The key expired.",
        "effect": "Orders wait.", "advice": "Put a valid key in.", "commands": ["fairlead account check zinc-uk"],
        "docs": "docs/issues.md#credentials-refused", "account": "zinc-uk", "opened_at": "2026-03-01T09:30:00.000Z",
        "last_seen_at": "2026-03-01T09:31:00.000Z", "count": 1, "holds_up": ["orders": 14, "events": 0, "runs": 0],
        "members": ["orders": ["ord_1", "ord_2"], "events": [], "runs": []],
        "notes": [["at": "2026-03-01T09:40:00.000Z", "actor": ["kind": "token", "id": "tok_1", "name": "ops"], "text": "asked Zinc"]],
    ]

    @Test("an issue says what it is, what it holds up and what to type") func details() {
        let text = IssueText.details(issue)
        for part in [
            "Zinc rejects the credentials of zinc-uk", "Orders wait.", "  fairlead account check zinc-uk", "Orders that it holds up: 14", "ord_2",
            "and 12 more", "ops", "asked Zinc", "docs/issues.md#credentials-refused",
        ] { #expect(text.contains(part), "\(part) is not in \(text)") }
        #expect(!text.contains("Runs that"))
    }

    @Test("an empty list is good news") func empty() {
        #expect(IssueText.list.text(["items": []]) == "Nothing needs a person.")
        #expect(IssueText.list.text(["items": [issue]]).contains("14"))
    }

    @Test("the status is one screen, with or without something that needs a person") func status() {
        var status: JSON = [
            "able_to_work": true, "reasons": [], "needs_a_person": false, "issues": ["open": 0, "snoozed": 2, "items": []],
            "waiting_on": ["candidate": 3, "recruiter": 0, "provider": 4, "operator": 0], "last_day": ["received": 12, "told": 9],
            "accounts": [["id": "zinc-uk", "kind": "zinc", "last_heard_at": .null, "silent": false, "problem": .null]],
            "connections": [["id": "acme", "kind": "webhook", "last_heard_at": "2026-03-01T09:31:00.000Z", "silent": true, "problem": .null]],
        ]
        var text = IssueText.status(status)
        for part in [
            "Able to work.", "Nothing needs a person. Snoozed: 2.", "candidate 3", "received 12, ATSs told 9", "never heard",
            "heard 2026-03-01T09:31:00.000Z, silent",
        ] { #expect(text.contains(part), "\(part) is not in \(text)") }
        status["issues"] = ["open": 21, "snoozed": 0, "items": [issue]]
        status["reasons"] = ["the disk is full"]
        text = IssueText.status(status)
        for part in ["Not able to work: the disk is full.", "Needs a person: 21.", "14 orders", "and 20 more"] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
        var narrow = OutputStyle.plain
        narrow.width = 60
        let lines = IssueText.status(status, narrow).split(separator: "\n").filter { $0.hasPrefix("  ") }
        #expect(lines.count == 4 && lines.allSatisfy { $0.count <= 60 }, "\(lines)")
    }

    @Test(
        "a snooze ends at a time, or so long from now",
        arguments: [
            ("2h", "2026-03-01T11:30:00.000Z"), ("in 3d", "2026-03-04T09:30:00.000Z"), ("1w", "2026-03-08T09:30:00.000Z"),
            ("2026-03-05", "2026-03-05T00:00:00.000Z"), ("2026-03-05T10:00:00Z", "2026-03-05T10:00:00Z"), ("yesterday", nil), ("0h", nil),
            ("soon", nil),
        ]
    )
    func until(text: String, expected: String?) throws {
        let now = try #require(Timestamp(iso8601: "2026-03-01T09:30:00Z"))
        #expect(SnoozeEnd(text, now: now)?.iso8601 == expected)
    }
}
