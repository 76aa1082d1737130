import ArgumentParser
import Foundation

/// Which settings file.
struct SettingsOptions: ParsableArguments {
    @Option(name: [.customShort("c"), .long], help: ArgumentHelp("The settings file.", valueName: "file"))
    var config = "fairlead.yaml"

    /// The environment variables that stand before the file's values.
    var environment: [String: String] { ProcessInfo.processInfo.environment }
}
