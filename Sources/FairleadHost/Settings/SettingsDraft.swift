package import ConfigurationFiles
import Foundation
import Plugins
package import Screening

/// A settings file read as far as it can be: for saying everything that is wrong at once, what its plugins find included.
package struct SettingsDraft {
    /// What could be read; not to be run where there are problems.
    package let settings: Settings
    package let problems: ProblemList
    /// The paths whose `${…}` could not be resolved: reported already.
    package let unresolved: Set<[String]>
    /// The paths whose programs were not run.
    package let unasked: [[String]]
    /// Secrets whose files others can read.
    package let exposed: [(path: [String], why: String, hint: String)]
    private let yaml: LocatedYAML
    private let origins: [[String]: String]

    /// Reads a file.
    /// - Parameter runsPrograms: whether programs are run that print secrets (`${exec:…}`); what they would print is then taken as read.
    /// - Throws: ``ConfigurationProblems`` where the file cannot be had or is not YAML, so that nothing more can be said.
    package init(
        file: String,
        environment: [String: String],
        providers: [ProviderManifest],
        runsPrograms: Bool = true,
        plugged: (_ pluginPaths: [String]) -> [ProviderManifest] = Plugin.providers
    ) throws(ConfigurationProblems) {
        let text = try SettingsFile.text(of: file)
        try self.init(text: text, file: file, environment: environment, providers: providers, runsPrograms: runsPrograms, plugged: plugged)
        // A file that says nothing is what a write that was cut off leaves, never what somebody meant.
        if yaml.json.members?.pairs.isEmpty == true { problems.add(at: [], "the settings file is empty", hint: "fairlead init writes a first one.") }
    }

    /// Reads the text of a file; `file` says where it stands, and what relative paths are relative to.
    /// - Throws: ``ConfigurationProblems`` where the text is not YAML, so that nothing more can be said.
    package init(
        text: String,
        file: String,
        environment: [String: String],
        providers: [ProviderManifest],
        runsPrograms: Bool = true,
        plugged: (_ pluginPaths: [String]) -> [ProviderManifest] = Plugin.providers
    ) throws(ConfigurationProblems) {
        let yaml = try LocatedYAML(text: text, file: file)
        let folder = URL(filePath: file).deletingLastPathComponent().standardizedFileURL.path
        let sources = SettingsSources(yaml: yaml, folder: folder, environment: environment, runsPrograms: runsPrograms)
        self.yaml = yaml
        origins = sources.origins
        problems = ProblemList(yaml, origins: sources.origins, problems: sources.problems, settled: sources.settled)
        unresolved = sources.settled
        unasked = sources.unasked
        exposed = sources.exposed
        let keys = SettingsField.sections + SettingsField.fields(of: nil).map(\.name) + ["accounts", "connections", "notifiers"]
        let root = ObjectReader(sources.json, at: [], keys: keys, problems: problems)
        var settings = SettingsReader(root: root, folder: folder).settings()
        settings.accounts = AccountReading(providers: providers + plugged(settings.pluginPaths)).accounts(root)
        settings.connections = ConnectionReading(folder: folder, root: root).connections()
        NotifierReading(root: root).read(into: &settings)
        settings.source = Settings.Source(file: file, text: Secret(text), variables: sources.origins)
        settings.source?.exposed = sources.exposed.map { yaml.problem(at: $0.path, $0.why, hint: $0.hint) }
        self.settings = settings
    }

    /// What was read, where nothing is wrong.
    /// - Throws: everything that is wrong, at once.
    package func finished() throws(ConfigurationProblems) -> Settings {
        try problems.check()
        return settings
    }

    /// What was read, for work with one connection: its scripts and settings and, with `sends`, its secrets and the host's address. An integrator has no
    /// credentials of providers at hand, and needs none.
    /// - Throws: what is wrong with what is needed; the rest of the file is for `check`.
    package func finished(for connection: String, sends: Bool) throws(ConfigurationProblems) -> Settings {
        let place = "connections.\(connection)"
        let needed = ["plugins", "workers"] + (sends ? ["server"] : [])
        let others = (SettingsField.sections + SettingsField.fields(of: nil).map(\.name) + ["accounts", "notifiers"]).filter { !needed.contains($0) }
        let found = problems.problems.filter { problem in
            if problem.path.hasPrefix("connections.") {
                let isOwn = problem.path == place || problem.path.hasPrefix(place + ".")
                return isOwn && (sends || !problem.path.hasPrefix(place + ".secrets"))
            }
            return !others.contains { problem.path == $0 || problem.path.hasPrefix($0 + ".") }
        }
        guard found.isEmpty else { throw ConfigurationProblems(found) }
        return settings
    }

    /// A list over the same file with nothing in it. Where something is wrong already, nothing more is noted.
    package func empty() -> ProblemList { ProblemList(yaml, origins: origins, settled: unresolved.union(problems.noted)) }

    /// Notes a problem unless the place, or something in it, has one already.
    package func note(at path: [String], _ message: String, hint: String? = nil) {
        let place = path.joined(separator: ".")
        let isReported = problems.problems.contains { $0.path == place || $0.path.hasPrefix(place + ".") }
        if !isReported, !unresolved.contains(where: { $0.starts(with: path) }) { problems.add(at: path, message, hint: hint) }
    }
}
