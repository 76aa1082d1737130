import Screening

extension StoreConformance {
    static let scripting = [
        Check("scripts are kept by their hash, also over a restart") { trial in
            let version = ScriptVersion(id: "hash-1", content: [0, 1, 255])
            try await trial.store.keep([version, ScriptVersion(id: "hash-2", content: [])])
            try await trial.store.keep([version])
            try trial.expect(try await trial.store.scriptVersion("hash-3") == nil, "something that was never kept is there")
            await trial.store.close()
            let store = try await trial.reopen()
            let kept = try await store.scriptVersion("hash-1")
            await store.close()
            try trial.expect(kept == version, "\(String(describing: kept)) came back")
        },
        Check("scripts stay as long as they are in use or an unfinished run began on them") { trial in
            for id in ["present", "begun", "ended", "unused"] { try await trial.store.keep([ScriptVersion(id: id, content: [1])]) }
            for (script, state) in [("begun", Run.State.waiting), ("ended", .done)] {
                let run = Run(
                    id: trial.id(.run),
                    connection: "acme",
                    plugin: "webhook",
                    pluginVersion: "1.0.0",
                    script: script,
                    hook: "on_event",
                    event: nil,
                    order: nil,
                    input: .event(parameters: [:]),
                    state: state,
                    createdAt: trial.now
                )
                try await trial.store.perform([.run(run)])
            }
            trial.clock.advance(by: .seconds(31 * 86_400))
            try await trial.store.keep([ScriptVersion(id: "present", content: [1])])
            for (id, stays) in [("present", true), ("begun", true), ("ended", false), ("unused", false)] {
                let isThere = try await trial.store.scriptVersion(id) != nil
                try trial.expect(isThere == stays, "\(id) is \(isThere ? "still there" : "gone")")
            }
        },
    ]
}
