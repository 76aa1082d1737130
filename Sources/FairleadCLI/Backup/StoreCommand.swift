import ArgumentParser
import FairleadTools
import Screening

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "store", abstract: "The store as a whole.", subcommands: [StoreCopyCommand.self])
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
