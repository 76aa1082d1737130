import Foundation
import LuaRuntime
import Screening

@testable import Plugins

/// Runs scripts that a test writes down, through real workers.
enum PluginBench {
    static let pool = LuaPool(LuaPool.Configuration(count: 2, workerPath: workerPath))
    static let hooks = HookRunner(pool: pool)
    static let runner = FixtureRunner(hooks)

    /// What no script may ever see.
    static let secretValue = "s3cr3t-value-0123456789"

    private static var workerPath: String {
        let beside = LuaPool.Configuration.defaultWorkerPath
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return repository.appending(path: ".build/debug/fairlead-lua").path
    }

    static var repository: URL { URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent() }

    static let manifest = """
        name: bench
        version: 1.0.0
        contract: 1
        kind: ats
        settings: { type: object, additionalProperties: true }
        secrets: { api_key: { required: true }, signing: {} }
        inbound:
          - path: /hook
            verify: { scheme: none }
        permissions:
          http: ["https://api.example.test"]
        """

    /// A plugin that stands on disk only while it is read.
    static func plugin(_ main: String, files: [String: String] = [:], manifest: String = manifest) throws -> Plugin {
        let root = FileManager.default.temporaryDirectory.appending(path: "fairlead-\(UUID().uuidString)")
        let folder = root.appending(path: "bench")
        defer { try? FileManager.default.removeItem(at: root) }
        for (name, text) in files.merging(["main.lua": main, "plugin.yaml": manifest], uniquingKeysWith: { $1 }) {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: false, encoding: .utf8)
        }
        return try Plugin(folder: folder.path)
    }

    /// What one run of a hook did.
    struct Outcome {
        let end: HookEnd
        let calls: [DryRunCall]
        let logs: [JSON]
        let orders: [Order]

        var value: JSON? { if case .done(let value) = end { value } else { nil } }
        var error: JSON? { if case .failed(let failure) = end { failure.error.json } else { nil } }
        /// Everything that anybody could read of it.
        var everything: String { end.json.string() + JSON.array(calls.map(\.json) + logs + orders.map(\.json)).string() }
    }

    static let body = #"{"a":null,"b":[1,{"c":"x"}],"email":"ana@example.test","n":5,"blank":" "}"#

    /// The body of an `on_event`, with the modules and the payload's map `m` at hand.
    static func script(_ body: String) -> String {
        "return {on_event=function(event,ctx) local json,crypto,text=require'json',require'crypto',require'text' "
            + "local time,map,screening=require'time',require'map',require'screening' local m=map(event.body) \(body)\nend}"
    }

    /// Runs a hook whose calls are answered by the steps that fit, by the dry run, or by `{}`.
    static func run(
        main: String,
        hook: String = "on_event",
        input: JSON = ["raw": .string(body)],
        overlay: String? = nil,
        settings: JSON = [:],
        steps: [FixtureStep] = [],
        files: [String: String] = [:]
    ) async throws -> Outcome {
        let plugin = try plugin(main, files: files)
        let script = overlay.map { Script(name: "overlay", chunk: "acme.lua", source: $0) }
        let connection = DryRunConnection(
            id: "acme",
            plugin: plugin,
            scripts: plugin.scripts(overlay: script),
            accounts: ["zinc-uk", "zinc-eu"],
            settings: settings,
            secrets: ["api_key": secretValue]
        )
        let fixture = Fixture(name: "bench", hook: hook, input: input)
        let (attempt, asked) = try await runner.attempt(connection, hook, fixture) { input in
            DryRunHost(connection, input: input, now: fixture.now, steps: steps, stubs: [])
        }
        return Outcome(end: attempt.end, calls: asked.calls, logs: attempt.logs, orders: asked.orders)
    }

    static func run(_ body: String, raw: String = body, steps: [FixtureStep] = [], files: [String: String] = [:]) async throws -> Outcome {
        try await run(main: script(body), input: ["raw": .string(raw)], steps: steps, files: files)
    }
}
