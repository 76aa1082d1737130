import Screening

extension StoreConformance {
    static let clocks = [
        Check("a clock that is set far ahead is doubted: ages go on from before, until it is set right") { trial in
            let store = trial.store
            try trial.expect(try await store.lookAtClock() == ClockStanding(), "a clock that nobody set is doubted")
            trial.clock.advance(by: .seconds(40 * 86_400))
            try trial.expect(try await store.lookAtClock() == ClockStanding() && store.removalTime == trial.now, "time that passed is doubted")
            trial.clock.jump(by: .seconds(1800))
            try trial.expect(try await store.lookAtClock() == ClockStanding() && store.removalTime == trial.now, "half an hour is doubted")
            let before = trial.now
            trial.clock.jump(by: .seconds(30 * 86_400))
            try trial.expect(store.removalTime == before, "before anybody looked, what is 30 days too young counts as old")
            let doubt = try trial.unwrap(try await store.lookAtClock().doubt, "a clock that was set ahead is believed")
            try trial.expect(doubt.ahead == .seconds(30 * 86_400) && doubt.since == trial.now, "the doubt is \(doubt)")
            try trial.expect(doubt.until == trial.now + .seconds(86_400), "it is believed at \(doubt.until)")
            trial.clock.advance(by: .seconds(3600))
            try trial.expect(store.removalTime == before + .seconds(3600), "the time of removal stands still")
            trial.clock.jump(by: .seconds(-30 * 86_400))
            try trial.expect(try await store.lookAtClock() == ClockStanding() && store.removalTime == trial.now, "it is right and doubted")
        },
        Check("a clock that was set ahead is believed once it has kept pace for a day, and not sooner where it is set again") { trial in
            _ = try await trial.store.lookAtClock()
            trial.clock.jump(by: .seconds(30 * 86_400))
            _ = try await trial.store.lookAtClock()
            trial.clock.advance(by: .seconds(80_000))
            _ = try await trial.store.lookAtClock()
            trial.clock.jump(by: .seconds(365 * 86_400))
            try trial.expect(try await trial.store.lookAtClock().doubt?.since == trial.now, "a day that was not kept pace through counts")
            trial.clock.advance(by: .seconds(86_000))
            try trial.expect(try await trial.store.lookAtClock().doubt != nil, "it is believed too soon")
            trial.clock.advance(by: .seconds(400))
            try trial.expect(try await trial.store.lookAtClock() == ClockStanding(), "it is not believed after a day")
            try trial.expect(trial.store.removalTime == trial.now, "ages are not counted by it")
        },
        Check("from one start to the next a clock that is ahead by more than a day is doubted for a day, or until a person believes it") { trial in
            _ = try await trial.store.lookAtClock()
            await trial.store.close()
            trial.clock.jump(by: .seconds(80_000))
            let second = try await trial.reopen()
            try trial.expect(try await second.lookAtClock() == ClockStanding(), "a night off is doubted")
            await second.close()
            let before = trial.now
            trial.clock.jump(by: .seconds(31 * 86_400))
            let third = try await trial.reopen()
            try trial.expect(third.removalTime == before, "it is believed before anybody has looked")
            try trial.expect(try await third.lookAtClock().doubt?.ahead == .seconds(31 * 86_400), "a month off is believed at once")
            let since = trial.now
            trial.clock.advance(by: .seconds(50_000))
            _ = try await third.lookAtClock()
            await third.close()
            let fourth = try await trial.reopen()
            try trial.expect(try await fourth.lookAtClock().doubt?.since == since, "a restart begins the day anew, or ends it")
            trial.clock.advance(by: .seconds(40_000))
            try trial.expect(try await fourth.lookAtClock() == ClockStanding(), "it is not believed after a day")
            await fourth.close()
            trial.clock.jump(by: .seconds(31 * 86_400))
            let fifth = try await trial.reopen()
            try trial.expect(try await fifth.lookAtClock().doubt != nil, "it is believed at once")
            try await fifth.trustClock()
            try trial.expect(try await fifth.lookAtClock() == ClockStanding() && fifth.removalTime == trial.now, "it is doubted still")
            await fifth.close()
            let sixth = try await trial.reopen()
            try trial.expect(try await sixth.lookAtClock() == ClockStanding(), "the person's word is forgotten")
            await sixth.close()
        },
        Check("an answer to a request, a withdrawal and a value are not forgotten by a clock that is doubted") { trial in
            let store = trial.store
            try trial.expect(try await store.begin(key: "k", bodyHash: "a") == .fresh, "the key is not fresh")
            try await store.recordResponse(key: "k", status: 201, body: [1])
            _ = try await store.begin(key: "running", bodyHash: "a")
            try await trial.withdraw("a", Occurrence(occurredAt: nil, receivedAt: trial.now))
            trial.clock.jump(by: .seconds(500 * 86_400))
            for number in 0..<3 { _ = try await store.begin(key: "other-\(number)", bodyHash: "a") }
            try await trial.withdraw("b", Occurrence(occurredAt: nil, receivedAt: trial.now))
            try trial.expect(try await store.begin(key: "k", bodyHash: "a") == .answered(status: 201, body: [1]), "the answer is forgotten")
            try trial.expect(try await store.begin(key: "running", bodyHash: "a") == .running, "what is under way may be begun again")
            try trial.expect(try await store.withdrawal(connection: "acme", externalID: "a") != nil, "the withdrawal is forgotten")
            try await store.trustClock()
            try trial.expect(try await store.begin(key: "k", bodyHash: "a") == .fresh, "the answer is kept although the clock is right")
        },
    ]
}
