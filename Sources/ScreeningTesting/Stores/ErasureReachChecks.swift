import Screening

extension StoreConformance {
    /// What is of a person and does not say so by an address.
    static let erasureReach = [
        Check("what only found an order goes with its person, and what asked for somebody else's stays unless it names them") { trial in
            let order = try await placed(trial, "application-101", of: ana, with: #"{"email": "ana@example.test"}"#)
            let cancelling = try await delivered(trial, #"{"application": 7, "name": "Roe, Ana", "phone": "01632 960000"}"#)
            try await found(trial, order, by: cancelling)
            let shared = try await delivered(trial, #"{"ids": [1, 2], "who": "Ana Roe"}"#)
            let others = try await delivered(trial, #"{"ids": [1, 2]}"#)
            for (number, source) in [shared, others].enumerated() {
                try await found(trial, order, by: source)
                let other = trial.order("application-20\(number)", candidate: ben)
                _ = try await trial.store.remember([], of: source.run, doing: .place(other, asked: nil, reorder: nil) { _ in .null })
            }
            let plan = try trial.unwrap(try await trial.store.records(of: .order(order)), "the order is not there")
            try trial.expect(plan.events.contains(cancelling.event), "what cancelled the order is not found")
            _ = try await erase(trial, .order(order))
            try trial.expect(try await trial.store.event(cancelling.event) == nil, "what cancelled the order is there still")
            try trial.expect(try await trial.store.event(shared.event) == nil, "what names the person is there still")
            try trial.expect(try await trial.store.event(others.event) != nil, "what asked for somebody else's order is gone")
            let known = try await trial.store.order(connection: "acme", externalID: "application-200")
            try trial.expect(known?.candidate.email.value == "ben@example.test", "somebody else's order is gone")
        },
        Check("what said that it is about an application goes with its person, though it never came to the order") { trial in
            let order = try await placed(trial, "application-101", of: ana, with: #"{"email": "ana@example.test"}"#)
            let (about, other) = (try await delivered(trial, #"{"name": "Ana"}"#), try await delivered(trial, #"{"name": "Ben"}"#))
            for (source, name) in [(about, "application-101"), (other, "application-1011")] {
                var run = try trial.unwrap(try await trial.store.run(source.run), "no run")
                run.searchTexts = Personal([name])
                run.state = .skipped
                try await trial.store.perform([.run(run)])
            }
            _ = try await erase(trial, .order(order))
            try trial.expect(try await trial.store.event(about.event) == nil, "what is about the application is there still")
            try trial.expect(try await trial.store.event(other.event) != nil, "what is about another is gone")
        },
        Check("who stands only in what a script was answered is found, in runs of no event too, once they have ended") { trial in
            let source = try await delivered(trial, #"{"application": 7}"#)
            try await answered(trial, source.run, "ana@example.test")
            let ended = try await trial.stored(trial.run(hook: "sync", state: .running))
            let going = try await trial.stored(trial.run(hook: "sync", state: .running))
            let other = try await trial.stored(trial.run(hook: "sync", state: .running))
            for (run, address) in [(ended.id, "Ana@example.test"), (going.id, "ana@example.test"), (other.id, "ben@example.test")] {
                try await answered(trial, run, address)
            }
            let reading = try trial.unwrap(try await trial.store.run(source.run), "no run")
            for var run in [reading, ended, other] {
                run.state = .done
                try await trial.store.perform([.run(run)])
            }
            _ = try await erase(trial, .email(Personal("ana@example.test")))
            try trial.expect(try await trial.store.event(source.event) != nil, "an event that does not name her is gone")
            try trial.expect(try await trial.store.steps(of: source.run).isEmpty, "what its run was answered is there still")
            try trial.expect(try await trial.store.run(ended.id) == nil, "the run whose answers name her is there still")
            try trial.expect(try await trial.store.run(other.id) != nil, "a run that read of somebody else is gone")
            try trial.expect(try await trial.store.eraseDue() == 0, "a run went that goes on")
            var last = going
            last.state = .done
            try await trial.store.perform([.run(last)])
            try trial.expect(try await trial.store.eraseDue() == 1, "a run stays that has ended")
            let left = try await (trial.store.run(going.id), trial.store.steps(of: going.id))
            try trial.expect(left.0 == nil && left.1.isEmpty, "what it read is there still")
        },
        Check("who stands in what a script was answered for somebody else takes the answer along, and nothing that is theirs") { trial in
            let body = #"{"application": "application-201", "email": "ben@example.test"}"#
            let bens = try await placed(trial, "application-201", of: ben, with: body, dedupe: "d-1", group: "g-1")
            let event = try trial.unwrap(try await trial.store.order(bens)?.causedBy?.event, "the order is of no event")
            let next = try await delivered(trial, #"{"application": "application-201"}"#, dedupe: "d-2", group: "g-1")
            let done = try trial.unwrap(try await trial.store.event(event)?.runs.first, "no run")
            let order = try await placed(trial, "application-101", of: ana, with: #"{"email": "ana@example.test"}"#)
            for run in [done, next.run] { try await answered(trial, run, "ana@example.test") }
            let looking = try await delivered(trial, #"{"list": 1}"#, dedupe: "d-3", group: "g-3")
            try await found(trial, order, by: looking)
            for id in [done, looking.run] {
                var run = try trial.unwrap(try await trial.store.run(id), "no run")
                run.state = .done
                try await trial.store.perform([.run(run)])
            }
            _ = try await erase(trial, .order(order))
            for (id, run) in [(event, done), (next.event, next.run), (looking.event, looking.run)] {
                let (isThere, hasRun) = (try await trial.store.event(id) != nil, try await trial.store.run(run) != nil)
                try trial.expect(isThere && hasRun, "what is of somebody else is gone")
            }
            for mark in [ErasureMark.dedupe("d-1"), .dedupe("d-2"), .dedupe("d-3"), .group("g-1"), .group("g-3"), .externalID("application-201")] {
                try trial.expect(try await !trial.store.isErased([mark], on: "acme"), "\(mark) of somebody else is marked")
            }
            for run in [done, looking.run] {
                try trial.expect(try await trial.store.steps(of: run).isEmpty, "what it was answered is there still")
            }
            try trial.expect(try await !trial.store.steps(of: next.run).isEmpty, "a run that goes on lost what it was answered")
            try trial.expect(try await trial.store.eraseDue() == 0, "it goes before the run has ended")
            var last = try trial.unwrap(try await trial.store.run(next.run), "no run")
            last.state = .done
            try await trial.store.perform([.run(last)])
            try trial.expect(try await trial.store.eraseDue() == 1, "it does not go once the run has ended")
            let left = try await (trial.store.event(next.event), trial.store.run(next.run), trial.store.steps(of: next.run))
            try trial.expect(left.0 != nil && left.1 != nil && left.2.isEmpty, "more or less went than it was answered")
            try trial.expect(try await trial.store.eraseDue() == 0, "it goes twice")
            try trial.expect(try await trial.store.order(bens) != nil, "somebody else's order is gone")
        },
        Check("what comes of an order or its application while its person is erased, and names nobody, goes as well") { trial in
            let body = #"{"email": "ana@example.test"}"#
            let order = try await placed(trial, "application-101", of: ana, with: body, dedupe: "d-1", group: "g-1")
            let late = [
                trial.event(kind: .webhook, account: "zinc-uk", order: order, body: Array(#"{"status": "done"}"#.utf8)),
                trial.event(body: Array(#"{"application": "application-101"}"#.utf8)), trial.event(body: Array("{}".utf8), group: "g-1"),
            ]
            let other = trial.event(body: Array(#"{"application": "application-202"}"#.utf8))
            let erased = try await trial.store.erase(.order(order), as: trial.id(.erasure), window: .seconds(60), by: .system, note: nil) { _ in
                // What is to be destroyed is known by now, and nothing is destroyed yet. Asked a second time, they are there already or come too late.
                for event in late + [other] { _ = try? await trial.store.accept(event, dedupe: nil) }
                return ErasureTelling()
            }
            for event in late { try trial.expect(try await trial.store.event(event.id) == nil, "\(event.kind) is there still") }
            try trial.expect(try await trial.store.event(other.id) != nil, "what is of somebody else is gone")
            try trial.expect(erased?.counts["events"] == 4, "the certificate counts \(erased?.counts ?? [:])")
            let after = trial.event(kind: .webhook, account: "zinc-uk", order: order)
            try await trial.expectConflict { _ = try await trial.store.accept(after, dedupe: nil) }
            try trial.expect(try await trial.claim().map(\.work) == [.event(other.id)], "other work is left")
        },
        Check("what comes of an application while its person is looked for goes as well, however long that takes") { trial in
            _ = try await placed(trial, "application-101", of: ana, with: #"{"email": "ana@example.test"}"#)
            let subject = ErasureSubject.email(Personal("ana@example.test"))
            let erased = try await trial.store.erase(subject, as: trial.id(.erasure), window: .seconds(60), by: .system, note: nil) { things in
                // The order is there the first time only.
                guard !things.orders.isEmpty else { return ErasureTelling() }
                trial.clock.advance(by: .seconds(600))
                _ = try? await trial.store.accept(trial.event(body: Array(#"{"application": "application-101"}"#.utf8)), dedupe: nil)
                return ErasureTelling()
            }
            try trial.expect(try await trial.store.events(EventQuery(), PageRequest()).items.isEmpty, "what came late is there still")
            try trial.expect(erased?.counts["events"] == 2, "the certificate counts \(erased?.counts ?? [:])")
        },
        Check("one address among thousands in one delivery is found") { trial in
            let others = (0..<1500).map { #""a\#($0)@example.test""# }.joined(separator: ",")
            let event = trial.event(body: Array(#"{"all": [\#(others), "ana@example.test"]}"#.utf8))
            _ = try await trial.store.accept(event, dedupe: nil)
            let some = trial.event(body: Array(#"{"all": [\#(others)]}"#.utf8))
            _ = try await trial.store.accept(some, dedupe: nil)
            let found = try await trial.store.records(of: .email(Personal("ana@example.test")))?.events
            try trial.expect(found == [event.id], "\(found?.count ?? -1) events are found")
            let reading = try await trial.stored(trial.run(hook: "sync", state: .done))
            let other = try await trial.stored(trial.run(hook: "sync", state: .done))
            try await answered(trial, reading.id, "\((0..<1500).map { "z\($0)@example.test" }.joined(separator: " ")) zoe@example.test")
            try await answered(trial, other.id, (0..<1500).map { "z\($0)@example.test" }.joined(separator: " "))
            let runs = try await trial.store.records(of: .email(Personal("zoe@example.test")))?.runs
            try trial.expect(runs == [reading.id], "\(runs?.count ?? -1) runs are found by what they were answered")
        },
        Check("values that name the person by name or telephone go, and notes and reasons that do in any way") { trial in
            let order = try await placed(trial, "application-101", of: ana, with: #"{"email": "ana@example.test"}"#)
            let run = try await delivered(trial, "{}").run
            let values: [(String, JSON)] = [
                ("a", ["first": "Ana", "last": "Röe"]), ("b", "call +44 1632 960000"), ("c", "Roe, Ana"), ("d", ["name": "Ana Smith"]),
                ("e", "Ana"), ("f", "960000"),
            ]
            for (key, value) in values {
                try await trial.store.remember([], of: run, doing: .value(connection: "acme", key: key, value, expires: nil))
            }
            let (cause, issue) = (IssueCause(.clock), trial.id(.issue))
            _ = try await trial.store.observe([IssueSighting(cause, id: issue, at: trial.now)])
            for text in ["01632 960000 called", "ROE, Ana called", "of application-101", "Ana called", "the clock is seen to"] {
                _ = try await trial.store.change(issue: issue, .note, by: .system, note: Personal(text), at: trial.now)
                trial.clock.advance(by: .seconds(1))
            }
            try await trial.store.record(AuditAct(by: .system, "candidate.find", reason: Personal("ana@example.test wrote")))
            try await trial.store.record(AuditAct(by: .system, "candidate.find", reason: Personal("Ana Röe asked")))
            try await trial.store.record(AuditAct(by: .system, "candidate.find", reason: Personal("a letter")))
            let commands = ["for Ana Roe", "for all"].map { note in
                BulkJob(id: trial.id(.bulk), verb: .retryRuns, actor: .system, note: note, connections: nil, count: 1, createdAt: trial.now)
            }
            for command in commands { try await trial.store.perform([.begin(command, of: ["run_1"])]) }
            for name in ["of Ana Roe", "late"] {
                _ = try await trial.store.keep(SavedView(id: name, name: name, query: "older=9d", createdAt: trial.now), of: "tok_1")
            }
            let id = trial.id(.erasure)
            let why = Personal("Ana Roe wrote from ana@example.test")
            _ = try await trial.store.erase(.order(order), as: id, window: .seconds(86_400), by: .system, note: why)
            for (key, isKept) in [("a", false), ("b", false), ("c", false), ("d", true), ("e", true), ("f", true)] {
                let isThere = try await trial.store.value(connection: "acme", key: key) != nil
                try trial.expect(isThere == isKept, "the value \(key) is \(isKept ? "gone" : "kept")")
            }
            let notes = try await trial.store.issues(IssueQuery(), PageRequest()).items.first?.notes.map(\.text.value)
            try trial.expect(notes == ["Ana called", "the clock is seen to"], "the issue's notes are \(notes?.count ?? -1)")
            let looks = try await trial.store.audit(AuditQuery(), PageRequest()).items.filter { $0.action == "candidate.find" }
            let reasons = looks.map { $0.reason?.value }
            try trial.expect(reasons == ["a letter", nil, nil], "\(reasons.count) reasons are kept")
            let said = try await trial.store.audit(AuditQuery(), PageRequest()).items.filter { $0.subject == id }
            try trial.expect(said.count == 1 && said[0].note == nil, "what was written of the erasure names whom it is of")
            var left: [String?] = []
            for command in commands { left.append(try await trial.store.bulkJob(command.id)?.note?.value) }
            try trial.expect(left == [nil, "for all"], "the notes of commands for many are \(left.count)")
            try trial.expect(try await trial.store.views(of: "tok_1").map(\.id) == ["late"], "the view under the person's name is kept")
            try trial.expect(looks.allSatisfy { $0.actor == .system }, "who looked is gone")
            try trial.expect(try await trial.store.verifyAudit(anchors: []).isWhole, "the audit does not verify any more")
        },
        Check("a person called like anything else takes nothing along that is not of them") { trial in
            let candidate = Candidate(firstName: "Candidate", lastName: "Called", email: "ana@example.test", phone: "000000000", country: "GB")
            let order = try await placed(trial, "Search", of: candidate, with: #"{"email": "ana@example.test"}"#)
            let run = try await delivered(trial, "{}").run
            let values: [(String, String, JSON)] = [
                ("acme", "a", "joana@example.test"), ("acme", "b", "Search"), ("acme", "c", "000000000"), ("beta", "d", "Candidate Called"),
                ("acme", "e", ["number": 1_000_000_000]),
            ]
            for (connection, key, value) in values {
                try await trial.store.remember([], of: run, doing: .value(connection: connection, key: key, value, expires: nil))
            }
            _ = try await trial.store.begin(key: "one", bodyHash: "x")
            try await trial.store.recordResponse(key: "one", status: 201, body: Array(#"{"title": "Search", "note": "candidate called"}"#.utf8))
            for reason in ["Search", "Candidate called", "joana@example.test", "000000000 000000000"] {
                try await trial.store.record(AuditAct(by: .system, "candidate.find", reason: Personal(reason)))
            }
            _ = try await erase(trial, .order(order))
            for (connection, key, _) in values {
                try trial.expect(try await trial.store.value(connection: connection, key: key) != nil, "the value \(key) of somebody else is gone")
            }
            try trial.expect(try await trial.store.begin(key: "one", bodyHash: "x") != .fresh, "an answer of somebody else is gone")
            let looks = try await trial.store.audit(AuditQuery(), PageRequest()).items.filter { $0.action == "candidate.find" }
            try trial.expect(looks.compactMap(\.reason).count == 4, "reasons of somebody else are gone")
        },
        Check("whoever is ordered for anew is heard of again: all marks of the application go, and none of another") { trial in
            let body = #"{"application": "application-101", "email": "ana@example.test"}"#
            let order = try await placed(trial, "application-101", of: ana, with: body, dedupe: "d-1", group: "g-1")
            let other = #"{"application": "application-102", "email": "ana@example.test"}"#
            _ = try await placed(trial, "application-102", of: ana, with: other, dedupe: "d-2", group: "g-2")
            try await cancelled(trial, order)
            _ = try await erase(trial, .order(order))
            func marks(_ number: Int) -> [ErasureMark] {
                let name = "application-10\(number)"
                return [.externalID(name), .dedupe("d-\(number)"), .group("g-\(number)"), .value(path: ".application", name)]
            }
            for mark in marks(1) + marks(2) { try trial.expect(try await trial.store.isErased([mark], on: "acme"), "\(mark) is not known") }
            let anew = try await trial.store.place(trial.order("application-101", candidate: ana), reorder: Reorder())
            try trial.expect(anew.isNew, "it was not ordered anew")
            for mark in marks(1) { try trial.expect(try await !trial.store.isErased([mark], on: "acme"), "\(mark) stays") }
            for mark in marks(2) { try trial.expect(try await trial.store.isErased([mark], on: "acme"), "\(mark) of another application is gone") }
        },
        Check("whoever is ordered for anew is heard of again though what was said of them is shared with another who was erased") { trial in
            let first = try await placed(trial, "application-101", of: ana, with: #"{"email": "ana@example.test"}"#, dedupe: "d-1", group: "g-1")
            _ = try await placed(trial, "application-102", of: ana, with: #"{"email": "ana@example.test"}"#, dedupe: "d-2", group: "g-1")
            _ = try await delivered(trial, #"{"application": 7}"#, dedupe: "d-3", group: "g-1")
            try await cancelled(trial, first)
            _ = try await erase(trial, .order(first))
            let shared = [ErasureMark.group("g-1"), .dedupe("d-1"), .dedupe("d-3")]
            for mark in shared { try trial.expect(try await trial.store.isErased([mark], on: "acme"), "\(mark) is not known") }
            _ = try await trial.store.place(trial.order("application-101", candidate: ana), reorder: Reorder())
            for mark in shared { try trial.expect(try await !trial.store.isErased([mark], on: "acme"), "\(mark) stays") }
            let other = try await trial.store.isErased([.externalID("application-102")], on: "acme")
            try trial.expect(other, "the other application is heard of again")
        },
        Check("an erasure that meets a legal hold takes nothing, and is as if it had not been asked for") { trial in
            let order = try await placed(trial, "application-101", of: ana, with: #"{"email": "ana@example.test"}"#)
            let hold = LegalHold(id: trial.id(.hold), order: order, email: nil, at: trial.now, actor: .system, note: nil)
            try await trial.store.hold(hold)
            try await trial.expectConflict { _ = try await erase(trial, .order(order)) }
            try trial.expect(try await trial.store.order(order) != nil, "what is held is gone")
            try trial.expect(try await trial.store.erasures().isEmpty, "the erasure is listed")
            try trial.expect(try await trial.store.replayErasures() == 0, "the erasure is done later")
            try trial.expect(try await trial.store.order(order) != nil, "what is held is gone later")
            _ = try await trial.store.release(order: order)
            try trial.expect(try await erase(trial, .order(order)) != nil, "it is not erased once it is let go")
            try trial.expect(try await trial.store.order(order) == nil, "it is there still")
        },
        Check("what tells others of an erasure is queued with it, and what it would destroy is counted without destroying it") { trial in
            let order = try await placed(trial, "application-101", of: ana, with: #"{"email": "ana@example.test"}"#)
            let would = try trial.unwrap(try await trial.store.erasable(.order(order)), "the order is not there")
            try trial.expect(would["orders"] == 1 && would["events"] == 1 && would["keys"] == 2, "it would destroy \(would)")
            try trial.expect(try await trial.store.order(order) != nil, "counting destroys")
            try trial.expect(try await trial.store.erasable(.order("ord_0")) == nil, "an order that is not there would be erased")
            let run = trial.run(hook: "on_erase")
            let erasure = try await trial.store.erase(
                .order(order),
                as: trial.id(.erasure),
                window: .seconds(86_400),
                by: .system,
                note: nil
            ) { things in
                things.orders.map(\.externalID) == ["application-101"] && things.connections == ["acme"]
                    ? ErasureTelling(runs: [run], told: ["connection:acme": "waiting: \(run.id)"]) : ErasureTelling()
            }
            try trial.expect(erasure?.counts == would, "\(erasure?.counts ?? [:]) was destroyed, and not \(would)")
            try trial.expect(erasure?.told == ["connection:acme": "waiting: \(run.id)"] && erasure?.isSigned == true, "\(erasure?.told ?? [:])")
            try trial.expect(try await trial.store.run(run.id)?.state == .queued, "the run that tells is not there")
            try trial.expect(try await trial.store.places(of: [.run(run.id)])[.run(run.id)] != nil, "it is not queued")
            try await trial.store.note(told: ["connection:acme": "told"], of: erasure?.id ?? "")
            let noted = try await trial.store.erasure(erasure?.id ?? "")
            try trial.expect(noted?.told == ["connection:acme": "told"] && noted?.isSigned == true, "the certificate does not say so")
        },
    ]

    private static let ana = Candidate(firstName: "Ana", lastName: "Röe", email: "ana@example.test", phone: "+441632960000", country: "GB")
    private static let ben = Candidate(firstName: "Ben", lastName: "Poe", email: "ben@example.test")

    private static func erase(_ trial: StoreTrial, _ subject: ErasureSubject) async throws -> Erasure? {
        try await trial.store.erase(subject, as: trial.id(.erasure), window: .seconds(86_400), by: .system, note: nil)
    }

    private static func delivered(
        _ trial: StoreTrial,
        _ body: String,
        dedupe: DedupeKey? = nil,
        group: String? = nil
    ) async throws -> (event: String, run: String) {
        let event = trial.event(body: Array(body.utf8), group: group)
        _ = try await trial.store.accept(event, dedupe: dedupe)
        return (event.id, try await trial.stored(trial.run(event: event.id)).id)
    }

    private static func placed(
        _ trial: StoreTrial,
        _ externalID: String,
        of candidate: Candidate,
        with body: String,
        dedupe: DedupeKey? = nil,
        group: String? = nil
    ) async throws -> String {
        let run = try await delivered(trial, body, dedupe: dedupe, group: group).run
        let order = trial.order(externalID, candidate: candidate)
        let placed = try await trial.store.remember([], of: run, doing: .place(order, asked: nil, reorder: nil) { _ in .null })
        return try trial.unwrap(placed, "no order was placed").id
    }

    /// Only an order that ended may be ordered anew once its person was erased.
    private static func cancelled(_ trial: StoreTrial, _ id: String) async throws {
        var order = try trial.unwrap(try await trial.store.order(id), "the order is not there").changed(to: .cancelled)
        order.record.endedAt = trial.now
        try await trial.store.perform([.order(order), .unqueue(.submit(order: id))])
    }

    /// A run looks for an order and finds it.
    private static func found(_ trial: StoreTrial, _ order: String, by source: (event: String, run: String)) async throws {
        var step = Step(number: 1, kind: "orders.find", requestHash: "x", request: [:], at: trial.now)
        step.reply = Personal(["value": ["id": .string(order)]])
        try await trial.store.remember([step], of: source.run, doing: nil)
    }

    /// A run is answered something that names an address.
    private static func answered(_ trial: StoreTrial, _ run: String, _ address: String) async throws {
        var step = Step(number: 1, kind: "http", requestHash: "x", request: [:], at: trial.now)
        step.reply = Personal(["value": ["status": 200, "body": .string(#"{"candidate": {"email": "\#(address)"}}"#)]])
        try await trial.store.remember([step], of: run, doing: nil)
    }
}
