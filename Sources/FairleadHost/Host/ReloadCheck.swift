public import ConfigurationFiles
public import Pipeline
public import Plugins

/// Tries changed plugins and scripts before a reload takes them over. One problem is enough, and everything stays as it was.
///
/// The program `fairlead` runs the plugins' fixtures. They are a tool of authors and no part of the host, so an embedder who wants the same hands in a
/// check of their own. Scripts are read, compiled and loaded in any case.
public protocol ReloadCheck: Sendable {
    /// What is wrong with a plugin whose files have changed; nothing where it may be taken over.
    /// - Throws: `CancellationError`; ``ConfigurationProblems``, which count as what is wrong.
    func problems(with plugin: Plugin, by runner: HookRunner) async throws -> [ConfigurationProblem]

    /// What is wrong with a connection whose own script has changed; nothing where it may be taken over.
    /// - Throws: as ``problems(with:by:)``.
    func problems(with connection: Connection, by runner: HookRunner) async throws -> [ConfigurationProblem]
}
