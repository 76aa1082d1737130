import ArgumentParser
import FairleadTools
import Screening

struct TokenRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Takes a token back: whoever holds it is refused from now on.",
        discussion: """
            Example:
              fairlead token revoke tok_01jz…
            """
    )

    @Argument(help: "The token's identifier, as `token list` shows it.")
    var id: String

    @OptionGroup var settings: SettingsOptions

    @Option(help: ArgumentHelp("The running host's address (default: FAIRLEAD_URL, else as the settings say).", valueName: "address"))
    var url: String?

    @Flag(name: .customLong("json"), help: "Print what it was as JSON.")
    var isJSON = false

    func run() async throws {
        let token = try await TokenAdministration(settings: settings.config, environment: settings.environment, host: url).revoke(id)
        Terminal.say(isJSON ? token.string() : "\(id), \(token["name"]?.text ?? ""), is revoked.")
    }
}
