import Screening

extension StoreConformance {
    static let tokens = [
        Check("a token is known by its secret, until it is removed, also over a restart") { trial in
            let token = AccessToken(
                id: trial.id(.token),
                name: "dashboard",
                scopes: [.order],
                connections: ["acme", "beta"],
                createdAt: trial.now,
                expiresAt: trial.now + .seconds(60)
            )
            trial.clock.advance(by: .seconds(1))
            let other = AccessToken(id: trial.id(.token), name: "", scopes: [], connections: nil, createdAt: trial.now, expiresAt: nil)
            try await trial.store.keep(token, secret: Secret("flt_one"))
            try await trial.store.keep(other, secret: Secret("flt_two"))
            try trial.expect(try await trial.store.token(by: Secret("flt_one")) == token, "another token is known by the first secret")
            try trial.expect(try await trial.store.token(by: Secret("flt_three")) == nil, "a secret that was never kept is known")
            try trial.expect(try await trial.store.token(id: token.id) == token, "another token has the first identifier")
            try trial.expect(try await trial.store.token(id: trial.id(.token)) == nil, "an identifier that nothing has is a token's")
            try await trial.store.remove(token: token.id)
            try await trial.store.remove(token: token.id)
            try trial.expect(try await trial.store.token(by: Secret("flt_one")) == nil, "a removed token is still known")
            try trial.expect(try await trial.store.token(id: token.id) == nil, "a removed token still has its identifier")
            await trial.store.close()
            let store = try await trial.reopen()
            let (kept, all) = (try await store.token(by: Secret("flt_two")), try await store.tokens())
            let named = try await store.token(id: other.id)
            await store.close()
            try trial.expect(kept == other && named == other && all == [other], "\(all) came back")
        }
    ]
}
