import ConfigurationFiles
import Foundation
import LuaRuntime
import PluginTools
import Plugins
public import Screening

/// A fixture that was made of an event of a running host and written beside the others, with invented data instead of personal data.
public struct RecordedFixture: Sendable {
    public let file: String
    /// Whether the plugin passes it as it stands.
    public let passes: Bool

    /// Asks the host for the event's first run and what it was answered, and writes the fixture. Nothing real is written.
    /// - Parameters:
    ///   - folder: the plugin's folder.
    ///   - name: the fixture's name; nil for one made of the hook.
    /// - Throws: ``APIProblem``; ``ConfigurationProblems`` where the token may not read the event, the event is another plugin's or no JSON, or the file is
    ///   there already; `CancellationError`.
    public init(event id: String, from host: APIClient, for folder: String, name: String?) async throws {
        func problem(_ message: String, _ hint: String? = nil) -> ConfigurationProblems {
            ConfigurationProblems([ConfigurationProblem(file: id, message: message, hint: hint)])
        }
        let plugin = try Plugin(folder: folder)
        let event = try await host.get(["events", id]).json
        guard let connection = event["connection"]?.text, let first = event["runs"]?.items?.first?.text else {
            throw problem("no script ran for this event", "fairlead event list shows others.")
        }
        let run = try await host.get(["runs", first]).json
        guard run["plugin"]?.text == plugin.name else { throw problem("the event was for the plugin \(run["plugin"]?.text ?? "none")") }
        guard run["input"] != nil else { throw problem("the token may not read what events hold", "Use one with read_personal.") }
        guard let recorded = RecordedRun(json: run) else { throw problem("what the event held is erased") }
        let settings = try await host.get(["connections", connection]).json["settings"] ?? [:]
        let hook = recorded.hook.lowercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
        let file = "\(folder)/fixtures/\(name ?? "recorded_\(hook)_\(id.suffix(6))").yaml"
        if FileManager.default.fileExists(atPath: file) {
            throw ConfigurationProblems([ConfigurationProblem(file: file, message: "is there already", hint: "Name another with --fixture.").fromHere]
            )
        }
        let pool = LuaPool.forAuthors()
        let recording: Recording
        do {
            recording = try await Recording(recorded, of: plugin, settings: settings, by: FixtureRunner(HookRunner(pool: pool)))
            await pool.shutdown()
        } catch {
            await pool.shutdown()
            throw error
        }
        self.file = ConfigurationProblem(file: file, message: "").fromHere.file
        passes = recording.passes
        try PluginScaffold.write([URL(filePath: file).lastPathComponent: recording.text], to: folder + "/fixtures")
    }

    /// `{file, passes}`
    public var json: JSON { ["file": .string(file), "passes": .bool(passes)] }
}
