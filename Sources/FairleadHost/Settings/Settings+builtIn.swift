public import ConfigurationFiles
import Providers
import Screening

extension Settings {
    /// Reads a settings file whose accounts are at the built-in providers.
    /// - Throws: as ``read(file:environment:providers:plugged:)``.
    public static func read(file: String, environment: [String: String]) throws(ConfigurationProblems) -> Settings {
        try read(file: file, environment: environment, providers: Catalog.builtIn.map(\.manifest))
    }
}
