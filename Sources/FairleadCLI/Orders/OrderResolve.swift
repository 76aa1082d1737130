import ArgumentParser
import FairleadTools
import Screening

struct OrderResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Settles an uncertain order: the provider's answer was lost, and a person has looked.",
        discussion: """
            Look at the provider first. --resubmit orders (and bills) again.

            Examples:
              fairlead order resolve ord_… --adopt a1b2      the provider has it under this reference
              fairlead order resolve ord_… --resubmit        the provider does not have it
              fairlead order resolve ord_… --abandon         nothing more is to be done
            """
    )

    @Argument(help: "The order's identifier.")
    var id: String

    @Option(help: ArgumentHelp("The provider has it under this reference.", valueName: "provider-ref"))
    var adopt: String?

    @Flag(help: "The provider does not have it: send it again.")
    var resubmit = false

    @Flag(help: "Nothing more is to be done.")
    var abandon = false

    @OptionGroup var host: HostOptions

    func validate() throws {
        let chosen = [adopt != nil, resubmit, abandon].count { $0 }
        guard chosen == 1 else { throw ValidationError("Say one of --adopt, --resubmit and --abandon.") }
    }

    func run() async throws {
        var body: JSON = ["action": resubmit ? "resubmit" : "abandon"]
        if let adopt { body = ["action": "adopt", "provider_ref": .string(adopt)] }
        let request = body
        host.show(try await host.ask { try await $0.post(["orders", id, "resolve"], body: request) }, as: OrderText.status)
    }
}
