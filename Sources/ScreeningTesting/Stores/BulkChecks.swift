import Screening

extension StoreConformance {
    static let bulk = [
        Check("a command for many things keeps what it is for and how far it is, and goes on from there after a restart") { trial in
            let items = (0..<1203).map { "run_\($0)" }
            var job = BulkJob(
                id: trial.id(.bulk),
                verb: .retryRuns,
                actor: .token(id: "tok_1", name: "ops"),
                note: "mended for Ana",
                connections: ["acme"],
                count: items.count,
                sparesDiscarded: true,
                createdAt: trial.now
            )
            try await trial.store.perform([.begin(job, of: items)])
            try trial.expect(try await trial.store.bulkJob(job.id) == job, "it is another")
            (job.position, job.done, job.refused, job.superseded) = (700, 690, 10, 3)
            var refused = job
            refused.newRefusal = BulkJob.Refusal(item: "run_699", code: "superseded", message: Personal("Ana was told of later"))
            for _ in 0..<2 { try await trial.store.perform([.progress(refused)]) }
            await trial.store.close()
            let store = try await trial.reopen()
            let kept = try await store.bulkJob(job.id)
            let refusals = try await store.bulkRefusals(of: job.id, limit: 10)
            var rest: [String] = []
            while true {
                let more = try await store.bulkItems(of: job.id, from: 700 + rest.count)
                guard !more.isEmpty else { break }
                rest += more
            }
            var late = job
            (late.position, late.done) = (500, 500)
            try await store.perform([.progress(late)])
            let after = try await store.bulkJob(job.id)
            let none = try await store.bulkJob("blk_none")
            await store.close()
            try trial.expect(refusals == [refused.newRefusal].compactMap(\.self), "refused: \(refusals)")
            try trial.expect(kept == job, "after it was opened again: \(String(describing: kept))")
            try trial.expect(rest == Array(items[700...]), "\(rest.count) are left")
            try trial.expect(after == job, "an older word counts")
            try trial.expect(none == nil, "there is one that nobody gave")
        },
        Check("a command for many things that was stopped stays so, and one that ended long ago goes") { trial in
            func job() -> BulkJob {
                BulkJob(id: trial.id(.bulk), verb: .cancelOrders, actor: .system, note: nil, connections: nil, count: 2, createdAt: trial.now)
            }
            var first = job()
            try await trial.store.perform([.begin(first, of: ["ord_1", "ord_2"])])
            trial.clock.advance(by: .seconds(1))
            try trial.expect(try await trial.store.runningBulkJobs().map(\.id) == [first.id], "it is not among those that run")
            try await trial.store.perform([.stop(bulk: first.id, at: trial.now, reason: "The token was revoked.")])
            (first.position, first.done, first.state) = (1, 1, .done)
            try await trial.store.perform([.progress(first), .stop(bulk: first.id, at: trial.now + .seconds(9))])
            let stopped = try trial.unwrap(try await trial.store.bulkJob(first.id), "it is gone")
            try trial.expect(stopped.state == .stopped && stopped.position == 1 && stopped.endedAt == trial.now, "got \(stopped)")
            try trial.expect(stopped.reason == "The token was revoked.", "the reason is \(stopped.reason ?? "gone")")
            try trial.expect(try await trial.store.runningBulkJobs().isEmpty, "it is among those that run")
            let second = job()
            try await trial.store.perform([.begin(second, of: [])])
            try trial.expect(try await trial.store.bulkJobs(limit: 10).map(\.id) == [second.id, first.id], "the newest is not first")
            try trial.expect(try await trial.store.bulkJobs(limit: 1).map(\.id) == [second.id], "more are listed than were asked for")
            trial.clock.advance(by: .seconds(31 * 86_400))
            let third = job()
            try await trial.store.perform([.begin(third, of: [])])
            try trial.expect(try await trial.store.bulkJobs(limit: 10).map(\.id) == [third.id, second.id], "what ended long ago is there")
            try trial.expect(try await trial.store.bulkItems(of: first.id, from: 0).isEmpty, "what it was for is there")
        },
    ]
}
