import ArgumentParser
import FairleadTools
import Screening

struct KeyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the keys by their fingerprints, with what is sealed under each.",
        discussion: """
            Encrypts: what is new is sealed under it. Data keys: events and orders that could not be read without it. Look-ups: orders and runs that are found
            by what was hashed under it. Exit 1 where something needs a key that the settings do not have.

            Example:
              fairlead key list
            """
    )

    @OptionGroup var options: KeyOptions

    func run() async throws {
        let keys = try await options.keys().list()
        options.show(keys)
        let missing = (keys["keys"]?.items ?? []).filter { $0["present"]?.boolean == false && $0["needed"]?.boolean == true }
        guard !missing.isEmpty else { return }
        let names = missing.compactMap { $0["id"]?.text }.joined(separator: ", ")
        Terminal.complain("Something needs \(names), which encryption.keys does not have: put it back, behind the present first.")
        throw ExitCode(1)
    }
}
