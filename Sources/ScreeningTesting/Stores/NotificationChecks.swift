import Screening

extension StoreConformance {
    static let notifications = [
        Check("an endpoint is kept with its secrets, over the version that was read, also over a restart") { trial in
            var endpoint = trial.endpoint("ops")
            endpoint.connections = ["acme"]
            endpoint.accounts = ["zinc-uk"]
            endpoint.keys.append(.init(Secret("whsec_b2xk"), createdAt: trial.now, expiresAt: trial.now + .seconds(60)))
            try await trial.store.keep(endpoint, over: 0)
            try await trial.expectConflict { try await trial.store.keep(endpoint, over: 0) }
            try trial.expect(try await trial.store.endpoint("ops") == endpoint, "another came back")
            var next = endpoint
            next.version = 2
            next.isEnabled = false
            next.url = "https://other.example.test/"
            try await trial.store.keep(next, over: 1)
            try await trial.expectConflict { try await trial.store.keep(next, over: 1) }
            await trial.store.close()
            let store = try await trial.reopen()
            let all = try await store.endpoints()
            try await store.remove(endpoint: "ops")
            try await store.remove(endpoint: "ops")
            let left = try await store.endpoint("ops")
            await store.close()
            try trial.expect(all == [next] && left == nil, "\(all) came back, and \(String(describing: left)) was left")
        },
        Check("a notice is stored with its work where somebody is told of its kind, and once") { trial in
            let notice = trial.notice(.issueOpened)
            try await trial.store.perform([.notify(notice)])
            try trial.expect(try await trial.store.notice(notice.id) == nil, "it is stored for nobody")
            try trial.expect(try await trial.claim().isEmpty, "there is work for nobody")
            try await trial.store.subscribe("notifier:ops", to: .some([.issueOpened]))
            try await trial.store.perform([.notify(trial.notice(.orderUpdated)), .notify(notice)])
            try await trial.store.perform([.notify(notice)])
            let claims = try await trial.claim()
            try trial.expect(claims.map(\.work) == [.notice(notice.id)], "the work is \(claims.subjects)")
            try trial.expect(try await trial.store.notice(notice.id) == notice, "another came back")
            try await trial.store.commit(claims[0], Decision(.done))
            try await trial.store.perform([.notify(notice)])
            try trial.expect(try await trial.claim().isEmpty, "it is given out twice")
            try trial.expect(try await trial.store.subscribers() == ["notifier:ops"], "others are told")
            try await trial.store.subscribe("notifier:ops", to: .some([]))
            let later = trial.notice(.issueOpened, 2)
            try await trial.store.perform([.notify(later)])
            try trial.expect(try await trial.store.notice(later.id) == nil, "who is told no more is told")
        },
        Check("a notice to one endpoint is stored whoever is told of its kind") { trial in
            let notice = trial.notice(.test, to: "ops")
            try await trial.store.perform([.notify(notice)])
            try trial.expect(try await trial.claim().map(\.work) == [.notice(notice.id)], "there is no work")
            try trial.expect(try await trial.store.notice(notice.id) == notice, "another came back")
        },
        Check("a notice is stored with the change that it tells of, or not at all") { trial in
            try await trial.store.keep(trial.endpoint("ops"), over: 0)
            let order = try await trial.placed(trial.order("a-1"))
            let changed = order.changed(to: .submitting)
            let notice = trial.notice(.orderUpdated)
            try await trial.expectConflict { try await trial.store.perform([.notify(notice), .order(changed.changed(to: .requested))]) }
            try trial.expect(try await trial.store.notice(notice.id) == nil, "it is stored without the change")
            try await trial.store.perform([.order(changed), .notify(notice)])
            try trial.expect(try await trial.store.notice(notice.id) == notice, "it is not stored with the change")
        },
        Check("notices about one order are given out in order, whoever claims") { trial in
            try await trial.store.subscribe("notifier:ops", to: .all)
            let first = trial.notice(.orderUpdated, 1, order: "ord_1")
            let second = trial.notice(.orderUpdated, 2, order: "ord_1")
            try await trial.store.perform([.notify(first)])
            try await trial.store.perform([.notify(second), .notify(trial.notice(.orderUpdated, 1, order: "ord_2"))])
            let claims = try await trial.claim()
            try trial.expect(claims.count == 2 && !claims.subjects.contains(second.id), "claimed \(claims.subjects)")
            for claim in claims { try await trial.store.commit(claim, Decision(.done)) }
            try trial.expect(try await trial.claim().subjects == [second.id], "the second does not follow")
        },
        Check("an order that is placed is told once, and a dead letter too") { trial in
            try await trial.store.keep(trial.endpoint("ops"), over: 0)
            let order = trial.order("a-1")
            _ = try await trial.store.place(order)
            _ = try await trial.store.place(trial.order("a-1"))
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            var run = trial.run(event: event.id)
            try await trial.store.perform([.run(run)])
            run.state = .dead
            run.endedAt = trial.now
            try await trial.store.perform([.run(run), .event(id: event.id, state: .dead, problem: nil)])
            let kinds = Set([Work.Kind.notice])
            var notices: [Notice] = []
            for claim in try await trial.claim(kinds: kinds) {
                notices.append(try trial.unwrap(try await trial.store.notice(claim.work.subject), "a notice is missing"))
            }
            try trial.expect(Set(notices.map(\.kind)) == [.orderCreated, .deadLetter] && notices.count == 2, "told \(notices.map(\.id))")
            let dead = notices.first { $0.kind == .deadLetter }
            try trial.expect(dead?.data["run"]?.text == run.id && dead?.connection == "acme", "it says \(String(describing: dead))")
            try trial.expect(notices.first { $0.kind == .orderCreated }?.order == order.id, "another order is told of")
        },
        Check("what becomes of an issue is told once each, in the transaction that writes it") { trial in
            try await trial.store.subscribe("notifier:ops", to: .all)
            let cause = IssueCause(.credentialsRefused, account: "zinc-uk")
            let sighting = IssueSighting(cause, id: "iss_1", at: trial.now)
            _ = try await trial.store.observe([sighting])
            _ = try await trial.store.observe([sighting])
            _ = try await trial.store.resolve([cause], at: trial.now + .seconds(1), unseenSince: nil)
            _ = try await trial.store.resolve([cause], at: trial.now + .seconds(2), unseenSince: nil)
            var told: [Notice.Kind] = []
            while let claim = try await trial.claim(1, kinds: [.notice]).first {
                let notice = try trial.unwrap(try await trial.store.notice(claim.work.subject), "a notice is missing")
                told.append(notice.kind)
                try trial.expect(notice.cause == cause && notice.issue == "iss_1", "it is about \(String(describing: notice.cause))")
                try await trial.store.commit(claim, Decision(.done))
                trial.clock.advance(by: .seconds(3))
            }
            try trial.expect(told == [.issueOpened, .issueResolved], "told \(told)")
        },
        Check("a delivery is kept with its attempts, listed by age and state, and gone with its endpoint") { trial in
            try await trial.store.keep(trial.endpoint("ops"), over: 0)
            let first = trial.delivery(of: trial.notice(.orderUpdated, 1), to: "ops")
            trial.clock.advance(by: .seconds(1))
            var second = trial.delivery(of: trial.notice(.orderUpdated, 2), to: "ops")
            let elsewhere = trial.delivery(of: trial.notice(.orderUpdated, 3), to: "gone")
            try await trial.store.perform([.delivery(first), .delivery(second), .delivery(elsewhere)])
            try trial.expect(try await trial.store.delivery(elsewhere.id) == nil, "one without an endpoint is kept")
            let attempt = WebhookDelivery.Attempt(at: trial.now, milliseconds: 12, status: 500, error: "answered 500", answer: Personal("oops"))
            second = second.after(attempt, .failed)
            try await trial.store.perform([.delivery(second)])
            try trial.expect(try await trial.store.delivery(second.id) == second, "another came back")
            let all = try await trial.store.deliveries(of: "ops", DeliveryQuery(), PageRequest(limit: 1))
            try trial.expect(all.items == [second] && all.next == second.id, "the page is \(all)")
            let rest = try await trial.store.deliveries(of: "ops", DeliveryQuery(), PageRequest(limit: 1, cursor: all.next))
            try trial.expect(rest.items == [first] && rest.next == nil, "the next page is \(rest)")
            var query = DeliveryQuery()
            query.states = [.failed, .missed]
            try trial.expect(try await trial.store.deliveries(of: "ops", query, PageRequest()).items == [second], "others failed")
            query.states = []
            query.until = trial.now
            try trial.expect(try await trial.store.deliveries(of: "ops", query, PageRequest()).items == [first], "others are older")
            try await trial.store.remove(endpoint: "ops")
            try trial.expect(try await trial.store.delivery(first.id) == nil, "it is there without its endpoint")
        },
        Check("what becomes of attempts is counted on the endpoint, until one succeeds") { trial in
            try await trial.store.keep(trial.endpoint("ops"), over: 0)
            let start = trial.now
            try await trial.store.perform([.endpoint("ops", .failed(at: start, counts: false, throttledUntil: nil))])
            try await trial.store.perform([.endpoint("ops", .failed(at: start + .seconds(1), counts: true, throttledUntil: start + .seconds(60)))])
            try await trial.store.perform([.endpoint("ops", .failed(at: start + .seconds(2), counts: true, throttledUntil: start + .seconds(9)))])
            try await trial.store.perform([.endpoint("ops", .warned(at: start)), .endpoint("ops", .warned(at: start + .seconds(5)))])
            let health = try trial.unwrap(try await trial.store.endpoint("ops"), "it is gone").health
            var expected = WebhookEndpoint.Health()
            expected.failures = 3
            expected.failingSince = start + .seconds(1)
            expected.throttledUntil = start + .seconds(60)
            expected.warnedAt = start
            try trial.expect(health == expected, "it is \(health)")
            try await trial.store.perform([.endpoint("ops", .succeeded)])
            try trial.expect(try await trial.store.endpoint("ops")?.health == WebhookEndpoint.Health(), "it is not forgotten")
            let problem = Problem(code: "gone", message: "it answered 410", at: start)
            let version = try trial.unwrap(try await trial.store.endpoint("ops"), "it is gone").version
            try await trial.store.perform([.endpoint("ops", .disabled(problem, version: version - 1))])
            try trial.expect(try await trial.store.endpoint("ops")?.isEnabled == true, "a late answer disabled what was changed since")
            try await trial.store.perform([.endpoint("ops", .disabled(problem, version: version))])
            try await trial.store.perform([.endpoint("ops", .disabled(Problem(code: "failing", message: "", at: start), version: version))])
            let endpoint = try await trial.store.endpoint("ops")
            try trial.expect(endpoint?.isEnabled == false && endpoint?.disabled == problem, "it is \(String(describing: endpoint))")
        },
        Check("old deliveries are forgotten with their notices, and those beyond a number; never what is still to be sent") { trial in
            try await trial.store.keep(trial.endpoint("ops"), over: 0)
            var deliveries: [WebhookDelivery] = []
            for number in 1...4 {
                let notice = trial.notice(.orderUpdated, Int64(number))
                var delivery = trial.delivery(of: notice, to: "ops")
                if number != 1 { delivery.state = .missed }
                deliveries.append(delivery)
                try await trial.store.perform([.notify(notice), .delivery(delivery)])
                trial.clock.advance(by: .seconds(10))
            }
            for claim in try await trial.claim() { try await trial.store.commit(claim, Decision(.done)) }
            func left() async throws -> [String] {
                try await trial.store.deliveries(of: "ops", DeliveryQuery(), PageRequest(ascending: true)).items.map(\.id)
            }
            try await trial.store.forgetDeliveries(before: deliveries[2].createdAt, keeping: 100)
            var present = try await left()
            try trial.expect(present == [deliveries[0].id, deliveries[2].id, deliveries[3].id], "\(present) are left")
            try trial.expect(try await trial.store.notice(deliveries[1].notice) == nil, "its notice is left")
            try trial.expect(try await trial.store.notice(deliveries[0].notice) != nil, "what is still to be sent is gone")
            try await trial.store.forgetDeliveries(before: Timestamp(milliseconds: 0), keeping: 1)
            present = try await left()
            try trial.expect(present == [deliveries[0].id, deliveries[3].id], "\(present) are left")
        },
    ]
}

extension StoreTrial {
    func endpoint(_ id: String) -> WebhookEndpoint {
        WebhookEndpoint(
            id: id,
            url: "https://hooks.example.test/fairlead",
            events: .all,
            keys: [WebhookEndpoint.Key(Secret("whsec_bmV3"), createdAt: now)],
            createdAt: now
        )
    }

    func notice(_ kind: Notice.Kind, _ mark: Int64 = 1, order: String? = nil, to addressee: String? = nil) -> Notice {
        Notice(
            kind,
            about: order ?? "thing",
            mark,
            at: now,
            order: order,
            connection: "acme",
            account: "zinc-uk",
            data: ["a": 1],
            addressee: addressee
        )
    }

    func delivery(of notice: Notice, to endpoint: String) -> WebhookDelivery {
        WebhookDelivery(id: id(.delivery), of: notice, to: endpoint, at: now)
    }
}
