public import ConfigurationFiles
public import Pipeline
public import Plugins

/// Tries plugins and scripts before a host starts on them, and changed ones before a reload takes them over. One problem is enough: the host does not
/// start, or everything stays as it was.
///
/// The program `fairlead` runs fixtures. They are a tool of authors and no part of the host, so an embedder who wants the same hands in a check of their
/// own. Scripts are read, compiled and loaded in any case.
public protocol ReloadCheck: Sendable {
    /// What this check is: its name and version. With one, what passed need not be tried again at the next start as long as neither its files nor the
    /// program have changed. Nil, the default, for every start anew.
    var identity: String? { get }

    /// What is wrong with a plugin that is new or whose files have changed; nothing where it may be taken over.
    /// - Throws: `CancellationError`; ``ConfigurationProblems``, which count as what is wrong.
    func problems(with plugin: Plugin, by runner: HookRunner) async throws -> [ConfigurationProblem]

    /// What is wrong with a connection whose own script, its fixtures or the plugin under it are new or have changed; nothing where it may be taken over.
    /// - Parameter script: the file of the connection's script, absolute.
    /// - Throws: as ``problems(with:by:)``.
    func problems(with connection: Connection, script: String, by runner: HookRunner) async throws -> [ConfigurationProblem]
}

extension ReloadCheck {
    /// No name: every start tries everything anew.
    public var identity: String? { nil }
}
