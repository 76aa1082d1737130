import Screening

extension StoreConformance {
    static let erasing = [
        Check("a person is found by every address in what was received, however it is written") { trial in
            let bodies = [
                #"{"candidate": {"email": "Ana@Example.test"}}"#, "email=ana%40example.test&name=Ana",
                #"{"payload": "{\"email\": \"ana@example.test\"}"}"#, #"{"note": "mail\nana@example.test, please"}"#,
                #"{"email": "ana\u0040example.test"}"#,
            ]
            var events: [String] = []
            for body in bodies {
                let event = trial.event(body: Array(body.utf8))
                _ = try await trial.store.accept(event, dedupe: nil)
                events.append(event.id)
            }
            let other = trial.event(body: Array(#"{"email": "ben@example.test"}"#.utf8))
            _ = try await trial.store.accept(other, dedupe: nil)
            let found = try await trial.store.records(of: .email(Personal(" ANA@example.test")))
            try trial.expect(found?.events == events.sorted(), "\(found?.events.count ?? -1) of \(events.count) events were found")
            let none = try await trial.store.records(of: .email(Personal("na@example.test")))
            try trial.expect(none?.isEmpty == true, "a part of an address finds somebody")
            try trial.expect(try await trial.store.records(of: .order("ord_0")) == nil, "an order that is not there has a person")
        },
        Check("erasing takes all of a person and nothing of others, and leaves a signed certificate") { trial in
            let (event, run, order) = try await received(trial, "application-101", "ana@example.test")
            let (otherEvent, _, other) = try await received(trial, "application-102", "ben@example.test")
            let values: [(String, JSON)] = [("of application-101", 1), ("ana", "ana@example.test"), ("ben", "ben@example.test"), ("1017", 101)]
            for (key, value) in values {
                try await trial.store.remember([], of: run.id, doing: .value(connection: "acme", key: key, value, expires: nil))
            }
            _ = try await trial.store.begin(key: "one", bodyHash: "x")
            try await trial.store.recordResponse(key: "one", status: 201, body: Array(#"{"id":"\#(order.id)"}"#.utf8))
            try await trial.store.record(AuditAct(by: .system, "order.read", subject: order.id, reason: Personal("Ana Roe called")))
            let erasure = try trial.unwrap(try await erase(trial, .email(Personal("ana@example.test"))), "nothing was erased")
            let isDone = erasure.doneAt != nil && erasure.copiesUntil == trial.now + .seconds(86_400)
            try trial.expect(erasure.isSigned && isDone, "\(erasure.json.string())")
            try trial.expect(erasure.counts["orders"] == 1 && erasure.counts["events"] == 1 && erasure.counts["keys"] == 2, "\(erasure.counts)")
            try trial.expect(!erasure.json.string().contains("ana@"), "the certificate names the person")
            let kept = try await kept(trial, event.id, run.id, order.id)
            try trial.expect(kept.isEmpty, "\(kept) is still there")
            try trial.expect(try await trial.store.records(of: .email(Personal("ana@example.test")))?.isEmpty == true, "the person is still found")
            for key in ["of application-101", "ana"] {
                try trial.expect(try await trial.store.value(connection: "acme", key: key) == nil, "the value \(key) is still there")
            }
            for key in ["ben", "1017"] {
                try trial.expect(try await trial.store.value(connection: "acme", key: key) != nil, "the value \(key) of somebody else is gone")
            }
            // A request that is sent again is not carried out again.
            let replayed = try await trial.store.begin(key: "one", bodyHash: "x")
            guard case .answered(409, let body) = replayed, try JSON(parsing: body)["code"] == "erased" else {
                return try trial.expect(false, "a request whose answer named the person is \(replayed)")
            }
            try trial.expect(!String(decoding: body, as: UTF8.self).contains(order.id), "an answer that names the person is still kept")
            try trial.expect(try await trial.store.order(other.id) == other, "another person's order is another, or gone")
            try trial.expect(try await trial.store.event(otherEvent.id) != nil, "another person's event is gone")
            let looked = try await trial.store.audit(AuditQuery(), PageRequest()).items.first { $0.subject == order.id }
            try trial.expect(looked != nil && looked?.reason == nil, "a reason that names the person is still there")
            let chain = try trial.unwrap(erasure.chain, "the certificate names no end of the audit")
            try trial.expect(try await trial.store.verifyAudit(anchors: [chain]).isWhole, "the audit does not verify any more")
            try trial.expect(try await trial.store.erasures() == [erasure], "the erasure is not listed")
        },
        Check("a certificate names the newest backup, however old, and gives no day where its keys stay past all days") { trial in
            for (number, age) in [10, 90].enumerated() {
                let (_, _, order) = try await received(trial, "application-\(number)", "ana@example.test")
                trial.clock.advance(by: .seconds(86_400))
                let madeAt = trial.now
                try await trial.store.noteBackup(madeAt: madeAt, bytes: 1, took: .seconds(1))
                trial.clock.advance(by: .seconds(age * 3600))
                let erasure = try trial.unwrap(try await erase(trial, .order(order.id)), "nothing was erased")
                let limits = erasure.limits ?? ""
                try trial.expect(erasure.isSigned && limits.hasPrefix(Erasure.limits) && limits.contains(madeAt.iso8601), limits)
                let until = age * 3600 > 86_400 ? nil : trial.now + .seconds(86_400)
                try trial.expect(erasure.copiesUntil == until, "copies are said to live until \(erasure.copiesUntil?.iso8601 ?? "nobody knows when")")
            }
        },
        Check("an erased application is known by its marks, is ordered by no script, and by a person only anew") { trial in
            let (_, _, order) = try await received(trial, "application-101", "ana@example.test", dedupe: "d-1", group: "g-1")
            try trial.expect(try await !trial.store.hasErasureMarks(on: "acme"), "there are marks before anybody was erased")
            _ = try await erase(trial, .order(order.id))
            for mark in [ErasureMark.externalID("application-101"), .dedupe("d-1"), .group("g-1"), .value(path: ".application", "application-101")] {
                try trial.expect(try await trial.store.isErased([mark], on: "acme"), "\(mark) is not known")
                try trial.expect(try await !trial.store.isErased([mark], on: "beta"), "\(mark) is known on another connection")
            }
            let others = try await trial.store.isErased([.externalID("application-102"), .group("g-2")], on: "acme")
            try trial.expect(!others, "another application is taken for it")
            try trial.expect(try await trial.store.isErased(callbackToken: order.callbackToken.value), "the webhooks' address is not known")
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let run = try await trial.stored(trial.run(event: event.id))
            try await trial.expectConflict {
                try await trial.store.remember([], of: run.id, doing: .place(trial.order("application-101"), asked: nil, reorder: nil) { _ in .null })
            }
            try await trial.expectConflict { _ = try await trial.store.place(trial.order("application-101")) }
            try trial.expect(try await trial.store.order(connection: "acme", externalID: "application-101") == nil, "it was ordered again")
            // The order was open: its provider may go on with it.
            try trial.expect(try await trial.store.isErased([.open("application-101")], on: "acme"), "it is not known that the order was open")
            try await trial.expectConflict { _ = try await trial.store.place(trial.order("application-101"), reorder: Reorder()) }
            let (_, _, ended) = try await received(trial, "application-102", "ben@example.test")
            var cancelled = ended.changed(to: .cancelled)
            cancelled.record.endedAt = trial.now
            try await trial.store.perform([.order(cancelled), .unqueue(.submit(order: ended.id))])
            _ = try await erase(trial, .order(ended.id))
            try trial.expect(try await !trial.store.isErased([.open("application-102")], on: "acme"), "an order that ended is taken for an open one")
            try await trial.expectConflict { _ = try await trial.store.place(trial.order("application-102")) }
            let anew = try await trial.store.place(trial.order("application-102"), reorder: Reorder())
            try trial.expect(anew.isNew, "a person cannot order anew")
        },
        Check("what its provider may go on with is not ordered anew after an erasure, though it ended here") { trial in
            let ends: [(state: OrderState, problem: String?, reference: String?, mayStand: Bool)] = [
                (.failed, Problem.abandoned, nil, true), (.failed, nil, "ref_1", true), (.cancelled, Problem.standsAtProvider, "ref_2", true),
                (.completed, Problem.secondReference, "ref_3", true), (.completed, nil, "ref_4", false), (.failed, nil, nil, false),
                (.cancelled, nil, "ref_5", false),
            ]
            for (number, end) in ends.enumerated() {
                let name = "application-20\(number)"
                let (_, _, order) = try await received(trial, name, "ana\(number)@example.test")
                var ended = order.changed(to: end.state)
                ended.record.endedAt = trial.now
                ended.providerRef = end.reference
                ended.status.problem = end.problem.map { Problem(code: $0, message: "look there", at: trial.now) }
                try await trial.store.perform([.order(ended), .unqueue(.submit(order: order.id))])
                _ = try await erase(trial, .order(order.id))
                let isMarked = try await trial.store.isErased([.open(name)], on: "acme")
                try trial.expect(isMarked == end.mayStand, "\(end) is \(isMarked ? "" : "not ")taken for an order that may stand at its provider")
                guard end.mayStand else {
                    let anew = try await trial.store.place(trial.order(name), reorder: Reorder())
                    try trial.expect(anew.isNew, "after \(end) a person cannot order anew")
                    continue
                }
                try await trial.expectConflict { _ = try await trial.store.place(trial.order(name), reorder: Reorder()) }
            }
        },
        Check("what came in of somebody who is erased goes once its runs have ended") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            var run = try await trial.stored(trial.run(event: event.id, state: .running))
            try await trial.store.eraseLater(event: event.id)
            try await trial.store.eraseLater(event: event.id)
            try trial.expect(try await trial.store.eraseDue() == 0, "an event went whose run goes on")
            run.state = .skipped
            _ = try await trial.stored(run)
            try trial.expect(try await trial.store.eraseDue() == 1, "an event stays whose run has ended")
            let (kept, left) = (try await trial.store.event(event.id), try await trial.store.run(run.id))
            try trial.expect(kept == nil && left == nil, "something of it is still there")
            try trial.expect(try await trial.store.eraseDue() == 0, "it goes twice")
        },
        Check("erasures are listed after a restart, and are not done again") { trial in
            let (_, _, order) = try await received(trial, "application-101", "ana@example.test")
            let erasure = try await erase(trial, .order(order.id))
            await trial.store.close()
            let store = try await trial.reopen()
            let (again, listed) = (try await store.replayErasures(), try await store.erasure(erasure?.id ?? ""))
            await store.close()
            let isKept = listed == erasure && listed?.isSigned == true
            try trial.expect(again == 0 && isKept, "\(again) were done again, and \(listed?.id ?? "none") is listed")
        },
        Check("whoever is stored is known by an address, a name of two words or an identifier, and by nothing less") { trial in
            _ = try await received(trial, "application-101", "ana@example.test")
            let texts = [
                "ana@example.test", "Ana Roe", "Roe Ana", "application-101", "+441632960000", "Ana", "Ana Smith", "ben@example.test", "application-1",
            ]
            let known = try await trial.store.known(texts.map { Personal($0) })
            try trial.expect(known == [0, 1, 2, 3, 4], "\(known.sorted().map { texts[$0] }) are known")
        },
    ]

    private static func erase(_ trial: StoreTrial, _ subject: ErasureSubject) async throws -> Erasure? {
        let id = trial.id(.erasure)
        return try await trial.store.erase(subject, as: id, window: .seconds(86_400), by: .system, note: Personal("asked by letter"))
    }

    /// What is still there of somebody.
    private static func kept(_ trial: StoreTrial, _ event: String, _ run: String, _ order: String) async throws -> [String] {
        var kept: [String] = []
        if try await trial.store.event(event) != nil { kept.append("the event") }
        if try await trial.store.run(run) != nil { kept.append("the run") }
        if try await !trial.store.steps(of: run).isEmpty { kept.append("steps") }
        if try await trial.store.order(order) != nil { kept.append("the order") }
        if try await !trial.store.timeline(of: order).isEmpty { kept.append("the timeline") }
        return kept
    }

    /// An order that was received, with its event and run.
    private static func received(
        _ trial: StoreTrial,
        _ externalID: String,
        _ email: String,
        dedupe: DedupeKey? = nil,
        group: String? = nil
    ) async throws -> (event: Event, run: Run, order: Order) {
        let body = #"{"application": "\#(externalID)", "email": "\#(email)"}"#
        let event = trial.event(body: Array(body.utf8), group: group)
        _ = try await trial.store.accept(event, dedupe: dedupe)
        let run = try await trial.stored(trial.run(event: event.id))
        let candidate = Candidate(
            firstName: email.hasPrefix("ana") ? "Ana" : "Ben",
            lastName: email.hasPrefix("ana") ? "Roe" : "Poe",
            email: email,
            phone: email.hasPrefix("ana") ? "+441632960000" : "+441632960111",
            country: "GB"
        )
        let step = Step(number: 1, kind: "orders.place", requestHash: "x", request: ["email": .string(email)], at: trial.now)
        let order = trial.order(externalID, candidate: candidate)
        let placed = try await trial.store.remember([step], of: run.id, doing: .place(order, asked: nil, reorder: nil) { _ in ["value": 1] })
        let entry = TimelineEntry(order: order.id, at: trial.now, kind: "command", text: "noted", note: Personal("\(email) called"))
        try await trial.store.perform([.timeline(entry)])
        let stored = try trial.unwrap(placed, "no order was placed")
        return (event, run, try trial.unwrap(try await trial.store.order(stored.id), "the order is not there"))
    }
}
