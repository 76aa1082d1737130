import ConfigurationFiles
import Foundation
import LuaRuntime
public import PluginTools
import Plugins
public import Screening

/// A fixture made of a run of a running host, with invented data instead of personal data; written beside the others where the plugin passes it.
public struct RecordedFixture: Sendable {
    /// The file; nil where nothing was written, because the plugin does not pass it.
    public let file: String?
    /// The fixture's text.
    public let text: String
    /// What differs where the plugin does not pass it as it stands.
    public let differences: [FixtureDifference]

    /// Asks the host for a run and what it was answered, makes a fixture of it and tries it. Nothing real is written, and nothing that fails.
    /// - Parameters:
    ///   - id: an event, of which the first run counts, or a run, such as one of `on_update`.
    ///   - folder: the plugin's folder.
    ///   - name: the fixture's name; nil for one made of the hook.
    /// - Throws: ``APIProblem``; ``ConfigurationProblems`` where the token may not read the event, the event is another plugin's or no JSON, or the file is
    ///   there already; `CancellationError`.
    public init(of id: String, from host: APIClient, for folder: String, name: String?) async throws {
        func problem(_ message: String, _ hint: String? = nil) -> ConfigurationProblems {
            ConfigurationProblems([ConfigurationProblem(file: id, message: message, hint: hint)])
        }
        let plugin = try Plugin(folder: folder)
        var wanted = id
        if !id.hasPrefix("run_") {
            guard let first = try await host.get(["events", id]).json["runs"]?.items?.first?.text else {
                throw problem("no script ran for this event", "fairlead run list shows what ran; a run's identifier will do, too.")
            }
            wanted = first
        }
        let run = try await host.wholeRun(wanted)
        guard run["plugin"]?.text == plugin.name else { throw problem("it was for the plugin \(run["plugin"]?.text ?? "none")") }
        guard run["input"] != nil else { throw problem("the token may not read what was received", "Use one with read_personal.") }
        guard let connection = run["connection"]?.text, let recorded = RecordedRun(json: run) else { throw problem("what was received is erased") }
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
        text = recording.text
        differences = recording.differences
        // One that fails would keep a host from taking the plugin over.
        self.file = recording.passes ? ConfigurationProblem(file: file, message: "").fromHere.file : nil
        if recording.passes { try PluginScaffold.write([URL(filePath: file).lastPathComponent: recording.text], to: folder + "/fixtures") }
    }

    /// `{file, passes, differences, text}`; `file` is null where nothing was written.
    public var json: JSON {
        [
            "file": JSON(file), "passes": .bool(differences.isEmpty), "differences": .array(differences.map(\.json)), "text": .string(text),
        ]
    }
}
