import Screening

extension StoreConformance {
    static let views = [
        Check("everybody keeps views of their own, up to a number, also over a restart, and forgets them") { trial in
            func view(_ id: String, _ name: String) -> SavedView {
                SavedView(id: id, name: name, query: "state=failed&older=9d", createdAt: trial.now)
            }
            try trial.expect(try await trial.store.views(of: "tok_1").isEmpty, "there are views")
            let (first, other) = (view("a", "Late at Zinc"), view("a", "Another's"))
            _ = try await trial.store.keep(first, of: "tok_1")
            _ = try await trial.store.keep(other, of: "person:ben@example.test")
            trial.clock.advance(by: .seconds(1))
            let second = view("b", "Failed")
            _ = try await trial.store.keep(second, of: "tok_1")
            try trial.expect(try await trial.store.views(of: "tok_1") == [first, second], "they are others")
            let renamed = SavedView(id: "a", name: "Late", query: "older=3d", createdAt: first.createdAt)
            _ = try await trial.store.keep(renamed, of: "tok_1")
            try trial.expect(try await trial.store.views(of: "tok_1") == [renamed, second], "it does not stand in its own place")
            for number in 2..<SavedView.most { _ = try await trial.store.keep(view("v\(number)", "View \(number)"), of: "tok_1") }
            try trial.expect(try await !trial.store.keep(view("more", "More"), of: "tok_1"), "there is no end")
            try trial.expect(try await trial.store.keep(second, of: "tok_1"), "one that is there is refused")
            try trial.expect(try await trial.store.views(of: "tok_1").count == SavedView.most, "another number is kept")
            try await trial.store.forget(view: "a", of: "tok_1")
            try await trial.store.forget(view: "a", of: "tok_1")
            await trial.store.close()
            let store = try await trial.reopen()
            let (kept, others) = (try await store.views(of: "tok_1"), try await store.views(of: "person:ben@example.test"))
            await store.close()
            try trial.expect(kept.count == SavedView.most - 1 && !kept.contains(renamed), "\(kept.count) came back")
            try trial.expect(others == [other], "another's are \(others.count)")
        }
    ]
}
