import Screening

extension StoreConformance {
    static let unknownRequests = [
        Check("requests that no order has are kept once each, so many of an account, until an order has them or all is over") { trial in
            func note(_ reference: String, at account: String = "zinc-uk") async throws -> Bool {
                try await trial.store.note(unknownRequest: reference, at: account, at: trial.now, atMost: 2)
            }
            try trial.expect(try await trial.store.unknownRequests().isEmpty, "there are some before any was named")
            try trial.expect(try await note("ref_1"), "the first is not kept")
            trial.clock.advance(by: .seconds(1))
            let begun = trial.now
            for reference in ["ref_2", "ref_2"] { try trial.expect(try await note(reference), "\(reference) is not kept") }
            try trial.expect(try await !note("ref_3"), "more are kept than may be")
            trial.clock.advance(by: .seconds(1))
            try trial.expect(try await note("ref_1"), "what is known is not kept")
            try trial.expect(try await note("ref_1", at: "zinc-au"), "another account's is not kept")
            await trial.store.close()
            let store = try await trial.reopen()
            let all = Set(try await store.unknownRequests().map { "\($0.account) \($0.reference) \($0.count)" })
            try trial.expect(all == ["zinc-uk ref_1 2", "zinc-au ref_1 1", "zinc-uk ref_2 2"], "\(all)")
            let second = try await store.unknownRequests().last
            try trial.expect(second?.reference == "ref_2" && second?.firstAt == begun && second?.lastAt == begun, "\(String(describing: second))")
            let order = try await store.place(trial.order("application-1")).order
            var next = order.changed(to: .requested)
            next.providerRef = "ref_1"
            let reference = Effect.Reference("ref_1", of: order.id, account: order.account, isAlone: true)
            try await store.perform([.reference(reference), .order(next)])
            let left = try await store.unknownRequests().map { "\($0.account) \($0.reference)" }
            try trial.expect(left == ["zinc-au ref_1", "zinc-uk ref_2"], "an order has it: \(left)")
            let isKept = try await store.note(unknownRequest: "ref_3", at: "zinc-uk", at: trial.now, atMost: 2)
            try trial.expect(isKept, "one that an order has is counted with those that none has")
            try await store.closeRestores(at: trial.now)
            try trial.expect(try await store.unknownRequests().isEmpty, "they are kept although all is over")
            await store.close()
        },
        Check("a request of somebody who was erased is known as that on its account, and is kept as nobody's") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            var next = order.changed(to: .requested)
            next.providerRef = "ref_1"
            try await trial.store.perform([.reference(.init("ref_1", of: order.id, account: order.account, isAlone: true)), .order(next)])
            _ = try await trial.store.note(unknownRequest: "ref_1", at: order.account, at: trial.now, atMost: 9)
            try trial.expect(try await !trial.store.isErased(reference: "ref_1", at: order.account), "nobody was erased yet")
            _ = try await trial.store.erase(.order(order.id), as: trial.id(.erasure), window: .seconds(86_400), by: .system, note: nil)
            try trial.expect(try await trial.store.isErased(reference: "ref_1", at: order.account), "its request is free for others")
            try trial.expect(try await !trial.store.isErased(reference: "ref_1", at: "another"), "it is another account's")
            try trial.expect(try await !trial.store.isErased(reference: "ref_2", at: order.account), "another request is taken for it")
            _ = try await trial.store.note(unknownRequest: "ref_1", at: order.account, at: trial.now, atMost: 9)
            try trial.expect(try await trial.store.unknownRequests().isEmpty, "it is shown as nobody's")
        },
    ]
}
