import ArgumentParser
import FairleadTools
import Screening

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "The store as a whole.",
        subcommands: [StoreCopyCommand.self, StoreCompactCommand.self]
    )
}

struct StoreCopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copies the store into an empty one of the other kind, and proves that everything is there.",
        discussion: """
            Beside a stopped host, or one that is held: what comes in after the copy began is not in it. The keys go with it; encryption.keys stays as it is.
            Afterwards change store.url.

            Example:
              fairlead store copy --to postgres://fairlead@db.example.test/fairlead
            """
    )

    @Option(help: ArgumentHelp("The empty store: sqlite:FILE or postgres://…", valueName: "url"))
    var to: String

    @OptionGroup var settings: SettingsOptions

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false

    func run() async throws {
        let operations = try StoreOperations(settings: settings.config, environment: settings.environment)
        let progress = ProgressLine()
        let outcome = try await operations.copy(to: to, progress: progress.show)
        progress.end()
        Terminal.say(isJSON ? outcome.string() : BackupText.copied(outcome))
    }
}

struct StoreCompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Gives the disk back what a SQLite store does not need any more, beside a stopped host.",
        discussion: """
            A store that was made by this version gives room back every night. One that was made before does so from here on. It takes as much room again while it
            works; cut off, the store is as it was.

            Example:
              fairlead store compact
            """
    )

    @OptionGroup var settings: SettingsOptions

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false

    func run() async throws {
        let outcome = try await StoreOperations(settings: settings.config, environment: settings.environment).compact()
        Terminal.say(isJSON ? outcome.string() : BackupText.compacted(outcome))
    }
}
