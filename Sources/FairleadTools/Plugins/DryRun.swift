import ConfigurationFiles
import FairleadHost
import Foundation
public import PluginTools
import Plugins
import LuaRuntime
import Providers
public import Screening

/// A dry run of a payload on a connection of a settings file, as `fairlead map` makes it: touches neither network nor store.
public struct DryRun: Sendable {
    /// The settings file.
    public var settings: String
    public var environment: [String: String]
    public var connection: String
    /// The payload: a fixture in YAML, or a bare JSON body.
    public var payload: String
    /// The method of a bare body's delivery; nil for POST.
    public var method: String?
    /// The path of a bare body's delivery, after the connection; nil for the plugin's first inbound path.
    public var path: String?
    /// Header fields of the delivery, before those of a fixture.
    public var headers: [String: String] = [:]
    /// The hook to run; nil for the fixture's own, or the one that the path leads to.
    public var hook: String?
    /// Answers to the calls that the fixture does not answer; the first that fits stands, then what the plugin's fixtures answer to such calls,
    /// and at last 200 with an empty object.
    public var stubs: [CallStub] = []
    /// Whether to tell each line that ran with its locals, which may hold personal data. The scripts then run in this process.
    public var traces = false
    /// A script that stands in place of the connection's own overlay, or of the plugin's main script.
    var script: (file: String, source: String)?

    public init(settings: String, environment: [String: String], connection: String, payload: String) {
        self.settings = settings
        self.environment = environment
        self.connection = connection
        self.payload = payload
    }

    /// Makes the dry run and nothing more: see ``traced()``.
    public func report() async throws -> DryRunReport { try await traced().report }

    /// Makes the dry run. Calling twice gives the same as long as no file changes.
    /// - Throws: ``ConfigurationProblems`` with what is wrong with settings, plugin or payload; ``PoolError``; `CancellationError`.
    ///   What the script does wrong is in the report.
    public func traced() async throws -> (report: DryRunReport, trace: Tracing?) {
        let trace = traces ? ScriptTrace(.locals) : nil
        let connection = try target()
        let pool = traces ? LuaPool.forAuthors() : LuaPool(try read().workers.configuration)
        do {
            let report = try await FixtureRunner(HookRunner(pool: pool, trace: trace)).dryRun(
                connection,
                fixture(),
                stubs: stubs + CallStub.like((try? connection.plugin.fixtures()) ?? [])
            )
            await pool.shutdown()
            return (report, trace.map { Tracing(text: $0.text(of: connection.scripts), json: $0.json) })
        } catch {
            await pool.shutdown()
            throw error
        }
    }

    private func read() throws(ConfigurationProblems) -> Settings {
        // Nothing is sent: no program is run for a secret.
        try SettingsDraft(file: settings, environment: environment, providers: Catalog.builtIn.map(\.manifest), runsPrograms: false)
            .finished(for: connection, sends: false)
    }

    /// The file of the connection's own script; nil where it has none.
    func overlay() throws(ConfigurationProblems) -> String? { try connection(in: read()).script }

    /// The connection as it would run, with ``script`` in its place.
    func target() throws(ConfigurationProblems) -> DryRunConnection {
        let settings = try read()
        let given = try connection(in: settings)
        guard var plugin = try FoundPlugins(in: settings.pluginPaths).plugin(given.plugin) else {
            let folders = settings.pluginPaths.joined(separator: ", ")
            throw problem("connections.\(given.id).plugin", "there is no plugin \(given.plugin) in \(folders)")
        }
        var overlay: Script?
        if let file = given.script {
            overlay = Plugin.overlay(file: file)
            if overlay == nil { throw problem("connections.\(given.id).script", "the file \(file) cannot be read") }
        }
        if let script {
            if Plugin.isMain(script.source) {
                plugin = plugin.replacing(main: script.source)
            } else {
                overlay = Script(name: "overlay", chunk: URL(filePath: script.file).lastPathComponent, source: script.source)
            }
        }
        var target = DryRunConnection(
            id: given.id,
            plugin: plugin,
            scripts: plugin.scripts(overlay: overlay),
            accounts: given.accounts,
            settings: given.settings
        )
        target.permissions = given.permissions
        target.callbackHosts = settings.callbackHosts(of: given, plugin.manifest)
        return target
    }

    /// The lines that ran, with what their locals held.
    public struct Tracing: Sendable {
        /// For people.
        public let text: String
        /// For programs.
        public let json: JSON
    }

    private func connection(in settings: Settings) throws(ConfigurationProblems) -> Settings.ConnectionSettings {
        if let connection = settings.connection(connection) { return connection }
        let known = settings.connections.map(\.id)
        let hint = suggestion(for: connection, among: known).map { "Did you mean \($0)?" }
        throw problem("connections", "there is no connection \(connection)", hint: hint ?? "Known connections: \(known.joined(separator: ", ")).")
    }

    private func fixture() throws -> Fixture {
        guard let data = FileManager.default.contents(atPath: payload) else {
            let hint = "It takes a fixture in YAML or a body in JSON."
            throw ConfigurationProblems([ConfigurationProblem(file: payload, message: "the file is not there or cannot be read", hint: hint)])
        }
        var fixture: Fixture
        if let text = String(validating: data, as: UTF8.self) {
            fixture = try Fixture(text: text, file: payload)
        } else {
            // A body in another encoding, or a coded one: what it is, the given headers say.
            fixture = Fixture.delivery(Array(data), name: URL(filePath: payload).deletingPathExtension().lastPathComponent)
            fixture.file = payload
        }
        if let hook { fixture.hook = hook }
        if let method { fixture.input["method"] = .string(method) }
        if let path { fixture.input["path"] = .string(path) }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            var fields = fixture.input["headers"] ?? [:]
            fields[name] = .string(value)
            fixture.input["headers"] = fields
        }
        return fixture
    }

    private func problem(_ path: String, _ message: String, hint: String? = nil) -> ConfigurationProblems {
        ConfigurationProblems([ConfigurationProblem(file: settings, path: path, message: message, hint: hint)])
    }
}
