package import Foundation
package import LuaRuntime
package import PluginTools
package import Plugins
package import Screening

/// Runs scripts that a test writes down, through real workers.
package enum PluginHarness {
    package static let pool = LuaPool(LuaPool.Configuration(count: 2, workerPath: workerPath))
    package static let hooks = HookRunner(pool: pool)
    package static let runner = FixtureRunner(hooks)

    /// What no script may ever see.
    package static let secretValue = "s3cr3t-value-0123456789"

    private static var workerPath: String {
        let beside = LuaPool.Configuration.defaultWorkerPath
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return repository.appending(path: ".build/debug/fairlead-lua").path
    }

    package static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    package static let manifest = """
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
    package static func plugin(_ main: String, files: [String: String] = [:], manifest: String = manifest) throws -> Plugin {
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

    /// One of the plugins that come with the host.
    package static func shipped(_ name: String) throws -> Plugin { try Plugin(folder: repository.appending(path: "plugins/\(name)").path) }

    /// What one run of a hook did.
    package struct Outcome {
        package let end: HookEnd
        package let calls: [DryRunCall]
        package let logs: [JSON]
        package let orders: [Order]

        package var value: JSON? { if case .done(let value) = end { value } else { nil } }
        package var error: JSON? { if case .failed(let failure) = end { failure.error.json } else { nil } }
        /// Everything that anybody could read of it.
        package var everything: String { end.json.string() + JSON.array(calls.map(\.json) + logs + orders.map(\.json)).string() }
    }

    package static let body = #"{"a":null,"b":[1,{"c":"x"}],"email":"ana@example.test","n":5,"blank":" "}"#

    /// The body of an `on_event`, with the modules and the payload's map `m` at hand.
    package static func script(_ body: String) -> String {
        "return {on_event=function(event,ctx) local json,crypto,text=require'json',require'crypto',require'text' "
            + "local time,map,screening=require'time',require'map',require'screening' local m=map(event.body) \(body)\nend}"
    }

    /// Runs a hook whose calls are answered by the steps that fit, by the dry run, or by `{}`.
    package static func run(
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
        var fixture = Fixture(name: "bench", hook: hook, input: input)
        fixture.steps = steps
        let outcome = try await runner.outcome(of: hook, connection, fixture)
        return Outcome(end: outcome.end, calls: outcome.calls, logs: outcome.logs, orders: outcome.orders)
    }

    package static func run(_ body: String, raw: String = body, steps: [FixtureStep] = [], files: [String: String] = [:]) async throws -> Outcome {
        try await run(main: script(body), input: ["raw": .string(raw)], steps: steps, files: files)
    }
}
