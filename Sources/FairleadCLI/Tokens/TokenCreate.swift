import ArgumentParser
import FairleadTools
import Screening

struct TokenCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a token, and prints it this once.",
        discussion: """
            Scopes: read (everything without personal data; part of every other), read_personal (also personal data and report links),
            order (place, cancel, refresh), operate (replay, retry, discard, resolve, check), admin (the rest).
            The token goes to standard output, what to know about it to standard error.

            Examples:
              fairlead token create --name monitoring --scope read
              fairlead token create --name acme-portal --scope order --connection acme --expires 90d
              export FAIRLEAD_TOKEN=$(fairlead token create --name me --scope operate)
            """
    )

    @Option(help: "What its holder is called.")
    var name: String

    @Option(name: .customLong("scope"), help: "What it may do; may be given several times.")
    var scopes: [String]

    @Option(name: .customLong("connection"), help: "Only this connection's things; may be given several times (default: all).")
    var connections: [String] = []

    @Option(help: ArgumentHelp("In days, such as 90d, or a timestamp, such as 2027-01-01T00:00:00Z (default: never).", valueName: "when"))
    var expires: String?

    @OptionGroup var settings: SettingsOptions

    @Option(help: ArgumentHelp("The running host's address (default: FAIRLEAD_URL, else as the settings say).", valueName: "address"))
    var url: String?

    @Flag(name: .customLong("json"), help: "Print {id, token, …} as JSON.")
    var isJSON = false

    func validate() throws {
        if scopes.isEmpty { throw ValidationError("What may it do? Give at least one --scope.") }
        if let expires, expires.hasSuffix("d"), !(Int(expires.dropLast()).map { (1...36_500).contains($0) } ?? false) {
            throw ValidationError("--expires \(expires) is no number of days from 1d to 36500d.")
        }
    }

    func run() async throws {
        var request: JSON = ["name": .string(name), "scopes": .array(scopes.map { .string($0) })]
        if !connections.isEmpty { request["connections"] = .array(connections.map { .string($0) }) }
        if let expires { request["expires_at"] = .string(TokenCreate.timestamp(expires)) }
        let made = try await TokenAdministration(settings: settings.config, environment: settings.environment, host: url).create(request)
        guard !isJSON else { return Terminal.say(made.string()) }
        Terminal.say(made["token"]?.text ?? "")
        Terminal.complain("\(made["id"]?.text ?? "") for \(name). It is not shown again; `fairlead token revoke` takes it back.")
    }

    private static func timestamp(_ text: String) -> String {
        guard text.hasSuffix("d"), let days = Int64(text.dropLast()) else { return text }
        return (SystemClock().now() + .seconds(days * 86_400)).iso8601
    }
}
