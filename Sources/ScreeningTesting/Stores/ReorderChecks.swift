import Screening

extension StoreConformance {
    static let reordering = [
        Check("a new order takes the place of one that ended without a result, and is the newest by its external id") { trial in
            for state in [OrderState.refused, .cancelled, .failed] {
                let old = try await trial.ended("application-\(state)", state)
                trial.clock.advance(by: .seconds(1))
                let new = trial.order(old.externalID)
                let placed = try await trial.store.place(new, reorder: Reorder())
                try trial.expect(placed.isNew && placed.order.id == new.id, "\(state) did not give way")
                try trial.expect(placed.order.previous == old.id && placed.order.sequence == 2, "it does not name the one before")
                try trial.expect(try await trial.store.order(new.id) == placed.order, "it was stored otherwise than it came back")
                try trial.expect(try await trial.store.order(connection: "acme", externalID: old.externalID)?.id == new.id, "it is not the newest")
                let before = try await trial.store.order(old.id)
                try trial.expect(before?.replacedBy == new.id && before?.state == state, "the one before is not marked as replaced")
                try trial.expect(try await trial.store.timeline(of: old.id).last?.kind == "replaced", "its timeline does not say so")
                try trial.expect(try await trial.store.timeline(of: new.id).map(\.kind) == ["accepted"], "the new one has another timeline")
                var query = OrderQuery()
                query.externalID = old.externalID
                let listed = try await trial.store.orders(query, PageRequest()).items.map(\.id)
                try trial.expect(listed == [new.id, old.id], "the list is not newest first")
                let work = try await trial.claim().map(\.work)
                try trial.expect(work.contains(.submit(order: new.id)), "its submission is not queued")
            }
        },
        Check("an order that is open, completed, uncertain or given up in doubt never gives way") { trial in
            for state in OrderState.allCases where ![OrderState.refused, .cancelled, .failed].contains(state) {
                let old = try await trial.ended("application-\(state)", state)
                let placed = try await trial.store.place(trial.order(old.externalID), reorder: Reorder())
                try trial.expect(!placed.isNew && placed.order.id == old.id, "\(state) gave way")
            }
            let abandoned = try await trial.ended("application-abandoned", .failed) {
                $0.status.problem = Problem(code: Problem.abandoned, message: "given up", at: trial.now)
            }
            let known = try await trial.ended("application-known", .failed) { $0.providerRef = "a1b2" }
            let doubled = try await trial.ended("application-doubled", .cancelled) {
                $0.status.problem = Problem(code: Problem.secondReference, message: "two of them", at: trial.now)
            }
            for old in [abandoned, known, doubled] {
                try trial.expect(try await !trial.store.place(trial.order(old.externalID), reorder: Reorder()).isNew, "\(old.externalID) gave way")
            }
            let gone = try await trial.ended("application-gone", .refused)
            try trial.expect(try await !trial.store.place(trial.order(gone.externalID)).isNew, "one gave way without being asked to")
        },
        Check("an order gives way only to what happened after it had ended") { trial in
            let ended = trial.now
            let old = try await trial.ended("application-1", .refused)
            for limit in [ended + .seconds(-60), ended] {
                let placed = try await trial.store.place(trial.order("application-1"), reorder: Reorder(endedBefore: limit))
                try trial.expect(!placed.isNew && placed.order.id == old.id, "it gave way to something older")
            }
            let later = Reorder(endedBefore: ended + .milliseconds(1))
            try trial.expect(
                try await trial.store.place(trial.order("application-1"), reorder: later).isNew,
                "it did not give way to something newer"
            )
            try trial.expect(try await !trial.store.place(trial.order("application-1"), reorder: later).isNew, "the new one gave way")
        },
        Check("an order that was cancelled for a withdrawal gives way to what happened after that, however late it was cancelled") { trial in
            let withdrawn = trial.now
            trial.clock.advance(by: .seconds(60))
            let old = try await trial.ended("application-1", .cancelled) { ($0.record.withdrawnAt, $0.record.endedAt) = (withdrawn, withdrawn) }
            let read = try await trial.store.order(old.id)
            try trial.expect(read?.record == old.record, "what was noted about it is not read again")
            let older = try await trial.store.place(trial.order("application-1"), reorder: Reorder(endedBefore: withdrawn))
            try trial.expect(!older.isNew, "it gave way to something as old")
            let newer = try await trial.store.place(trial.order("application-1"), reorder: Reorder(endedBefore: withdrawn + .seconds(1)))
            try trial.expect(newer.isNew && newer.order.previous == old.id, "it did not give way")
        },
        Check("while an order is being cancelled for a withdrawal, a newer request waits; an older or a plain one finds it") { trial in
            let withdrawn = trial.now
            func occurrence(_ seconds: Int) -> Occurrence {
                Occurrence(occurredAt: withdrawn + .seconds(seconds), receivedAt: withdrawn + .seconds(90))
            }
            func place(_ asked: Occurrence?, _ reorder: Reorder?) async throws -> Order? {
                let event = trial.event()
                _ = try await trial.store.accept(event, dedupe: nil)
                let run = trial.run(event: event.id)
                try await trial.store.perform([.run(run)])
                return try await trial.store.remember([], of: run.id, doing: .place(trial.order("a"), asked: asked, reorder: reorder) { _ in .null })
            }
            let order = try await trial.placed(trial.order("a"))
            var next = order.changed(to: .inProgress)
            next.record.withdrawnAt = withdrawn
            try await trial.store.perform([.order(next)])
            try await trial.expectConflict { _ = try await place(occurrence(1), Reorder(endedBefore: withdrawn + .seconds(1))) }
            for asked in [occurrence(0), occurrence(-1), nil] {
                try trial.expect(try await place(asked, Reorder(endedBefore: withdrawn))?.id == order.id, "an older request waits")
            }
            try trial.expect(try await place(occurrence(1), nil)?.id == order.id, "a plain request waits")
            var ended = next.changed(to: .completed)
            ended.record.withdrawnAt = withdrawn
            try await trial.store.perform([.order(ended)])
            try trial.expect(try await place(occurrence(1), Reorder())?.id == order.id, "it waits for one that is completed")
        },
        Check("a step that places one in the place of another does it once, and remembers it") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let run = trial.run(event: event.id)
            let old = try await trial.ended("application-1", .cancelled)
            try await trial.store.perform([.run(run)])
            let step = Step(number: 1, kind: "orders.place", requestHash: "h", request: [:], at: trial.now)
            let new = trial.order("application-1")
            let placed = try await trial.store.remember([step], of: run.id, doing: .place(new, reorder: Reorder()) { ["value": .string($0.id)] })
            try trial.expect(placed?.id == new.id && placed?.previous == old.id, "it was not placed")
            try trial.expect(try await trial.store.steps(of: run.id).first?.reply?.value == ["value": .string(new.id)], "the reply is another")
            try trial.expect(try await trial.store.order(new.id)?.causedBy?.event == event.id, "what made it is not known")
            let again = trial.order("application-1")
            let second = try await trial.store.remember([step], of: run.id, doing: .place(again, reorder: Reorder()) { ["value": .string($0.id)] })
            try trial.expect(second?.id == new.id, "it was placed twice")
        },
        Check("of fifty that ask at once for the place of one order one gets it") { trial in
            let old = try await trial.ended("application-1", .refused)
            let placed = try await withThrowingTaskGroup(of: (order: Order, isNew: Bool)?.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        do {
                            return try await trial.store.place(trial.order("application-1"), reorder: number % 5 == 0 ? nil : Reorder())
                        } catch StoreError.conflict { return nil }
                    }
                }
                return try await group.reduce(into: [(order: Order, isNew: Bool)]()) { if let placed = $1 { $0.append(placed) } }
            }
            try trial.expect(placed.count { $0.isNew } == 1, "\(placed.count { $0.isNew }) were placed")
            try trial.expect(try await trial.store.orders(OrderQuery(), PageRequest()).items.count == 2, "not two are stored")
            try trial.expect(try await trial.store.order(old.id)?.version == old.version + 1, "the old one was marked more than once")
            try trial.expect(try await trial.claim().count { $0.work != .submit(order: old.id) } == 1, "several submissions are queued")
        },
        Check("of an order that is replaced and changed at the same time one of both happens") { trial in
            for number in 0..<20 {
                let old = try await trial.ended("application-\(number)", .refused)
                async let changed: Bool = {
                    do {
                        try await trial.store.perform([.order(old.changed(to: .accepted))])
                        return true
                    } catch StoreError.conflict { return false }
                }()
                async let placed: Bool = {
                    do { return try await trial.store.place(trial.order(old.externalID), reorder: Reorder()).isNew } catch StoreError.conflict {
                        return false
                    }
                }()
                let both = try await (changed, placed)
                try trial.expect(both.0 != both.1, "\(both.0 ? "both happened" : "neither happened")")
            }
        },
        Check("orders are found by whom they wait for and by their problem") { trial in
            let failed = try await trial.ended("application-1", .failed) {
                $0.status.problem = Problem(code: "host_stopped", message: "", at: trial.now)
            }
            let unknown = try await trial.ended("application-2", .inProgress) {
                $0.status.problem = Problem(code: Problem.unknownAtProvider, message: "", at: trial.now)
            }
            let waiting = try await trial.ended("application-3", .inProgress)
            for (number, code) in [Problem.abandoned, Problem.discarded].enumerated() {
                let problem = Problem(code: code, message: "", at: trial.now)
                _ = try await trial.ended("application-\(number + 4)", .failed) { $0.status.problem = problem }
            }
            func found(_ narrow: (inout OrderQuery) -> Void) async throws -> [String] {
                var query = OrderQuery()
                narrow(&query)
                return try await trial.store.orders(query, PageRequest()).items.map(\.id)
            }
            try trial.expect(try await found { $0.waitingOn = .operator } == [unknown.id, failed.id], "not those that wait on an operator")
            try trial.expect(try await found { $0.waitingOn = .provider } == [waiting.id], "not the one that waits on the provider")
            let both = try await found {
                $0.waitingOn = .operator
                $0.states = [.failed]
            }
            try trial.expect(both == [failed.id], "not the one in that state")
            let named = try await found {
                $0.waitingOn = .operator
                $0.externalID = "application-4"
            }
            try trial.expect(named.isEmpty, "one that a person gave up still waits on them")
            try trial.expect(try await found { $0.problem = Problem.unknownAtProvider } == [unknown.id], "not the one with that problem")
            let keyed = try await found {
                $0.externalID = "application-2"
                $0.problem = "host_stopped"
            }
            try trial.expect(keyed.isEmpty, "one with another problem")
        },
    ]
}

extension StoreTrial {
    /// An order that was placed, and stands in a state since now.
    fileprivate func ended(_ externalID: String, _ state: OrderState, _ change: (inout Order) -> Void = { _ in }) async throws -> Order {
        let order = try await placed(order(externalID))
        var next = order.changed(to: state)
        next.record.endedAt = now
        change(&next)
        try await store.perform([.order(next), .unqueue(.submit(order: order.id))])
        return next
    }
}
