import Screening

extension StoreConformance {
    static let auditing = [
        Check("what is recorded forms a chain that verifies, also over a restart") { trial in
            try trial.expect(try await trial.store.auditHead() == .empty, "a new store's chain is not empty")
            for number in 1...3 {
                let act = AuditAct(by: ana, "orders.read", details: ["count": .int(Int64(number))], reason: Personal("Ana Roe called"))
                let entry = try await trial.store.record(act)
                try trial.expect(entry.seq == Int64(number) && entry.hash == entry.computedHash, "entry \(number) came back as \(entry)")
            }
            let head = try await trial.store.auditHead()
            await trial.store.close()
            let store = try await trial.reopen()
            let (verified, page) = (try await store.verifyAudit(anchors: [head]), try await store.audit(AuditQuery(), PageRequest(ascending: true)))
            let kept = try await store.auditHead()
            await store.close()
            try trial.expect(verified.isWhole && verified.count == 3 && verified.head == head && kept == head, "\(verified) was found")
            try trial.expect(page.items.map(\.seq) == [1, 2, 3] && page.items.map(\.actor) == [ana, ana, ana], "\(page.items) came back")
            try trial.expect(page.items[0].reason?.value == "Ana Roe called", "the reason came back as another one")
            try trial.expect(page.items[1].previous == page.items[0].hash, "an entry does not name the one before")
        },
        Check("the audit is read by actor, action, subject and time, page by page") { trial in
            try await trial.store.record(AuditAct(by: ana, "order.read", subject: "ord_1"))
            try await trial.store.record(AuditAct(by: .token(id: "tok_1", name: "desk"), "order.cancel", subject: "ord_1"))
            trial.clock.advance(by: .seconds(60))
            let later = trial.now
            try await trial.store.record(AuditAct(by: .system, "settings.applied"))
            func found(_ change: (inout AuditQuery) -> Void) async throws -> [Int64] {
                var query = AuditQuery()
                change(&query)
                return try await trial.store.audit(query, PageRequest()).items.map(\.seq)
            }
            try trial.expect(try await found { _ in } == [3, 2, 1], "not the newest first")
            try trial.expect(try await found { $0.actor = Personal("ANA@example.test") } == [1], "a person is not found by their address")
            try trial.expect(try await found { $0.actor = Personal("tok_1") } == [2], "a token is not found by its identifier")
            try trial.expect(try await found { $0.actor = Personal("system") } == [3], "the host is not found")
            try trial.expect(try await found { $0.action = "order.cancel" } == [2], "an action is not found")
            try trial.expect(try await found { $0.action = "order." } == [2, 1], "the actions on orders are not found")
            try trial.expect(try await found { $0.subject = "ord_1" } == [2, 1], "a subject is not found")
            try trial.expect(try await found { $0.since = later } == [3], "what is newer is not found")
            try trial.expect(try await found { $0.until = later } == [2, 1], "what is older is not found")
            let first = try await trial.store.audit(AuditQuery(), PageRequest(limit: 2))
            let rest = try await trial.store.audit(AuditQuery(), PageRequest(limit: 2, cursor: first.next))
            try trial.expect(first.items.map(\.seq) == [3, 2] && rest.items.map(\.seq) == [1] && rest.next == nil, "the pages do not fit together")
        },
        Check("an act is recorded in the transaction that does it, once, and not where that fails") { trial in
            let order = trial.order("7")
            let act = AuditedAct(AuditAct(by: ana, "order.create"))
            try await AuditedAct.$current.withValue(act) {
                _ = try await trial.store.place(order, reorder: nil, by: ana)
                try await trial.store.perform([.queue(trial.work("run_1"))])
            }
            var entries = try await trial.store.audit(AuditQuery(), PageRequest()).items
            try trial.expect(entries.map(\.action) == ["order.create"] && entries.first?.subject == order.id, "\(entries) was recorded")
            try trial.expect(!act.isPending, "the act still waits to be recorded")

            let again = AuditedAct(AuditAct(by: ana, "order.create"))
            try await AuditedAct.$current.withValue(again) { _ = try await trial.store.place(trial.order("7"), reorder: nil, by: ana) }
            try trial.expect(again.isPending && again.act.subject == order.id, "an order that was there already was recorded as placed")

            let refused = AuditedAct(AuditAct(by: ana, "run.retry"))
            try await trial.expectConflict {
                try await AuditedAct.$current.withValue(refused) { try await trial.store.perform([.expect(run: "run_0", in: .dead)]) }
            }
            try trial.expect(refused.isPending, "an act that was not done is not pending any more")
            let left = AuditedAct(AuditAct(by: ana, "run.retry"))
            left.leaveOut()
            try await AuditedAct.$current.withValue(left) { try await trial.store.perform([.queue(trial.work("run_2"))]) }
            entries = try await trial.store.audit(AuditQuery(), PageRequest()).items
            try trial.expect(entries.count == 1, "\(entries) was recorded")
        },
        Check("tokens are kept and removed with a record of it") { trial in
            let token = AccessToken(id: trial.id(.token), name: "desk", scopes: [.order], connections: nil, createdAt: trial.now, expiresAt: nil)
            try await AuditedAct.$current.withValue(AuditedAct(AuditAct(by: ana, "token.create"))) {
                try await trial.store.keep(token, secret: Secret("flt_one"))
            }
            try await AuditedAct.$current.withValue(AuditedAct(AuditAct(by: ana, "token.remove"))) { try await trial.store.remove(token: token.id) }
            let entries = try await trial.store.audit(AuditQuery(), PageRequest(ascending: true)).items
            let isAboutIt = entries.allSatisfy { $0.subject == token.id }
            try trial.expect(entries.map(\.action) == ["token.create", "token.remove"] && isAboutIt, "\(entries) was recorded")
        },
        Check("many who record at the same time make one chain") { trial in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        if number.isMultiple(of: 2) {
                            try await trial.store.record(AuditAct(by: .token(id: "tok_\(number)", name: ""), "orders.read"))
                        } else {
                            try await AuditedAct.$current.withValue(AuditedAct(AuditAct(by: .token(id: "tok_\(number)", name: ""), "run.retry"))) {
                                try await trial.store.perform([.queue(trial.work("run_\(number)"))])
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let verified = try await trial.store.verifyAudit()
            try trial.expect(verified.isWhole && verified.count == 40, "\(verified) was found")
        },
        Check("the oldest entries are pruned with a record, and the rest still verifies") { trial in
            for _ in 1...5 {
                try await trial.store.record(AuditAct(by: ana, "orders.read"))
                trial.clock.advance(by: .seconds(60))
            }
            let anchor = try await trial.store.auditHead()
            let none = try await trial.store.pruneAudit(before: Timestamp(milliseconds: 0), limit: 100, by: .system)
            let some = try await trial.store.pruneAudit(before: trial.now + .seconds(-150), limit: 2, by: .system)
            var verified = try await trial.store.verifyAudit(anchors: [anchor])
            try trial.expect(none == 0 && some == 2 && verified.isWhole && verified.first == 3, "\(none), \(some) and \(verified)")
            let rest = try await trial.store.pruneAudit(before: trial.now + .seconds(3600), limit: 100, by: .system)
            verified = try await trial.store.verifyAudit(anchors: [anchor])
            try trial.expect(rest == 3 && verified.isWhole && verified.count == 2, "\(rest) and \(verified)")
            let entries = try await trial.store.audit(AuditQuery(), PageRequest()).items
            try trial.expect(entries.allSatisfy { $0.action == AuditVerifier.pruned }, "\(entries) is left")
        },
    ]

    private static let ana = Actor.person(address: Personal("ana@example.test"), name: Personal("Ana Roe"))
}
