import Screening

extension StoreConformance {
    static let operating = [
        Check("nothing is known of an account or connection before something is written") { trial in
            let state = try await trial.store.state(of: .account("zinc-uk"))
            try trial.expect(state == OperatingState(.account("zinc-uk")), "got \(state)")
            try trial.expect(try await trial.store.operatingStates().isEmpty, "something is known")
        },
        Check("a pause is kept with who made it and why, until it is lifted, and is no other's") { trial in
            let problem = Problem(code: "paused", message: "stopped for the week-end", at: trial.now)
            let pause = OperatingState.Pause(problem: problem, actor: .token(id: "tok_1", name: "ops"), note: Personal("ask Ana"), credentials: "abc")
            try await trial.store.perform([.pause(.account("zinc-uk"), pause), .heard(.connection("zinc-uk"), at: trial.now)])
            try trial.expect(try await trial.store.state(of: .account("zinc-uk")).pause == pause, "it is another")
            try trial.expect(try await trial.store.state(of: .connection("zinc-uk")).pause == nil, "a connection of that name is paused")
            let all = try await trial.store.operatingStates()
            try trial.expect(all.map(\.subject) == [.account("zinc-uk"), .connection("zinc-uk")], "the list is \(all.map(\.subject))")
            try await trial.store.perform([.pause(.account("zinc-uk"), nil)])
            try trial.expect(try await trial.store.state(of: .account("zinc-uk")).pause == nil, "it was not lifted")
        },
        Check("what somebody paused only somebody lets go on, whatever the host finds out meanwhile") { trial in
            let subject = OperatingState.Subject.account("zinc-uk")
            func pause(_ credentials: String?) -> OperatingState.Pause {
                let problem = Problem(code: "paused", message: "stopped", at: trial.now)
                return OperatingState.Pause(problem: problem, actor: .token(id: "tok_1", name: "ops"), credentials: credentials)
            }
            func stands(_ expected: OperatingState.Pause?, _ what: String) async throws {
                try trial.expect(try await trial.store.state(of: subject).pause == expected, what)
            }
            try await trial.store.perform([.pause(subject, pause("abc"))])
            try await trial.store.perform([.lift(subject)])
            try await stands(nil, "the host's own pause was not lifted")
            try await trial.store.perform([.pause(subject, pause("abc"))])
            try await trial.store.perform([.pause(subject, pause(nil))])
            try await stands(pause(nil), "a person's pause did not take the host's place")
            try await trial.store.perform([.lift(subject)])
            try await stands(pause(nil), "the host lifted a person's pause")
            try await trial.store.perform([.pause(subject, pause("abc"))])
            try await stands(pause(nil), "the host's pause took a person's place")
            try await trial.store.perform([.pause(subject, nil)])
            try await stands(nil, "a person did not let it go on")
            try await trial.store.perform([.pause(subject, pause("abc"))])
            try await trial.store.perform([.lift(subject)])
            try await stands(nil, "it is taken for a person's still")
        },
        Check("a rest is never shortened, keeps its beginning, and ends by itself") { trial in
            let (subject, start) = (OperatingState.Subject.account("zinc-uk"), trial.now)
            let until = trial.now + .seconds(60)
            try await trial.store.perform([.rest(subject, until: until)])
            trial.clock.advance(by: .seconds(1))
            try await trial.store.perform([.rest(subject, until: trial.now + .seconds(5))])
            var state = try await trial.store.state(of: subject)
            try trial.expect(state.restsUntil == until && state.restsSince == start, "got \(state)")
            trial.clock.set(to: until)
            state = try await trial.store.state(of: subject)
            try trial.expect(state.restsUntil == nil && state.restsSince == nil, "it rests on")
            try await trial.store.perform([.rest(subject, until: until + .seconds(3600))])
            try trial.expect(try await trial.store.state(of: subject).restsSince == until, "the new rest began with the old one")
            try await trial.store.advanceDueTimes(by: .seconds(1), rests: true)
            try trial.expect(try await trial.store.state(of: subject).restsUntil == until + .seconds(60), "it is not over in a minute")
        },
        Check("the latest time that something was heard or refused stays") { trial in
            let subject = OperatingState.Subject.connection("acme")
            let late = trial.now + .seconds(10)
            try await trial.store.perform([.heard(subject, at: late), .refusedDelivery(subject, at: trial.now)])
            try await trial.store.perform([.heard(subject, at: trial.now), .refusedDelivery(subject, at: late)])
            let state = try await trial.store.state(of: subject)
            try trial.expect(state.lastHeardAt == late && state.lastRefusedAt == late, "got \(state)")
        },
        Check("what is refused is counted with its last reason until something is accepted") { trial in
            let subject = OperatingState.Subject.account("zinc-uk")
            func refuse(_ reason: String, _ count: Int, after seconds: Int64) async throws {
                try await trial.store.perform([.refusedDelivery(subject, at: trial.now + .seconds(seconds), reason: reason, count: count)])
            }
            try await refuse("bad_signature", 3, after: 2)
            try await refuse("unreadable", 2, after: 1)
            var state = try await trial.store.operatingStates().first
            try trial.expect(state?.refusedSinceHeard == 5 && state?.lastRefusal == "bad_signature", "got \(String(describing: state))")
            try await trial.store.perform([.heard(subject, at: trial.now)])
            state = try await trial.store.state(of: subject)
            try trial.expect(state?.refusedSinceHeard == 5, "what was accepted before took the count away")
            try await trial.store.perform([.heard(subject, at: trial.now + .seconds(3))])
            state = try await trial.store.state(of: subject)
            try trial.expect(state?.refusedSinceHeard == 0 && state?.lastRefusal == "bad_signature", "got \(String(describing: state))")
            try await refuse("unreadable", 1, after: 4)
            state = try await trial.store.state(of: subject)
            try trial.expect(state?.refusedSinceHeard == 1 && state?.lastRefusal == "unreadable", "got \(String(describing: state))")
        },
        Check("replicas are listed while they say that they are there") { trial in
            var first = Replica(id: "rep_1", host: "a", version: "1", startedAt: trial.now, seenAt: trial.now, names: ["acme"])
            try await trial.store.announce(first)
            first.names = ["acme", "notifier:ops", "webhook:ops"]
            try await trial.store.announce(first)
            trial.clock.advance(by: .seconds(10))
            var second = Replica(id: "rep_2", host: "b", version: "2", startedAt: trial.now, seenAt: trial.now)
            try await trial.store.announce(second)
            try trial.expect(try await trial.store.replicas() == [first, second], "others are listed")
            trial.clock.advance(by: .seconds(86_395))
            second.seenAt = trial.now
            try await trial.store.announce(second)
            try trial.expect(try await trial.store.replicas() == [second], "one that is gone for a day is listed")
            try await trial.store.withdraw(replica: "rep_2")
            try await trial.store.withdraw(replica: "rep_2")
            try trial.expect(try await trial.store.replicas().isEmpty, "one that stopped is listed")
        },
    ]
}
