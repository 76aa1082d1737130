import ArgumentParser
import FairleadTools
import Screening

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a backup in the place of the store, beside a stopped host.",
        discussion: """
            What stood there is moved aside, never deleted. The host comes up held: it takes everything in, sends nothing, and looks for every order at its
            provider that may have been sent since the backup. fairlead release lets go when that is done.

            Example:
              fairlead restore /backups/fairlead.backup --keys /keys/fairlead.backup.keys
            """
    )

    @Argument(help: "The backup.")
    var file: String

    @Option(
        help: ArgumentHelp("The file of its keys (default: the keys that stand at the store, else the file beside the backup).", valueName: "file")
    )
    var keys: String?

    @Option(
        help: ArgumentHelp("A copy of what was erased from the store, NAME-erasures (default: what stands at the store).", valueName: "file")
    )
    var erasures: String?

    @Flag(help: "Go on where nothing says who was erased since: they are stored again, and tokens revoked since open again.")
    var withoutErasures = false

    @Flag(help: "PostgreSQL: move the tables aside that stand in the database.")
    var replace = false

    @OptionGroup var settings: SettingsOptions

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false

    func run() async throws {
        let operations = try StoreOperations(settings: settings.config, environment: settings.environment)
        let progress = ProgressLine()
        let outcome = try await operations.restore(
            file,
            keysPath: keys,
            erasures: erasures,
            withoutErasures: withoutErasures,
            replacing: replace,
            progress: progress.show
        )
        progress.end()
        Terminal.say(isJSON ? outcome.string() : BackupText.restored(outcome))
    }
}
