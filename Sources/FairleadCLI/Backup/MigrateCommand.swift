import ArgumentParser
import FairleadTools
import Screening

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the store's schema up to date, or says what that would do.",
        discussion: """
            serve does it by itself when it starts. With --dry-run it is tried on a copy, also while a host runs: what would be done, how long it takes and how
            large the rows are then. Without, a backup is made first where there are rows.

            Example:
              fairlead migrate --dry-run
            """
    )

    @Flag(help: "Try it on a copy, and say what would be done.")
    var dryRun = false

    @OptionGroup var settings: SettingsOptions

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false

    func run() async throws {
        let operations = try StoreOperations(settings: settings.config, environment: settings.environment)
        let progress = ProgressLine()
        let outcome = try await operations.migrate(isRehearsal: dryRun, progress: progress.show)
        progress.end()
        Terminal.say(isJSON ? outcome.string() : BackupText.migrated(outcome, isRehearsal: dryRun))
    }
}
