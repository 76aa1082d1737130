import ArgumentParser
import FairleadTools
import Screening

struct OrderResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Settles an uncertain order: the provider's answer was lost, and a person has looked.",
        discussion: """
            Look at the provider first. --resubmit orders (and bills) again. What is adopted is read first, where the provider can be read: it must be known there,
            and be this candidate's; --force leaves that out. --release takes an adoption back, or
            that the order was given up; where the provider has a request that should not be there
            (second_reference, stands_at_provider) it says that you have seen to it, and an
            adoption stays until it is released once more.

            Examples:
              fairlead order resolve ord_… --adopt a1b2      the provider has it under this reference
              fairlead order resolve ord_… --resubmit        the provider does not have it
              fairlead order resolve ord_… --abandon         nothing more is to be done
              fairlead order resolve ord_… --release         the wrong one was adopted
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

    @Flag(help: "The wrong request was adopted: the order is uncertain again. Or: a request that should not be there is seen to.")
    var release = false

    @Flag(help: "Adopt without looking at the request first.")
    var force = false

    @Option(help: "Why; kept on the timeline.")
    var note: String?

    @OptionGroup var host: HostOptions

    func validate() throws {
        let chosen = [adopt != nil, resubmit, abandon, release].count { $0 }
        guard chosen == 1 else { throw ValidationError("Say exactly one of --adopt, --resubmit, --abandon and --release.") }
        guard !force || adopt != nil else { throw ValidationError("--force belongs to --adopt.") }
    }

    func run() async throws {
        var body: JSON = ["action": resubmit ? "resubmit" : release ? "release" : "abandon"]
        if let adopt { body = ["action": "adopt", "provider_ref": .string(adopt)] }
        if force { body["force"] = true }
        body["note"] = note.map { .string($0) }
        let request = body
        host.show(try await host.ask { try await $0.post(["orders", id, "resolve"], body: request) }, as: OrderText.status)
    }
}
