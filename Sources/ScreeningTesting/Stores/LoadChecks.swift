import Screening

extension StoreConformance {
    static let loading = [
        Check("of a run that handles an event the run, its steps and the event are loaded") { trial in
            let event = trial.event()
            _ = try await trial.store.accept(event, dedupe: nil)
            let run = try await trial.stored(trial.run(event: event.id))
            let step = Step(number: 1, kind: "now", requestHash: "h", request: .null, reply: 7, at: trial.now, milliseconds: 0)
            try await trial.store.remember([step], of: run.id, doing: nil)
            let loaded = try await trial.store.load(.run(run.id))
            try trial.expect(loaded.run?.json == (try await trial.store.run(run.id))?.json, "the run is another")
            try trial.expect(loaded.steps == [step], "the steps are others")
            try trial.expect(loaded.event?.id == event.id && loaded.event?.request == Personal(event.request.value), "the event is another")
            try trial.expect(loaded.order == nil && loaded.laterUpdateTold == nil, "something is loaded that it is not about")
        },
        Check("of an update its order is loaded, and which later one was told") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            let runs = [trial.run(hook: "on_update", order: order.id), trial.run(hook: "on_update", order: order.id, state: .done)]
            for run in runs { try await trial.store.perform([.run(run)]) }
            let loaded = try await trial.store.load(.run(runs[0].id))
            try trial.expect(loaded.order == (try await trial.store.order(order.id)), "the order is another")
            try trial.expect(loaded.run?.input == runs[0].input, "the input is another")
            try trial.expect(loaded.laterUpdateTold == runs[1].id && loaded.event == nil, "the later update is not found")
            let ended = try await trial.store.load(.run(runs[1].id))
            try trial.expect(ended.run?.state == .done && ended.order == nil, "more is loaded of a run that has ended")
        },
        Check("of a provider's webhook the event and its order are loaded, of other work its order") { trial in
            let order = try await trial.placed(trial.order("application-1"))
            let event = trial.event(kind: .webhook, account: "zinc-uk", order: order.id)
            _ = try await trial.store.accept(event, dedupe: nil)
            let stored = try await trial.store.order(order.id)
            let loaded = try await trial.store.load(.event(event.id))
            try trial.expect(loaded.event?.id == event.id && loaded.order == stored, "the webhook's are others")
            try trial.expect(try await trial.store.load(.submit(order: order.id)).order == stored, "the submission's is another")
            try trial.expect(try await trial.store.load(.read(order: order.id)).order == stored, "the read's is another")
            let delivery = trial.event()
            _ = try await trial.store.accept(delivery, dedupe: nil)
            try trial.expect(try await trial.store.load(.event(delivery.id)).event?.id == delivery.id, "a delivery is not loaded")
        },
        Check("of work on what is not there nothing is loaded") { trial in
            for work in [Work.event("evt_0"), .run("run_0"), .submit(order: "ord_0"), .read(order: "ord_0")] {
                let loaded = try await trial.store.load(work)
                try trial.expect(loaded.event == nil && loaded.run == nil && loaded.order == nil && loaded.steps.isEmpty, "something is loaded")
            }
        },
    ]
}
