import ArgumentParser
import FairleadTools
import Screening

struct OrderRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Sends one order again, or many, that failed or were refused: the provider surely does not have them.",
        discussion: """
            What was wrong with one order can be mended as it is sent. Without --state, many means those that failed. An uncertain order is not among
            them: see fairlead order resolve.

            Examples:
              fairlead order retry ord_…
              fairlead order retry --account zinc-uk --state refused --since 2h --dry-run
              fairlead order retry ord_… --email ana.roe@example.test --note "mistyped in the ATS"
              fairlead order retry --account zinc-uk --problem map_request_failed
            """
    )

    @Argument(help: "The order's identifier; filters instead name many.")
    var id: String?

    @OptionGroup(title: "For one order, what is mended") var mended: CandidateOptions

    @Option(help: "For one order: the account to order from. Else: those from this account.")
    var account: String?

    @Option(help: ArgumentHelp("Those with a problem of this code.", valueName: "code"))
    var problem: String?

    @Option(help: "Those at this provider.")
    var provider: String?

    @OptionGroup var more: OrderFilters
    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    private var others: [(name: String, value: String)] {
        filters([("account", account), ("provider", provider), ("problem", problem)]) + more.query
    }

    func validate() throws {
        if id == nil {
            guard mended.candidate.isEmpty, mended.package == nil else { throw ValidationError("Name the one order that is to be mended.") }
            try batch.validate(id, others, states: KnownWords.of(OrderState.self))
        } else {
            guard problem == nil, provider == nil, more.query.isEmpty else {
                throw ValidationError("Filters such as --problem are for many; name either one identifier, or filters.")
            }
            try batch.validate(id, states: KnownWords.of(OrderState.self))
        }
    }

    func run() async throws {
        guard let id else { return try await batch.run(["orders", "retry"], "to be sent again", others, on: host) }
        var body: JSON = [:]
        var candidate: JSON = [:]
        for (name, value) in mended.candidate { candidate[name] = .string(value) }
        if !mended.candidate.isEmpty { body["candidate"] = candidate }
        for (name, value) in [("package", mended.package), ("account", account), ("note", batch.note)] { body[name] = value.map { .string($0) } }
        let request = body
        let response = try await host.ask { try await $0.post(["orders", id, "retry"], body: request) }
        host.show(response) { "\(OrderText.status($0)) It is sent again; fairlead order show \(id) tells how that ends." }
    }
}
