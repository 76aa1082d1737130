import ArgumentParser

struct AccountPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Sends nothing more to an account's provider, until the account is resumed.",
        discussion: """
            Orders, cancellations and reads wait; what the ATSs and the provider send is taken in. It lasts over restarts and new keys. What is on its way
            when the command returns may still arrive.

            Example:
              fairlead account pause zinc-uk --note "asked to stop"
            """
    )

    @Argument(help: "The account.")
    var account: String

    @OptionGroup var brake: BrakeOptions

    func run() async throws {
        try await brake.run(
            ["accounts", account, "pause"],
            "\(account) is paused: nothing is sent to its provider. fairlead account resume \(account) lets it go on."
        )
    }
}
