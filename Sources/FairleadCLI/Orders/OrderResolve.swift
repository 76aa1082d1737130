import ArgumentParser
import FairleadTools
import Screening

struct OrderResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Settles an uncertain order: the provider's answer was lost, and a person has looked.",
        discussion: """
            Look at the provider first: --list shows the requests there that may be the order's own, and
            in which fields they agree with it. --resubmit orders (and bills) again; it is refused where
            the provider lists a request that agrees, or could not be asked. What is adopted is read first, where the provider
            can be read: it must be known there, and be this candidate's, and no other order's. --force
            leaves these looks out. --release takes an adoption back, or that the order was given up; where the provider has a request that should not be there
            (second_reference, stands_at_provider) it says that you have seen to it, and an
            adoption stays until it is released once more.

            Examples:
              fairlead order resolve ord_… --list            what the provider has; nothing is done
              fairlead order resolve ord_… --adopt a1b2      the provider has it under this reference
              fairlead order resolve ord_… --resubmit        the provider does not have it
              fairlead order resolve ord_… --abandon         nothing more is to be done
              fairlead order resolve ord_… --release         the wrong one was adopted
            """
    )

    @Argument(help: "The order's identifier.")
    var id: String

    @Flag(help: "Show the provider's requests that may be the order's own, and do nothing.")
    var list = false

    @Option(help: ArgumentHelp("The provider has it under this reference.", valueName: "provider-ref"))
    var adopt: String?

    @Flag(help: "The provider does not have it: send it again.")
    var resubmit = false

    @Flag(help: "Nothing more is to be done.")
    var abandon = false

    @Flag(help: "The wrong request was adopted: the order is uncertain again. Or: a request that should not be there is seen to.")
    var release = false

    @Flag(help: "Adopt, or send again, without looking at what the provider has first.")
    var force = false

    @Option(help: "Why; kept on the timeline.")
    var note: String?

    @OptionGroup var host: HostOptions

    func validate() throws {
        let chosen = [list, adopt != nil, resubmit, abandon, release].count { $0 }
        guard chosen == 1 else { throw ValidationError("Say exactly one of --list, --adopt, --resubmit, --abandon and --release.") }
        guard !force || adopt != nil || resubmit else { throw ValidationError("--force belongs to --adopt or --resubmit.") }
    }

    func run() async throws {
        if list {
            host.show(try await host.ask { try await $0.get(["orders", id, "candidates"]) }, as: OrderResolve.table)
            return
        }
        var body: JSON = ["action": resubmit ? "resubmit" : release ? "release" : "abandon"]
        if let adopt { body = ["action": "adopt", "provider_ref": .string(adopt)] }
        if force { body["force"] = true }
        body["note"] = note.map { .string($0) }
        let request = body
        host.show(try await host.ask { try await $0.post(["orders", id, "resolve"], body: request) }, as: OrderText.status)
    }

    /// The provider's requests, the likely ones first.
    private static func table(_ found: JSON) -> String {
        let requests = found["items"]?.items ?? []
        guard !requests.isEmpty else { return "The provider lists no request that may be this order's." }
        let rows = requests.map { request in
            [request.cell("provider_ref"), request.cell("match"), request.cell("state"), request.cell("created_at")]
                + ["reference", "email", "name", "phone"].map { request.cell("fields.\($0)") }
        }
        let more =
            found["complete"] == false
            ? "\nThe provider has requests that no order here has and that are not shown: look there before you send again." : ""
        return Table(titles: ["reference", "match", "state", "made", "our id", "e-mail", "name", "telephone"], rows: rows).text + more
    }
}
