public import ConfigurationFiles
import Foundation
public import Plugins
public import Screening

extension Settings {
    /// Reads a settings file, and what it refers to by `${file:PATH}`.
    ///
    /// Environment variables named `FAIRLEAD_SECTION_KEY` (`FAIRLEAD_SERVER_PORT`, `FAIRLEAD_STORE_URL`, `FAIRLEAD_NETWORK_ALLOW`, …; `FAIRLEAD_RELOAD`)
    /// stand before what the file says; lists are separated by commas. Accounts and connections are the file's alone.
    ///
    /// - Parameters:
    ///   - file: the file; relative paths in it are relative to its folder.
    ///   - environment: the environment variables.
    ///   - providers: the providers that accounts may name.
    ///   - plugged: the providers among the plugins in the given folders, asked once.
    /// - Throws: everything that is wrong, at once; no problem holds a secret's value.
    public static func read(
        file: String,
        environment: [String: String],
        providers: [ProviderManifest],
        plugged: (_ pluginPaths: [String]) -> [ProviderManifest] = Plugin.providers
    ) throws(ConfigurationProblems) -> Settings {
        try SettingsDraft(file: file, environment: environment, providers: providers, plugged: plugged).finished()
    }

    /// Reads the text of a settings file; `file` says where it stands (and what relative paths are relative to) and need not be there.
    /// - Throws: as ``read(file:environment:providers:plugged:)``.
    public static func read(
        text: String,
        file: String,
        environment: [String: String],
        providers: [ProviderManifest],
        plugged: (_ pluginPaths: [String]) -> [ProviderManifest] = Plugin.providers
    ) throws(ConfigurationProblems) -> Settings {
        try SettingsDraft(text: text, file: file, environment: environment, providers: providers, plugged: plugged).finished()
    }
}
