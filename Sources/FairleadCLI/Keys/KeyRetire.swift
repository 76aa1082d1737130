import ArgumentParser
import FairleadTools
import Screening

struct KeyRetire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Lets go of a key that nothing needs any more.",
        discussion: """
            Refused while rows need it (it says how many), and while it is the first of encryption.keys anywhere. Afterwards take it out of the settings. Backups
            that were made before the rotation need it still.

            Example:
              fairlead key retire 3f9a01bc
            """
    )

    @Argument(help: "The key's fingerprint, as `key list` shows it.")
    var id: String

    @OptionGroup var options: KeyOptions

    func run() async throws {
        options.show(try await options.keys().retire(id))
        guard !options.isJSON else { return }
        Terminal.complain("\(id) is let go: take it out of encryption.keys. Keep it for as long as you keep backups from before the rotation.")
    }
}
