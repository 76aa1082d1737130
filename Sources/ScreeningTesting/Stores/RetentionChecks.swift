import Screening

extension StoreConformance {
    static let retention = [
        Check("events that are old enough go with their runs, steps and keys, and younger ones stay") { trial in
            let old = try await trial.received(state: .done, run: .done)
            trial.clock.advance(by: .days(50))
            let young = try await trial.received(state: .done, run: .skipped)
            trial.clock.advance(by: .days(50))
            let plan = trial.plan(events: 90)
            let preview = try await trial.store.retentionPreview(plan)
            try trial.expect(preview.map(\.count) == [1] && preview.first?.kind == .events, "the preview says \(preview)")
            try trial.expect(try await trial.carryOut(plan) == [.events: 1], "other than one event went")
            try trial.expect(try await trial.store.event(old.event) == nil, "the event is there still")
            try trial.expect(try await trial.store.run(old.run) == nil, "its run is there still")
            try trial.expect(try await trial.store.steps(of: old.run).isEmpty, "its steps are there still")
            try trial.expect(try await trial.store.event(young.event) != nil, "a younger event went")
            try trial.expect(try await trial.store.steps(of: young.run).count == 1, "a younger run went")
            try trial.expect(try await trial.store.retentionPreview(plan).isEmpty, "more would go")
            try trial.expect(try await trial.carryOut(plan).isEmpty, "more went the second time")
        },
        Check("nothing goes that has not ended well, or belongs to an order that is open or waits for a person") { trial in
            let kept = [
                try await trial.received(state: .dead, run: .dead), try await trial.received(state: .working, run: .waiting),
                try await trial.received(state: .done, run: .parked),
            ]
            let open = try await trial.orderFrom("application-1", state: .inProgress)
            let failed = try await trial.orderFrom("application-2", state: .failed)
            let untold = try await trial.orderFrom("application-3", state: .completed)
            try await trial.store.perform([.run(trial.run(hook: "on_update", order: untold.order, state: .dead))])
            trial.clock.advance(by: .days(1000))
            let plan = trial.plan(events: 90, reports: 90, candidates: 90)
            try trial.expect(try await trial.store.retentionPreview(plan).isEmpty, "something would go")
            try trial.expect(try await trial.carryOut(plan).isEmpty, "something went")
            for (event, run) in kept + [open, failed, untold].map({ ($0.event, $0.run) }) {
                try trial.expect(try await trial.store.event(event) != nil, "an event went")
                try trial.expect(try await trial.store.run(run) != nil, "a run went")
            }
            for order in [open, failed, untold] {
                try trial.expect(try await trial.store.order(order.order)?.candidate.email.value == "ana@example.test", "a person went")
            }
        },
        Check("of an order that ended go first the reports, then the person; the ATS's name for it stays taken") { trial in
            let ended = try await trial.orderFrom("application-1", state: .completed)
            let account = try trial.unwrap(try await trial.store.order(ended.order), "there is no order").account
            try await trial.store.perform([.reference(.init("ref_1", of: ended.order, account: account, isAlone: true))])
            let webhook = trial.event(kind: .webhook, order: ended.order)
            try await trial.store.perform([.record(webhook), .event(id: webhook.id, state: .done, problem: nil)])
            try trial.expect(try await trial.store.timeline(of: ended.order).count == 1, "the timeline is not as expected")
            trial.clock.advance(by: .days(400))
            let reports = trial.plan(reports: 365, candidates: 730)
            try trial.expect(try await trial.carryOut(reports) == [.reports: 2], "other than the order's reports went")
            let without = try trial.unwrap(try await trial.store.order(ended.order), "the order went")
            try trial.expect(without.status.checks.isEmpty && without.status.reportURL == nil, "what the provider said is there")
            try trial.expect(without.candidate.email.value == "ana@example.test" && without.state == .completed, "more than the reports went")
            try trial.expect(without.record.reportsRemovedAt != nil && without.record.anonymisedAt == nil, "nothing says what went")
            try trial.expect(try await trial.store.timeline(of: ended.order).isEmpty, "the timeline is there")
            try trial.expect(try await trial.store.event(webhook.id) == nil, "the webhook is there")
            trial.clock.advance(by: .days(400))
            try trial.expect(try await trial.carryOut(trial.plan(reports: 365, candidates: 730)) == [.candidates: 1], "other than the person went")
            let order = try trial.unwrap(try await trial.store.order(ended.order), "the order went")
            try trial.expect(order.candidate.email.value.isEmpty && order.candidate.firstName.value.isEmpty, "the person is there")
            try trial.expect(order.externalID.isEmpty && order.metadata.value == [:], "what names the person is there")
            try trial.expect(order.state == .completed && order.record.anonymisedAt != nil, "the order is not as it was")
            try trial.expect(try await trial.store.event(ended.event) == nil, "what the order was received in is there")
            var query = OrderQuery()
            query.text = Personal("ana")
            try trial.expect(try await trial.store.orders(query, PageRequest()).items.isEmpty, "the person is found")
            try trial.expect(try await trial.store.order(callbackToken: ended.token) == nil, "the callback address is there")
            try trial.expect(try await trial.store.isErased(callbackToken: ended.token), "a late webhook would be of nobody")
            try trial.expect(try await trial.store.isErased(reference: "ref_1", at: account), "its request is free for others")
            try trial.expect(try await !trial.store.hasErasureMarks(on: "acme"), "deliveries are looked through for it")
            let again = try await trial.store.place(trial.order("application-1"))
            try trial.expect(!again.isNew && again.order.id == ended.order, "a late retry ordered a second time")
            try trial.expect(again.order.externalID == "application-1", "the answer does not say for which request it is")
            let counted = try await trial.store.counts().orders
            try trial.expect(counted == [Counts.Group(connection: "acme", state: "completed"): 1], "the order is not counted: \(counted)")
        },
        Check("an order on legal hold, and everything of a person who is, stays until it is let go") { trial in
            let held = try await trial.orderFrom("application-1", state: .completed)
            let person = try await trial.orderFrom("application-2", state: .completed, email: "bo@example.test")
            let hold = LegalHold(id: trial.id(.hold), order: held.order, email: nil, at: trial.now, actor: .system, note: "claim 14")
            try await trial.store.hold(hold)
            trial.clock.advance(by: .seconds(1))
            let other = LegalHold(id: trial.id(.hold), order: nil, email: "BO@example.test", at: trial.now, actor: .system, note: nil)
            try await trial.store.hold(other)
            // Comes after the person was held, and never becomes an order.
            let later = try await trial.received(state: .done, run: .skipped, about: "bo@example.test")
            try trial.expect(try await trial.store.holds(of: held.order) == [hold], "the order does not say that it is held")
            try trial.expect(try await trial.store.holds(of: person.order) == [other], "the person's order does not say that it is held")
            try trial.expect(try await trial.store.holds() == [hold, other], "the holds are not listed")
            trial.clock.advance(by: .days(1000))
            let plan = trial.plan(events: 90, reports: 90, candidates: 90)
            try trial.expect(try await trial.carryOut(plan).isEmpty, "something that is held went")
            for id in [held.event, person.event, later.event] {
                try trial.expect(try await trial.store.event(id) != nil, "an event that is held went")
            }
            try trial.expect(try await trial.store.release(order: held.order), "the order was not held")
            try trial.expect(try await trial.store.release(email: "bo@EXAMPLE.test"), "the person was not held")
            try trial.expect(try await !trial.store.release(order: held.order), "the order is held twice")
            try trial.expect(try await !trial.store.release(email: "bo@example.test"), "the person is held twice")
            let removed = try await trial.carryOut(plan)
            try trial.expect(removed[.candidates] == 2, "other things went than were let go: \(removed)")
            for id in [held.event, person.event, later.event] {
                try trial.expect(try await trial.store.event(id) == nil, "an event that was let go is there")
            }
        },
        Check("connections keep for as long as they say themselves, and what is kept for ever never goes") { trial in
            let acme = try await trial.received(state: .done, run: .done)
            let other = try await trial.received(state: .done, run: .done, connection: "other")
            let third = try await trial.received(state: .done, run: .done, connection: "third")
            trial.clock.advance(by: .days(100))
            let plan = RetentionPlan(
                now: trial.now,
                general: RetentionPeriods(events: .days(90)),
                connections: ["other": RetentionPeriods(), "third": RetentionPeriods(events: .days(120))]
            )
            try trial.expect(try await trial.store.retentionPreview(plan).map(\.connection) == ["acme"], "another connection's would go")
            _ = try await trial.carryOut(plan)
            try trial.expect(try await trial.store.event(acme.event) == nil, "what is old enough is there")
            try trial.expect(try await trial.store.event(other.event) != nil, "what is kept for ever went")
            try trial.expect(try await trial.store.event(third.event) != nil, "what is kept for longer went")
        },
        Check("the turn at upkeep is one owner's at a time, and passes on when it is given back or runs out") { trial in
            let first = try await trial.store.takeTurn("retention", owner: "one", for: .seconds(60))
            try trial.expect(first.isMine && first.doneAt == trial.now, "a free turn was not given")
            try trial.expect(try await !trial.store.takeTurn("retention", owner: "two", for: .seconds(60)).isMine, "two have the turn")
            try trial.expect(try await trial.store.takeTurn("retention", owner: "one", for: .seconds(60)).isMine, "it was not renewed")
            trial.clock.advance(by: .seconds(61))
            try trial.expect(try await trial.store.takeTurn("retention", owner: "two", for: .seconds(60)).isMine, "a turn that ran out stays")
            try await trial.store.endTurn("retention", owner: "two", doneAt: trial.now)
            let next = try await trial.store.takeTurn("retention", owner: "one", for: .seconds(60))
            try trial.expect(next.isMine && next.doneAt == trial.now, "it was not passed on, or when it was done is not known")
        },
        Check("a delivery is known for thirty days, also where its event went sooner, and as long as the event where that is kept") { trial in
            func deliver() async throws -> Acceptance { try await trial.store.accept(trial.event(), dedupe: "once") }
            let first = trial.event()
            _ = try await trial.store.accept(first, dedupe: "once")
            _ = try await trial.store.accept(trial.event(), dedupe: "another")
            for id in try await trial.store.events(EventQuery(), PageRequest()).items.map(\.id) {
                try await trial.store.perform([.unqueue(.event(id)), .event(id: id, state: .done, problem: nil)])
            }
            trial.clock.advance(by: .days(2))
            try trial.expect(try await trial.carryOut(trial.plan(events: 1)) == [.events: 2], "other than both events went")
            trial.clock.advance(by: .days(27))
            try trial.expect(try await trial.carryOut(trial.plan(events: 1)).isEmpty, "more went")
            try trial.expect(try await deliver() == Acceptance(event: first.id, duplicate: true), "it is not known after 29 days")
            trial.clock.advance(by: .days(2))
            try trial.expect(try await trial.carryOut(trial.plan(events: 1)).isEmpty, "something else went")
            let again = try await deliver()
            try trial.expect(!again.duplicate, "it is known after 31 days although its event is gone")
            trial.clock.advance(by: .days(100))
            try trial.expect(try await trial.carryOut(trial.plan(events: 200)).isEmpty, "a young event went")
            try trial.expect(try await deliver() == Acceptance(event: again.event, duplicate: true), "it is not known although its event is there")
        },
        Check("many go in few steps, all with their keys, and those between them that must stay do") { trial in
            var kept: [String] = []
            for number in 0..<600 {
                let event = trial.event()
                _ = try await trial.store.accept(event, dedupe: DedupeKey("delivery-\(number)"))
                let stays = number % 100 == 50
                if stays { kept.append(event.id) }
                try await trial.store.perform([.unqueue(.event(event.id)), .event(id: event.id, state: stays ? .dead : .done, problem: nil)])
            }
            trial.clock.advance(by: .days(40))
            try trial.expect(try await trial.carryOut(trial.plan(events: 30)) == [.events: 594], "others went")
            let left = try await trial.store.events(EventQuery(), PageRequest(limit: 200)).items.map(\.id)
            try trial.expect(left.sorted() == kept.sorted(), "there are \(left.count)")
            try trial.expect(try await trial.store.accept(trial.event(), dedupe: "delivery-50").duplicate, "one that stayed is not known")
            // A store may forget the others with the next retention.
            trial.clock.advance(by: .days(1))
            try trial.expect(try await trial.carryOut(trial.plan(events: 30)).isEmpty, "more went")
            try trial.expect(try await !trial.store.accept(trial.event(), dedupe: "delivery-51").duplicate, "one that went is known")
        },
        Check("what a rehearsal says is what then goes: events, updates, reports and people, of what may go and what may not") { trial in
            let states: [OrderState] = [.completed, .cancelled, .inProgress, .refused, .failed, .reviewed]
            for number in 0..<36 {
                let state = states[number % states.count]
                let placed = try await trial.orderFrom("application-\(number)", state: state, email: "ana\(number)@example.test")
                for _ in 0..<(number % 4) {
                    _ = try await trial.stored(trial.run(hook: "on_update", order: placed.order, state: number % 5 == 0 ? .dead : .done))
                }
                _ = try await trial.received(state: .done, run: number % 7 == 0 ? .parked : .done, connection: number % 2 == 0 ? "acme" : "beta")
                if number % 9 == 0 {
                    try await trial.store.hold(
                        LegalHold(id: trial.id(.hold), order: placed.order, email: nil, at: trial.now, actor: .system, note: nil)
                    )
                }
                trial.clock.advance(by: .days(10))
            }
            for plan in [trial.plan(events: 200), trial.plan(reports: 200), trial.plan(candidates: 200)] {
                let preview = try await trial.store.retentionPreview(plan)
                let said = Dictionary(preview.map { ($0.kind, $0.count) }, uniquingKeysWith: +)
                let went = try await trial.carryOut(plan)
                try trial.expect(!said.isEmpty && said == went, "it says \(said), and what goes is \(went)")
                let left = try await trial.store.retentionPreview(plan)
                try trial.expect(left.isEmpty, "afterwards there is still \(left)")
            }
            // What is due by several kinds goes once.
            let all = trial.plan(events: 60, reports: 60, candidates: 60)
            let said = Dictionary(try await trial.store.retentionPreview(all).map { ($0.kind, $0.count) }, uniquingKeysWith: +)
            let went = try await trial.carryOut(all)
            try trial.expect(!went.isEmpty && went.allSatisfy { $0.value <= said[$0.key] ?? 0 }, "it says \(said), and what goes is \(went)")
            try trial.expect(try await trial.store.retentionPreview(all).isEmpty, "something is left of what it said")
        },
        Check("what was removed is recorded once, with what a run removed that was cut short") { trial in
            for number in 0..<300 {
                let event = trial.event()
                _ = try await trial.store.accept(event, dedupe: DedupeKey("delivery-\(number)"))
                try await trial.store.perform([.unqueue(.event(event.id)), .event(id: event.id, state: .done, problem: nil)])
            }
            let order = try await trial.orderFrom("application-1", state: .completed)
            try await trial.store.perform([
                .run(trial.run(hook: "on_update", order: order.order, state: .done)),
                .run(trial.run(hook: "on_update", order: order.order, state: .done)),
            ])
            trial.clock.advance(by: .days(40))
            let plan = trial.plan(events: 30, candidates: 30)
            let first = try await trial.store.removeDue(plan, from: nil)
            try trial.expect(first.kind == .candidates && first.removed == 1, "the first step is of \(first)")
            _ = try await trial.carryOut(plan)
            try trial.expect(try await trial.retentionEntries().isEmpty, "it is recorded before it is asked for")
            let removed = try await trial.store.recordRemoved(until: plan.now)
            try trial.expect(removed == [.candidates: 1, .events: 300], "\(removed) was recorded")
            try trial.expect(
                try await trial.retentionEntries() == [["until": JSON(plan.now), "candidates": 1, "events": 300]],
                "the audit says something else"
            )
            try trial.expect(try await trial.store.recordRemoved(until: plan.now).isEmpty, "it was recorded twice")
            try trial.expect(try await trial.retentionEntries().count == 1, "an entry says nothing")
        },
        Check("a store says how large it is, and how old what it keeps is") { trial in
            try trial.expect(try await trial.store.oldestKept().isEmpty, "an empty store keeps something")
            let begun = trial.now
            _ = try await trial.orderFrom("application-1", state: .completed)
            trial.clock.advance(by: .days(1))
            _ = try await trial.orderFrom("application-2", state: .completed)
            let oldest = try await trial.store.oldestKept()
            try trial.expect(oldest == [.events: begun, .reports: begun, .candidates: begun], "the oldest is not: \(oldest)")
            let sizes = try await trial.store.sizes()
            try trial.expect(sizes.rows > 0 && sizes.keys > 0, "it has no size")
            try await trial.store.finishRemoval()
        },
    ]
}

extension StoreTrial {
    fileprivate func plan(events: Int64? = nil, reports: Int64? = nil, candidates: Int64? = nil) -> RetentionPlan {
        RetentionPlan(
            now: now,
            general: RetentionPeriods(events: events.map { .days($0) }, reports: reports.map { .days($0) }, candidates: candidates.map { .days($0) })
        )
    }

    /// What the audit says of retention.
    fileprivate func retentionEntries() async throws -> [JSON] {
        var query = AuditQuery()
        query.action = "retention.run"
        return try await store.audit(query, PageRequest()).items.map(\.details)
    }

    /// Does every step. Returns what went, by kind.
    fileprivate func carryOut(_ plan: RetentionPlan) async throws -> [RetentionKind: Int] {
        var (removed, cursor): ([RetentionKind: Int], RetentionCursor?) = ([:], nil)
        repeat {
            let step = try await store.removeDue(plan, from: cursor)
            if step.removed > 0 { removed[step.kind, default: 0] += step.removed }
            cursor = step.next
        } while cursor != nil
        return removed
    }

    /// Puts an event in, as it ended, with a run that has a step.
    fileprivate func received(
        state: Event.State,
        run runState: Run.State,
        connection: String = "acme",
        about: String? = nil
    ) async throws -> (event: String, run: String) {
        let event = self.event(connection: connection)
        _ = try await store.accept(event, dedupe: DedupeKey("delivery of " + event.id))
        var run = self.run(connection: connection, event: event.id, state: .running)
        if let about { run.searchTexts = Personal([about]) }
        try await store.perform([.unqueue(.event(event.id)), .run(run)])
        let step = Step(number: 1, kind: "kv.get", requestHash: "h", request: [:], at: now)
        _ = try await store.remember([step], of: run.id, doing: nil)
        run.state = runState
        try await store.perform([.run(run), .event(id: event.id, state: state, problem: nil)])
        return (event.id, run.id)
    }

    /// Places an order from an event, and lets it come to a state.
    fileprivate func orderFrom(
        _ externalID: String,
        state: OrderState,
        email: String = "ana@example.test"
    ) async throws -> (order: String, event: String, run: String, token: String) {
        let event = self.event()
        _ = try await store.accept(event, dedupe: DedupeKey("delivery of " + event.id))
        var run = self.run(event: event.id, state: .running)
        try await store.perform([.unqueue(.event(event.id)), .run(run)])
        let wanted = order(externalID, candidate: Candidate(firstName: "Ana", lastName: "Roe", email: email))
        let step = Step(number: 1, kind: "orders.place", requestHash: "h", request: [:], at: now)
        let placed = try await store.remember([step], of: run.id, doing: .place(wanted) { _ in [:] })
        var order = try unwrap(placed, "no order was placed").changed(to: state)
        order.status.checks = [Check(name: "Address check for Ana Roe", type: "address-check", status: "clear")]
        order.status.reportURL = Personal("https://provider.example.test/report/1")
        order.updatedAt = now
        run.state = .done
        try await store.perform([
            .unqueue(.submit(order: order.id)), .order(order), .run(run), .event(id: event.id, state: .done, problem: nil),
        ])
        return (order.id, event.id, run.id, wanted.callbackToken.value)
    }
}

extension Duration {
    fileprivate static func days(_ days: Int64) -> Duration { .seconds(days * 86_400) }
}
