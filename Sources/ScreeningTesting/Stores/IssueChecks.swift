import Screening

extension StoreConformance {
    static let issues: [Check] = [
        Check("one issue stands for one cause: seen again it is counted, not opened again") { trial in
            let cause = IssueCause(.scriptFailing, connection: "acme", code: "script_error", plugin: "acme.lua", hook: "on_event", line: 7)
            let first = try await trial.sees(cause)
            try trial.expect(first.kind == .opened && first.issue.count == 1 && first.issue.cause == cause, "got \(first)")
            trial.clock.advance(by: .seconds(5))
            let again = try await trial.sees(cause, .more(3), details: ["a": 1])
            try trial.expect(again.kind == .none && again.issue.id == first.issue.id, "it is another: \(again)")
            try trial.expect(again.issue.count == 4 && again.issue.lastSeenAt == trial.now, "it was not counted: \(again)")
            try trial.expect(again.issue.firstSeenAt == first.issue.firstSeenAt, "it began later")
            try trial.expect(try await trial.store.issue(first.issue.id) == again.issue, "another is stored")
            let total = try await trial.sees(cause, .total(2))
            try trial.expect(total.issue.count == 2, "it holds up \(total.issue.count)")
        },
        Check("causes that differ in one part are issues of their own") { trial in
            let base = IssueCause(.deadLetters, connection: "acme", account: "zinc-uk", code: "a", plugin: "p", hook: "on_event", line: 1, host: "h")
            var others = Array(repeating: base, count: 8)
            others[0].kind = .updatesNotTold
            others[1].connection = nil
            others[2].account = "zinc-de"
            others[3].code = "b"
            others[4].plugin = nil
            others[5].hook = "on_update"
            others[6].line = 2
            others[7].host = "g"
            let sightings = ([base] + others).map { IssueSighting($0, id: trial.id(.issue), at: trial.now) }
            let seen = try await trial.store.observe(sightings)
            try trial.expect(seen.allSatisfy { $0.kind == .opened } && Set(seen.map(\.issue.id)).count == 9, "some are one")
            try trial.expect(seen.map(\.issue.cause) == [base] + others, "in another order")
        },
        Check("two that see the same cause at once open one issue") { trial in
            let cause = IssueCause(.providerAway, account: "zinc-uk")
            let seen = try await withThrowingTaskGroup(of: IssueTransition.self) { group in
                for _ in 0..<12 { group.addTask { try await trial.sees(cause) } }
                return try await group.reduce(into: [IssueTransition]()) { $0.append($1) }
            }
            try trial.expect(seen.count { $0.kind == .opened } == 1, "it was opened \(seen.count { $0.kind == .opened }) times")
            try trial.expect(Set(seen.map(\.issue.id)).count == 1, "there are several")
            try trial.expect(seen.map(\.issue.count).max() == 12, "some were not counted")
        },
        Check("a cause that is gone resolves its issue once, and one that returns opens it again") { trial in
            let cause = IssueCause(.credentialsRefused, account: "zinc-uk")
            let opened = try await trial.sees(cause, .more(5))
            trial.clock.advance(by: .seconds(60))
            let gone = try await trial.store.resolve([cause, IssueCause(.clock)], at: trial.now, unseenSince: nil)
            try trial.expect(gone.map(\.kind) == [.resolved] && gone[0].issue.resolvedAt == trial.now, "got \(gone)")
            try trial.expect(try await trial.store.resolve([cause], at: trial.now, unseenSince: nil).isEmpty, "it was resolved twice")
            trial.clock.advance(by: .seconds(60))
            let back = try await trial.sees(cause)
            try trial.expect(back.kind == .reopened && back.issue.id == opened.issue.id, "got \(back)")
            try trial.expect(back.issue.openedAt == trial.now && back.issue.resolvedAt == nil && back.issue.count == 1, "got \(back.issue)")
            try trial.expect(back.issue.firstSeenAt == opened.issue.firstSeenAt, "it was first seen later")
        },
        Check("what was seen lately is not resolved as unseen") { trial in
            let cause = IssueCause(.hostPaused, connection: "acme", host: "ats.example.test")
            _ = try await trial.sees(cause)
            let then = trial.now
            try trial.expect(try await trial.store.resolve([cause], at: then, unseenSince: then).isEmpty, "it was resolved")
            trial.clock.advance(by: .seconds(1))
            let gone = try await trial.store.resolve([cause], at: trial.now, unseenSince: trial.now)
            try trial.expect(gone.count == 1, "it was not resolved")
        },
        Check("a snoozed issue is opened again when the snooze is over and the cause is still seen") { trial in
            let cause = IssueCause(.unknownWords, connection: "acme", account: "zinc-uk", code: "unrecognised_status")
            let id = try await trial.sees(cause).issue.id
            let until = trial.now + .seconds(3600)
            let note = Personal("Ana knows")
            let snoozed = try trial.unwrap(
                try await trial.store.change(issue: id, .snooze(until: until), by: .system, note: note, at: trial.now),
                "it is not there"
            )
            try trial.expect(snoozed.kind == .none && snoozed.issue.snoozedUntil == until, "got \(snoozed)")
            try trial.expect(snoozed.issue.notes == [IssueRecord.Note(at: trial.now, actor: .system, text: note)], "the note is not kept")
            trial.clock.advance(by: .seconds(1800))
            try trial.expect(try await trial.sees(cause).kind == .none, "it was told of while snoozed")
            try trial.expect(try await trial.list { $0.states = [.snoozed] } == [id], "it is not listed as snoozed")
            trial.clock.set(to: until)
            try trial.expect(try await trial.list { $0.states = [.open] } == [id], "it is not listed as open after the snooze")
            let back = try await trial.sees(cause)
            try trial.expect(back.kind == .reopened && back.issue.snoozedUntil == nil, "got \(back)")
            try trial.expect(try await trial.sees(cause).kind == .none, "it was opened twice")
        },
        Check("what somebody does with an issue is kept, also over a restart") { trial in
            let id = try await trial.sees(IssueCause(.silent, connection: "acme"), details: ["usual": 40]).issue.id
            let actor = Actor.token(id: "tok_1", name: "ops")
            let owner = try await trial.store.change(issue: id, .owner(Personal("Ben")), by: actor, note: nil, at: trial.now)
            try trial.expect(owner?.issue.owner == Personal("Ben") && owner?.kind == IssueTransition.Kind.none, "got \(String(describing: owner))")
            let resolved = try await trial.store.change(issue: id, .resolve, by: actor, note: Personal("asked the ATS"), at: trial.now)
            try trial.expect(resolved?.kind == .resolved && resolved?.issue.resolvedBy == actor, "got \(String(describing: resolved))")
            let twice = try await trial.store.change(issue: id, .resolve, by: actor, note: nil, at: trial.now)
            try trial.expect(twice?.kind == IssueTransition.Kind.none, "it was resolved twice")
            try trial.expect(try await trial.store.change(issue: "iss_none", .note, by: actor, note: nil, at: trial.now) == nil, "it is there")
            for number in 0..<60 {
                _ = try await trial.store.change(issue: id, .note, by: actor, note: Personal("note \(number)"), at: trial.now)
            }
            await trial.store.close()
            let store = try await trial.reopen()
            let kept = try await store.issue(id)
            await store.close()
            try trial.expect(kept?.owner == Personal("Ben") && kept?.details == ["usual": 40], "got \(String(describing: kept))")
            try trial.expect(kept?.notes.count == IssueRecord.keptNotes && kept?.notes.last?.text == Personal("note 59"), "the notes are others")
        },
        Check("issues are listed by state, kind, connection and account, in pages") { trial in
            let causes = [
                IssueCause(.deadLetters, connection: "acme", code: "a"), IssueCause(.deadLetters, connection: "beta", code: "a"),
                IssueCause(.credentialsRefused, account: "zinc-uk"), IssueCause(.ordersUncertain, connection: "acme", account: "zinc-uk"),
                IssueCause(.clock),
            ]
            var ids: [String] = []
            for cause in causes {
                ids.append(try await trial.sees(cause).issue.id)
                trial.clock.advance(by: .milliseconds(1))
            }
            _ = try await trial.store.resolve([causes[1]], at: trial.now, unseenSince: nil)
            try trial.expect(try await trial.list { _ in } == ids.reversed(), "not the newest first")
            try trial.expect(try await trial.list { $0.states = [.resolved] } == [ids[1]], "others are resolved")
            try trial.expect(try await trial.list { $0.kinds = [.deadLetters] } == [ids[1], ids[0]], "others are of the kind")
            try trial.expect(try await trial.list { $0.account = "zinc-uk" } == [ids[3], ids[2]], "others are of the account")
            try trial.expect(try await trial.list { $0.connections = ["acme"] } == [ids[3], ids[0]], "others are on the connection")
            let beside = try await trial.list {
                $0.connections = ["acme"]
                $0.accountsBeside = ["zinc-uk"]
            }
            try trial.expect(beside == [ids[3], ids[2], ids[0]], "others are shown to who sees the account")
            try trial.expect(try await trial.list { $0.connections = [] } == [], "something is on no connection")
            var query = IssueQuery()
            query.at = trial.now
            try trial.expect(try await trial.store.issueCounts(query) == [.open: 4, .resolved: 1], "they are counted otherwise")
            let first = try await trial.store.issues(query, PageRequest(limit: 3))
            let rest = try await trial.store.issues(query, PageRequest(limit: 3, cursor: first.next))
            try trial.expect((first.items + rest.items).map(\.id) == ids.reversed() && rest.next == nil, "the pages do not fit")
            try await trial.store.forgetIssues(resolvedBefore: trial.now)
            try trial.expect(try await trial.list { $0.states = [.resolved] } == [ids[1]], "it was forgotten too early")
            trial.clock.advance(by: .seconds(1))
            try await trial.store.forgetIssues(resolvedBefore: trial.now)
            try trial.expect(try await trial.list { _ in }.count == 4, "it was not forgotten")
        },
    ]

    static let standing: [Check] = [
        Check("runs that failed alike stand for one cause, until they are seen to") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            let first = try await trial.failed("script_error", line: 5)
            trial.clock.advance(by: .seconds(1))
            let second = try await trial.failed("script_error", line: 5)
            _ = try await trial.failed("script_error", line: 5, on: "beta")
            _ = try await trial.failed("retry", line: nil)
            _ = try await trial.failed("retry", line: nil, .waiting)
            var untold = trial.run(hook: "on_update", order: order.id, state: .dead)
            untold.fail(RunFailure("http", "as invented"), attempt: 1, at: trial.now)
            _ = try await trial.stored(untold)
            let script = IssueCause(.scriptFailing, connection: "acme", code: "script_error", plugin: "acme.lua", hook: "on_event", line: 5)
            let told = IssueCause(.updatesNotTold, connection: "acme", code: "http", plugin: "webhook", hook: "on_update")
            var standing = Dictionary(try await trial.store.standingCauses().map { ($0.cause, $0) }) { $1 }
            try trial.expect(standing.count == 4, "there are \(standing.keys)")
            try trial.expect(
                standing[script]?.count == 2 && standing[script]?.since == first.createdAt,
                "got \(String(describing: standing[script]))"
            )
            try trial.expect(standing[told]?.count == 1, "the update is not there")
            let dead = IssueCause(.deadLetters, connection: "acme", code: "retry", plugin: "webhook", hook: "on_event")
            try trial.expect(standing[dead]?.count == 1, "what waits counts as given up")
            let held = try await trial.store.members(of: script, connections: nil, limit: 1)
            try trial.expect(held.runs == IssueMembers.Group(total: 2, ids: [second.id]), "got \(held.runs)")
            try trial.expect(held.events.total == 2 && held.events.ids == [second.event], "got \(held.events)")
            try trial.expect(try await trial.store.members(of: script, connections: ["beta"], limit: 9) == IssueMembers(), "of another connection")
            try trial.expect(try await trial.store.members(of: told, connections: nil, limit: 9).orders.ids == [order.id], "another order")
            var runs = RunQuery()
            runs.cause = script
            let page = try await trial.store.runs(runs, PageRequest(limit: 1))
            try trial.expect(page.items.map(\.id) == [second.id] && page.next != nil, "the runs of a cause are \(page.items.map(\.id))")
            let rest = try await trial.store.runs(runs, PageRequest(cursor: page.next))
            try trial.expect(rest.items.map(\.id) == [first.id] && rest.next == nil, "the other runs of a cause are \(rest.items.map(\.id))")
            runs.text = Personal(first.id)
            try trial.expect(try await trial.store.runs(runs, PageRequest()).items.map(\.id) == [first.id], "searched among the runs of a cause")
            runs.cause = told
            try trial.expect(try await trial.store.runs(runs, PageRequest()).items.isEmpty, "a run of another cause is found")
            var mended = first
            mended.state = .done
            var discarded = second
            discarded.state = .discarded
            try await trial.store.perform([.run(mended), .run(discarded)])
            standing = Dictionary(try await trial.store.standingCauses().map { ($0.cause, $0) }) { $1 }
            try trial.expect(standing[script] == nil && standing.count == 3, "it still stands")
        },
        Check("a run that cannot be read stands as one that was given up") { trial in
            let event = try await trial.store.accept(trial.event(), dedupe: nil).event
            let run = try await trial.stored(trial.run(event: event))
            try await trial.store.perform([.unreadable(run: run.id)])
            let cause = IssueCause(.deadLetters, connection: "acme", code: "unreadable", plugin: "webhook", hook: "on_event")
            let standing = try await trial.store.standingCauses()
            try trial.expect(standing.map(\.cause) == [cause] && standing[0].count == 1, "got \(standing)")
        },
        Check("orders that wait for a person stand by account and problem, and events that nobody could handle") { trial in
            let uncertain = try await trial.troubled("a", .uncertain, "uncertain")
            let failed = try await trial.troubled("b", .failed, "gave_up")
            let unknown = try await trial.troubled("c", .inProgress, Problem.unknownAtProvider)
            let odd = try await trial.troubled("d", .awaitingCandidate, "unrecognised_status")
            let second = try await trial.troubled("e", .inProgress, Problem.secondReference)
            _ = try await trial.troubled("f", .failed, Problem.abandoned)
            _ = try await trial.troubled("g", .completed)
            let event = try await trial.store.accept(trial.event(kind: .webhook, connection: nil, account: "zinc-uk"), dedupe: nil).event
            let problem = Problem(code: "unreadable", message: "as invented", at: trial.now)
            try await trial.store.perform([.event(id: event, state: .dead, problem: problem)])
            func cause(_ kind: IssueKind, _ code: String? = nil) -> IssueCause {
                IssueCause(kind, connection: "acme", account: "zinc-uk", code: code)
            }
            let expected: [IssueCause: String] = [
                cause(.ordersUncertain): uncertain.id, cause(.deadLetters, "gave_up"): failed.id, cause(.unknownAtProvider): unknown.id,
                cause(.unknownWords, "unrecognised_status"): odd.id, cause(.ordersUncertain, Problem.secondReference): second.id,
                IssueCause(.deadLetters, account: "zinc-uk", code: "event_webhook"): event,
            ]
            let standing = try await trial.store.standingCauses()
            try trial.expect(Set(standing.map(\.cause)) == Set(expected.keys), "there stand \(standing.map(\.cause))")
            for (cause, id) in expected {
                let members = try await trial.store.members(of: cause, connections: nil, limit: 5)
                let ids = members.orders.ids + members.events.ids
                try trial.expect(ids == [id] && members.orders.total + members.events.total == 1, "\(cause) holds up \(ids)")
            }
            let waiting = try await trial.placed(trial.order("h"))
            let held = try await trial.store.members(of: IssueCause(.credentialsRefused, account: "zinc-uk"), connections: nil, limit: 5)
            try trial.expect(held.orders.ids == [waiting.id], "the account holds up \(held.orders)")
            try trial.expect(
                try await trial.store.members(of: IssueCause(.clock), connections: nil, limit: 5) == IssueMembers(),
                "the clock holds something up"
            )
        },
    ]

    static let rhythms: [Check] = [
        Check("what was heard is kept by hour of the week, older weeks counting for less") { trial in
            let (acme, zinc) = (OperatingState.Subject.connection("acme"), OperatingState.Subject.account("zinc"))
            let hour = ContactRhythm.hour(of: trial.now)
            var expected = [acme: ContactRhythm(acme, firstWeek: .max), zinc: ContactRhythm(zinc, firstWeek: .max)]
            for (after, minutes) in [(0, 4), (0, 3), (1, 8), (168, 2), (169, 5), (3 * 168, 7), (2 * 168, 1), (5 * 168 + 1, 1), (20 * 168, 3)] {
                let counts = [acme, zinc].map { ContactCount($0, hour: hour + Int64(after), minutes: minutes, deliveries: minutes * 2) }
                try await trial.store.add(counts)
                for count in counts { expected[count.subject]?.add(count) }
            }
            let kept = try await trial.store.rhythms()
            try trial.expect(kept.map(\.subject) == [zinc, acme], "the subjects are \(kept.map(\.subject))")
            for rhythm in kept {
                try trial.expect(rhythm == expected[rhythm.subject], "\(rhythm) is not \(String(describing: expected[rhythm.subject]))")
            }
        },
        Check("who is away for less than a quarter of an hour has been listening all the time") { trial in
            let start = trial.now
            try trial.expect(try await trial.store.listening(at: start) == start, "it began at another time")
            try trial.expect(try await trial.store.listening(at: start + .seconds(800)) == start, "it began anew")
            try trial.expect(try await trial.store.listening(at: start + .seconds(100)) == start, "it began anew")
            let later = start + .seconds(800 + 901)
            try trial.expect(try await trial.store.listening(at: later) == later, "it did not begin anew")
            try trial.expect(try await trial.store.listening(at: later + .seconds(5)) == later, "it went back")
        },
    ]
}

extension StoreTrial {
    /// A run that handled an event and failed.
    fileprivate func failed(_ code: String, line: Int?, on connection: String = "acme", _ state: Run.State = .dead) async throws -> Run {
        let event = try await store.accept(event(connection: connection), dedupe: nil).event
        var run = run(connection: connection, event: event, state: state)
        run.fail(RunFailure(code, "as invented", script: line == nil ? nil : "acme.lua", line: line), attempt: 1, at: now)
        return try await stored(run)
    }

    /// An order in a state, with a problem.
    fileprivate func troubled(_ name: String, _ state: OrderState, _ problem: String? = nil, on connection: String = "acme") async throws -> Order {
        var order = try await placed(order(name, connection: connection)).changed(to: state)
        order.status.problem = problem.map { Problem(code: $0, message: "as invented", at: now) }
        order.updatedAt = now
        try await store.perform([.order(order)])
        return order
    }

    fileprivate func sees(_ cause: IssueCause, _ amount: IssueSighting.Amount = .more(1), details: JSON = [:]) async throws -> IssueTransition {
        let seen = try await store.observe([IssueSighting(cause, id: id(.issue), at: now, amount, details: details)])
        return try unwrap(seen.first, "nothing was answered")
    }

    fileprivate func list(_ narrow: (inout IssueQuery) -> Void) async throws -> [String] {
        var query = IssueQuery()
        query.at = now
        narrow(&query)
        return try await store.issues(query, PageRequest()).items.map(\.id)
    }
}
