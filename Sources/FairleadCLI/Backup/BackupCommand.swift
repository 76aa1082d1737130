import ArgumentParser
import FairleadTools
import Foundation
import Screening

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Makes a backup of the store, also while the host runs, or checks one.",
        discussion: """
            FILE holds the sealed rows, FILE.keys the data keys that open them: keep them apart, and the keys no longer than needed. Both are checked before they
            take the place of older ones. encryption.keys is in neither.
            Where the audit's chain is broken, the backup is made and kept, and is not proven: beside a proven one at FILE it goes to FILE.chain-broken. Exit: 1.

            Examples:
              fairlead backup /backups/fairlead.backup
              fairlead backup verify /backups/fairlead.backup
            """,
        subcommands: [BackupMake.self, BackupVerify.self],
        defaultSubcommand: BackupMake.self
    )
}

struct BackupMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "make", abstract: "Makes a backup.", shouldDisplay: false)

    @Argument(help: "Where the backup goes.")
    var file: String

    @OptionGroup var settings: SettingsOptions

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false

    func run() async throws {
        let operations = try StoreOperations(settings: settings.config, environment: settings.environment)
        let progress = ProgressLine()
        let outcome = try await operations.backup(to: file, progress: progress.show)
        progress.end()
        Terminal.say(isJSON ? outcome.string() : BackupText.made(outcome))
        if outcome["proven"] != true { throw ExitCode(1) }
    }
}

struct BackupVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks a backup: whether it is whole, unchanged, and opens with the keys at hand.",
        discussion: """
            Runs anywhere. That nobody changed it is proven, and rows are opened, where a settings file gives encryption.keys (--config) and the backup's keys are
            beside it; without, it is said to be whole, and not proven.
            Exit: 0 it is proven, 1 something is wrong, or it is not proven for want of a key, or because the audit's chain in it is broken.
            """
    )

    @Argument(help: "The backup.")
    var file: String

    @Option(help: ArgumentHelp("The settings file with encryption.keys (default: fairlead.yaml, where there is one).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The file of its keys (default: the one beside it).", valueName: "file"))
    var keys: String?

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false

    func run() async throws {
        let progress = ProgressLine()
        let outcome = try await StoreOperations.verify(
            file,
            keysPath: keys,
            settings: config,
            environment: ProcessInfo.processInfo.environment,
            progress: progress.show
        )
        progress.end()
        Terminal.say(isJSON ? outcome.string() : BackupText.verified(outcome, file))
        if outcome["proven"] != true { throw ExitCode(1) }
    }
}
