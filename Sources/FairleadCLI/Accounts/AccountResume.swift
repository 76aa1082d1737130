import ArgumentParser
import FairleadTools
import Screening

struct AccountResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Lets an account's work go on that was paused, by whomever.",
        discussion: """
            What waited is done now, in its order, and nothing of it twice.

            Example:
              fairlead account resume zinc-uk --note "the mapping is right again"
            """
    )

    @Argument(help: "The account.")
    var account: String

    @Option(help: "Why; shown with what waits.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let body = note.map { ["note": .string($0)] as JSON }
        host.show(try await host.ask { try await $0.post(["accounts", account, "resume"], body: body) }) { _ in
            "\(account) goes on: what waited is done now."
        }
    }
}
