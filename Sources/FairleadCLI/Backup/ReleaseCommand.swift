import ArgumentParser
import Screening

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Lets go of a held store: what waited is done now, in its order.",
        discussion: """
            Example:
              fairlead release --note "the database is moved"
            """
    )

    @Flag(help: "Also where orders of a restored store were not looked for yet; they are before they are sent.")
    var force = false

    @Flag(help: "Nothing of the time between backup and restore is delivered again: orders from now on are sent without being looked for first.")
    var gapClosed = false

    @OptionGroup var brake: BrakeOptions

    func run() async throws {
        var more: JSON = [:]
        if force { more["force"] = true }
        if gapClosed { more["gap_closed"] = true }
        try await brake.run(["release"], HoldText.released, more)
    }
}
