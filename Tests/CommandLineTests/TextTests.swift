@testable import FairleadCLI
import Screening
import Testing

@Suite("The text of the command line") struct TextTests {
    @Test("What a host cannot read of a list for want of a key is said beneath it, also where nothing else is there") func unread() {
        let list: JSON = ["items": [], "next": .null, "unread": ["count": 3, "keys": ["ab12cd34ef"]]]
        let said = "3 more cannot be read by this host: it lacks the key ab12cd34ef."
        #expect(ListText.unread(list)?.hasPrefix(said) == true && ListText.unread(["items": []]) == nil)
        let text = EventText.list.text(list)
        #expect(text.contains(said) && !text.contains("No events yet"))
    }

    @Test("columns are aligned, what a token may not see is left out, the next page named") func table() {
        let list: JSON = [
            "items": [
                [
                    "id": "ord_1", "state": "in_progress", "waiting_on": "provider", "connection": "acme", "external_id": "a-1",
                    "withheld": ["candidate"],
                ],
                ["id": "ord_22", "state": "completed", "outcome": "clear", "waiting_on": .null, "connection": "acme", "external_id": "a-2"],
            ], "next": "ord_22",
        ]
        #expect(
            OrderText.list.text(list) == """
                ORDER   STATE        OUTCOME  WAITING ON  PROBLEM  CONNECTION  EXTERNAL ID  ACCOUNT  UPDATED
                ord_1   in_progress  –        provider    –        acme        a-1          –        –
                ord_22  completed    clear    –           –        acme        a-2          –        –
                More: --cursor ord_22
                """
        )
    }

    @Test("an empty page with more behind it does not say that nothing matches") func emptyPage() {
        let page: JSON = ["items": [], "next": "ord_22"]
        #expect(OrderText.list.text(page, isFiltered: true) == "None yet among those looked at.\nMore: --cursor ord_22")
        #expect(OrderText.list.text(["items": [], "next": .null], isFiltered: true) == "Nothing matches.")
    }

    @Test("a command for many things says what became of all of it") func bulk() {
        let job: JSON = ["id": "blk_1", "verb": "order.retry", "state": "stopped", "count": 9, "done": 4, "refused": 3, "superseded": 1, "left": 2]
        #expect(
            BatchOptions.summary(job, "to be sent again")
                == "to be sent again: 4. Skipped, for the ATS was told of a later change: 1. Not possible at present: 2. Stopped; left as they are: 2."
        )
        var ended = job
        ended["reason"] = "The token that asked for it was revoked."
        #expect(BatchOptions.summary(ended, "to be sent again").hasSuffix("Stopped; left as they are: 2. The token that asked for it was revoked."))
        #expect(BatchOptions.summary(["done": 4, "refused": 0, "superseded": 0, "state": "done"], "replayed") == "replayed: 4.")
    }

    @Test("an order begins with where it stands, and says who had it for how long and when it is expected") func explained() {
        let order: JSON = [
            "id": "ord_1", "connection": "acme", "account": "zinc-uk", "provider": "zinc", "external_id": "a-1", "package": "pkg_1",
            "state": "awaiting_candidate", "waiting_on": "candidate", "explanation": "With the candidate for 3 days.",
            "time": ["us": 4, "candidate": 266_400, "provider": 0, "recruiter": 0], "expected_by": ["from": "T5", "to": "T9"],
        ]
        let text = OrderText.details(order, timeline: ["items": []])
        #expect(text.hasPrefix("ord_1  awaiting_candidate, waiting on the candidate\nWith the candidate for 3 days.\n"))
        #expect(text.contains("time") && text.contains("us 4 s, candidate 3 d 2 h") && text.contains("T5 to T9"))
    }

    @Test("an order is shown with its timeline, without personal data where the API gave none") func order() {
        let order: JSON = [
            "id": "ord_1", "connection": "acme", "account": "zinc-uk", "provider": "zinc", "external_id": "a-1", "package": "pkg_1",
            "state": "uncertain", "outcome": .null, "waiting_on": "operator", "provider_ref": .null, "provider_status": [:],
            "checks": [["type": "address-check", "status": "clear"]], "problem": ["code": "lost", "message": "no answer", "at": "T2"],
            "created_at": "T1", "updated_at": "T2",
        ]
        let timeline: JSON = ["items": [["at": "T1", "kind": "accepted", "text": "placed"], ["at": "T2", "kind": "submitting", "text": "sent"]]]
        #expect(
            OrderText.details(order, timeline: timeline) == """
                ord_1  uncertain, waiting on the operator
                  external id  a-1 on the connection acme
                  package      pkg_1 from zinc-uk (zinc)
                  problem      lost: no answer (T2)
                  placed       T1
                  updated      T2

                Checks
                  clear  address-check

                What happened
                  T1  accepted    placed
                  T2  submitting  sent

                Whether the provider has it is not known. Look there, then: fairlead order resolve ord_1 --adopt REF | --resubmit | --abandon
                """
        )
    }

    @Test("an order's timeline says who asked for what and why, and a second request stands beside the first")
    func people() {
        let order: JSON = [
            "id": "ord_1", "connection": "acme", "account": "zinc-uk", "provider": "zinc", "external_id": "a-1", "package": "pkg_1",
            "state": "requested", "provider_ref": "r-1", "problem": ["code": "second_reference", "message": "two requests", "at": "T3"],
        ]
        let timeline: JSON = [
            "items": [
                [
                    "at": "T1", "kind": "command", "text": "refresh asked for", "actor": ["kind": "token", "id": "tok_1", "name": "ops"],
                    "note": "the customer called",
                ],
                [
                    "at": "T2", "kind": "update", "text": "accepted → requested", "actor": ["kind": "system", "id": .null, "name": .null],
                    "note": .null,
                ],
                ["at": "T3", "kind": "problem", "text": "the provider named a second reference", "details": ["second_ref": "r-2"]],
                ["at": "T4", "kind": "command", "text": "cancelled", "actor": ["kind": "person", "id": .null, "name": .null]],
            ]
        ]
        let text = OrderText.details(order, timeline: timeline)
        #expect(text.contains("T1  command  refresh asked for, by ops: the customer called\n"))
        #expect(text.contains("T2  update   accepted → requested\n") && text.contains("T4  command  cancelled, by person\n"))
        #expect(text.contains("  provider ref  r-1\n  second ref    r-2\n"))
        #expect(text.hasSuffix("have the other cancelled; no report takes the problem away."))
    }

    @Test("what somebody wrote stays in its line, whatever it holds")
    func oneLine() {
        let order: JSON = ["id": "ord_1", "state": "requested", "connection": "acme", "external_id": "a-1", "metadata": .null]
        let note = "called\n  T2  command  approved, by ops\r\n\tdone\u{2028}."
        let entry: JSON = [
            "at": "T1", "kind": "command", "text": "refresh asked for", "actor": ["kind": "token", "name": "ops"], "note": .string(note),
            "details": ["logs": [["level": "info", "message": "one\ntwo"]]],
        ]
        let lines = OrderText.details(order, timeline: ["items": [entry]]).split(separator: "\n")
        #expect(lines.contains("  T1  command  refresh asked for, by ops: called   T2  command  approved, by ops  done ."))
        #expect(lines.contains { $0.hasSuffix("info: one two") } && !lines.contains { $0.hasPrefix("  T2") })
    }

    @Test("a run is told step by step, with the script's line where it failed") func run() {
        let run: JSON = [
            "id": "run_1", "connection": "acme", "plugin": "webhook", "plugin_version": "1.0.0", "hook": "on_event", "event": "evt_1",
            "state": "dead", "attempt": 3, "created_at": "T1", "ended_at": "T2",
            "steps": [
                [
                    "n": 1, "kind": "http", "request": ["method": "post", "url": "https://ats.example.test/x"],
                    "reply": ["value": ["status": 201]], "ms": 12,
                ], ["n": 2, "kind": "orders.place", "request": ["external_id": "a-1"], "reply": .null],
            ], "logs": [["at": "T1", "level": "info", "message": "hello", "fields": [:]]],
            "error": [
                "code": "script_error", "message": "no e-mail", "script": "webhook/main.lua", "line": 42, "path": "candidate.email",
                "expected": "an address", "found": "nothing", "hint": "ask for it", "plugin": "webhook", "hook": "on_event",
                "excerpt": ["  41 | local function place()", "> 42 |     email = payload:required(\"candidate.email\")"],
            ],
        ]
        #expect(
            RunText.details(run) == """
                run_1  dead, attempt 3
                  hook   on_event of webhook 1.0.0 on the connection acme
                  event  evt_1
                  begun  T1
                  ended  T2

                Steps
                  1  http POST https://ats.example.test/x  → 201            12 ms
                  2  orders.place a-1                      → no answer yet  –

                Log
                  T1  info  hello

                Error
                  webhook/main.lua:42: on_event of webhook: no e-mail
                      41 | local function place()
                    > 42 |     email = payload:required("candidate.email")
                    path candidate.email · expected an address · found nothing
                    hint: ask for it

                It waits for a person: fairlead run retry run_1, or fairlead run discard run_1
                """
        )
    }
}
