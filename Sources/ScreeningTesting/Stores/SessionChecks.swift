import Screening

extension StoreConformance {
    static let sessions = [
        Check("a session is known by its secret, until it ends, also over a restart") { trial in
            let first = Session(
                token: "tok_1",
                proof: nil,
                createdAt: trial.now,
                lastSeenAt: trial.now,
                expiresAt: trial.now + .seconds(60)
            )
            let other = Session(
                token: "admin",
                proof: "proof",
                createdAt: trial.now,
                lastSeenAt: trial.now,
                expiresAt: trial.now + .seconds(3600)
            )
            try await trial.store.begin(first, secret: Secret("one"))
            try await trial.store.begin(other, secret: Secret("two"))
            try trial.expect(try await trial.store.session(by: Secret("one")) == first, "another session is known by the first secret")
            try trial.expect(try await trial.store.session(by: Secret("three")) == nil, "a secret that was never kept is known")

            try await trial.store.seen(session: Secret("one"), at: trial.now + .seconds(30))
            try await trial.store.seen(session: Secret("one"), at: trial.now + .seconds(10))
            let seen = try await trial.store.session(by: Secret("one"))
            try trial.expect(seen?.lastSeenAt == trial.now + .seconds(30), "it was last seen \(String(describing: seen?.lastSeenAt))")

            try await trial.store.end(session: Secret("one"))
            try await trial.store.end(session: Secret("one"))
            try await trial.store.seen(session: Secret("one"), at: trial.now + .seconds(40))
            try trial.expect(try await trial.store.session(by: Secret("one")) == nil, "a session that ended is still known")
            await trial.store.close()
            let store = try await trial.reopen()
            let kept = try await store.session(by: Secret("two"))
            await store.close()
            try trial.expect(kept == other, "\(String(describing: kept)) came back")
        },
        Check("beginning a session forgets those that have expired") { trial in
            func begin(_ secret: String, lasting seconds: Int) async throws {
                let end = trial.now + .seconds(seconds)
                let session = Session(token: "tok_1", proof: nil, createdAt: trial.now, lastSeenAt: trial.now, expiresAt: end)
                try await trial.store.begin(session, secret: Secret(secret))
            }
            try await begin("short", lasting: 60)
            try await begin("long", lasting: 600)
            trial.clock.advance(by: .seconds(60))
            try await begin("new", lasting: 60)
            try trial.expect(try await trial.store.session(by: Secret("short")) == nil, "an expired session is kept")
            try trial.expect(try await trial.store.session(by: Secret("long")) != nil, "one that goes on was forgotten")
        },
    ]
}
