import Screening
import Testing

@testable import FairleadCLI

@Suite("What is written for people who look for a mistake") struct MistakeTextTests {
    @Test(
        "a store that cannot be had is said with where it is and what to do",
        arguments: [
            (StoreError.corrupt("file is not a database"), "/srv/f.db is damaged, or is no store of Fairlead's (file is not a database)."),
            (.unavailable("the disk is full"), "The disk of /srv/f.db is full. Make room there"),
            (.unavailable("/srv/f.db is in use by another process: pid 7 on vm"), "pid 7 on vm. End that process, or correct store.url"),
            (.unavailable("it was sealed with other keys than those in encryption.keys"), "Put the key back into encryption.keys"),
        ]
    )
    func start(error: StoreError, says: String) {
        let failure = StartFailure(error, store: "/srv/f.db")
        #expect(failure.exitCode == 69 && failure.description.contains(says), "\(failure.description)")
        #expect(failure.description.hasSuffix("."))
    }

    @Test("codes are said in words, and one that nobody has words for is readable") func codes() {
        #expect(ProblemWords.text("account_paused") == "credentials refused")
        #expect(ProblemWords.text("some_new_code") == "some new code" && ProblemWords.text("").isEmpty)
    }

    @Test("an exported cell is one cell, and no formula") func export() {
        let cells: [(JSON, String)] = [
            ("Roe", "Roe"), ("Roe, Ana", "\"Roe, Ana\""), ("the \"Roe\"", "\"the \"\"Roe\"\"\""), ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"),
            ("+441632960000", "+441632960000"), ("-", "'-"), (.null, ""), (7, "7"), ("two\nlines", "\"two\nlines\""),
        ]
        for (value, text) in cells { #expect(OrderExport.cell(value) == text) }
        let order: JSON = ["id": "ord_1", "candidate": ["first_name": "Ana"], "problem": .null]
        #expect(OrderExport.line(order).hasPrefix("ord_1,,,,,,,,,,,Ana,"))
        #expect(OrderExport.titles.split(separator: ",").count == OrderExport.line(order).count(where: { $0 == "," }) + 1)
    }

    @Test("what a command for many was refused for is listed with the reason") func refusals() {
        let job: JSON = [
            "id": "blk_1", "verb": "order.discard", "state": "done", "count": 3, "done": 1, "refused": 2, "superseded": 0, "left": 0, "note": "moved",
            "refusals": [["item": "ord_1", "code": "not_discardable"], ["item": "ord_2", "code": "x", "message": "The order is completed."]],
        ]
        let text = BulkCommand.text(job)
        for part in ["Why: moved", "ord_1  not discardable", "ord_2  The order is completed."] { #expect(text.contains(part), "\(text)") }
    }

    @Test("the status names what cannot be written as an issue, and whom orders wait for that are not sent") func status() {
        let refused: JSON = ["at": "2026-03-01T09:31:00.000Z", "reason": "bad_signature", "count": 12]
        let account: JSON = ["id": "zinc-uk", "kind": "zinc", "problem": ["code": "account_unreachable"], "not_sent": 3, "last_refused": refused]
        let text = IssueText.status([
            "reasons": [], "issues": ["open": 0, "items": [], "unwritten": [["title": "The store has no room", "advice": "Make room."]]],
            "waiting_on": [:], "last_day": [:], "accounts": [account],
        ])
        for part in ["The store has no room: Make room.", "Not sent yet: 3 (zinc-uk, does not answer)", "12 times: wrong signature"] {
            #expect(text.contains(part), "\(text)")
        }
        #expect(!text.contains(IssueText.nothing))
    }
}
