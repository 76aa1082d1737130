import Screening

extension StoreConformance {
    static let leases = [
        Check("held work is nobody else's until its lease ends, and then comes with the attempt unspent") { trial in
            try await trial.store.perform([.queue(trial.work("w", concurrencyKey: "key")), .queue(trial.work("next", concurrencyKey: "key"))])
            let lost = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            trial.clock.advance(by: .seconds(29))
            try trial.expect(try await trial.claim(owner: "two").isEmpty, "it was claimed within its lease")
            trial.clock.advance(by: .seconds(2))
            let claim = try trial.unwrap(try await trial.claim(owner: "two").first, "it did not come back")
            try trial.expect(claim.work == .run("w") && claim.attempt == 1, "got \(claim)")
            try await trial.expectConflict { try await trial.store.commit(lost, Decision(.done)) }
            try await trial.store.commit(claim, Decision(.done))
        },
        Check("it is counted how often a holder vanished with its work, until an attempt comes to an end") { trial in
            try await trial.store.perform([.queue(trial.work("w"))])
            for abandonedCount in 0..<3 {
                let claim = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
                try trial.expect(claim.abandonedCount == abandonedCount, "\(claim.abandonedCount) holders vanished instead of \(abandonedCount)")
                trial.clock.advance(by: .seconds(31))
            }
            let unspent = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try await trial.store.commit(unspent, Decision(.again(at: trial.now, spent: false)))
            let given = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try await trial.store.release([given])
            let spent = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try trial.expect(spent.abandonedCount == 3, "\(spent.abandonedCount) instead of 3 after it was put off and given back")
            try await trial.store.commit(spent, Decision(.again(at: trial.now, spent: true)))
            let fresh = try trial.unwrap(try await trial.claim().first, "nothing was claimed")
            try trial.expect(fresh.abandonedCount == 0, "an attempt that came to an end did not clear the count")
        },
        Check("renewing holds a claim on, and says which were lost") { trial in
            try await trial.store.perform([.queue(trial.work("a")), .queue(trial.work("b"))])
            let claims = try await trial.claim()
            trial.clock.advance(by: .seconds(20))
            try trial.expect(try await trial.store.renew(claims, lease: .seconds(30)) == claims, "held claims were not renewed")
            trial.clock.advance(by: .seconds(20))
            try trial.expect(try await trial.claim(owner: "two").isEmpty, "a renewed claim was lost")
            try trial.expect(try await trial.store.renew(Array(claims.prefix(1)), lease: .seconds(30)).count == 1, "a claim was lost")
            trial.clock.advance(by: .seconds(20))
            let taken = try await trial.claim(owner: "two")
            try trial.expect(taken.count == 1, "\(taken.count) came back instead of one")
            let renewed = try await trial.store.renew(claims, lease: .seconds(30))
            try trial.expect(renewed == Array(claims.prefix(1)), "renewed were \(renewed)")
        },
        Check("after the clock was set back an hour nothing waits for that hour, and what waits for longer still waits") { trial in
            try await trial.store.perform([.queue(trial.work("soon")), .queue(trial.work("later", due: trial.now + .seconds(8 * 3600)))])
            try await trial.store.perform([.queue(trial.work("held"))])
            let held = try await trial.claim(1, owner: "gone")
            trial.clock.advance(by: .seconds(-3600))
            try trial.expect(try await trial.claim().isEmpty, "the clock was not set back")
            try await trial.store.advanceDueTimes(by: .seconds(3600), rests: true)
            let claims = try await trial.claim()
            try trial.expect(claims.count == 1 && claims[0].attempt == 1, "got \(claims)")
            trial.clock.advance(by: .seconds(31))
            let freed = try await trial.claim(owner: "two")
            try trial.expect(Set(freed.map(\.work)).isSuperset(of: held.map(\.work)), "what a lost holder held did not come back: \(freed)")
            try trial.expect(!freed.contains { $0.work == .run("later") }, "what waits for longer was brought forward")
        },
        Check("a submission that waits again lets what came for its order meanwhile go first, one after the other") { trial in
            let order = try await trial.store.place(trial.order("application-1")).order
            let submit = try trial.unwrap(try await trial.claim(kinds: [.submit]).first, "the submission was not claimed")
            let concurrencyKey = QueuedWork.concurrencyKey(order: order.id)
            for name in ["first", "second"] {
                try await trial.store.perform([.queue(QueuedWork(.event(name), concurrencyKey: concurrencyKey, due: trial.now))])
            }
            try trial.expect(try await trial.claim(kinds: [.event]).isEmpty, "an event went before the submission under way")
            try await trial.store.commit(submit, Decision(.again(at: trial.now + .seconds(60), spent: true)))
            for name in ["first", "second"] {
                let claims = try await trial.claim(kinds: [.event, .submit])
                try trial.expect(claims.map(\.work) == [.event(name)], "claimed \(claims.map(\.work)) instead of \(name)")
                try await trial.store.commit(claims[0], Decision(.done))
            }
            try trial.expect(try await trial.claim(kinds: [.submit]).isEmpty, "the submission did not wait")
            trial.clock.advance(by: .seconds(61))
            try trial.expect(try await trial.claim(kinds: [.submit]).count == 1, "the submission was forgotten")
        },
        Check("released work is due at once, its attempt uncounted") { trial in
            try await trial.store.perform([.queue(trial.work("w"))])
            let claims = try await trial.claim()
            try await trial.store.release(claims)
            try await trial.store.release(claims)
            let again = try await trial.claim(owner: "two")
            try trial.expect(again.map(\.attempt) == [1], "got \(again)")
            try await trial.store.release(claims)
            try trial.expect(try await trial.claim(owner: "three").isEmpty, "a lost claim was released")
            try await trial.expectConflict { try await trial.store.commit(claims[0], Decision(.done)) }
        },
    ]

    static let closing = [
        Check("what was written is there after closing and opening again") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: "a")
            let order = try await trial.store.place(trial.order("application-1")).order
            try await trial.store.perform([.rest(.account("zinc-uk"), until: trial.now + .seconds(60))])
            await trial.store.close()
            let store = try await trial.reopen()
            do {
                try trial.expect(try await store.event(event.id)?.request.value == event.request.value, "the event is gone")
                try trial.expect(try await store.order(order.id) == order, "the order is gone")
                try trial.expect(try await store.accept(trial.event(), dedupe: "a").duplicate, "the dedupe key is forgotten")
                try trial.expect(try await !store.place(trial.order("application-1")).isNew, "the external id is forgotten")
                try trial.expect(try await store.state(of: .account("zinc-uk")).restsUntil != nil, "the rest is forgotten")
                try trial.expect(try await store.load().queued == [.event: 1, .submit: 1], "the queue is another")
            } catch {
                await store.close()
                throw error
            }
            await store.close()
        },
        Check("a closed store is not available") { trial in
            await trial.store.close()
            await trial.store.close()
            try await trial.expect("unavailable", from: { _ = try await trial.store.accept(trial.event(), dedupe: nil) }, where: isUnavailable)
            try await trial.expect("unavailable", from: { _ = try await trial.store.order("ord_1") }, where: isUnavailable)
            for await _ in trial.store.wakeUps(for: Set(Work.Kind.allCases)) {}
        },
        Check("closing finishes what was begun") { trial in
            let accepted = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        do { return try await trial.store.accept(trial.event(), dedupe: nil).event } catch StoreError.unavailable { return nil }
                    }
                }
                group.addTask {
                    await trial.store.close()
                    return nil
                }
                return try await group.reduce(into: Set<String>()) { set, id in
                    if let id { set.insert(id) }
                }
            }
            let store = try await trial.reopen()
            let page = try await store.events(EventQuery(), PageRequest(limit: 200))
            await store.close()
            try trial.expect(Set(page.items.map(\.id)) == accepted, "\(accepted.count) were accepted, \(page.items.count) are stored")
        },
    ]

    private static let isUnavailable: @Sendable (StoreError) -> Bool = { if case .unavailable = $0 { true } else { false } }
}
