import ArgumentParser
import FairleadTools
import Screening

struct TokenList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the tokens, without their secrets.",
        discussion: """
            Example:
              fairlead token list
            """
    )

    @OptionGroup var settings: SettingsOptions

    @Option(help: ArgumentHelp("The running host's address (default: FAIRLEAD_URL, else as the settings say).", valueName: "address"))
    var url: String?

    @Flag(name: .customLong("json"), help: "Print JSON.")
    var isJSON = false

    func run() async throws {
        let tokens = try await TokenAdministration(settings: settings.config, environment: settings.environment, host: url).list()
        guard !isJSON else { return Terminal.say(tokens.string()) }
        let list = ListText(
            columns: [
                ("token", "id"), ("name", "name"), ("scopes", "scopes"), ("connections", "connections"), ("made", "created_at"),
                ("until", "expires_at"),
            ],
            empty: "No tokens but admin.token of the settings. `fairlead token create` makes one."
        )
        Terminal.say(list.text(tokens))
    }
}
