import ArgumentParser
import Foundation
import Screening

struct KeyNew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Makes a key that seals the store, and prints it.",
        discussion: """
            The key goes to standard output, what to do with it to standard error. Nothing is written anywhere.
            Keep a copy apart from the store: without its key, what is stored cannot be read by anybody.

            Examples:
              fairlead key new
              export FAIRLEAD_KEY=$(fairlead key new)      with keys: ["${env:FAIRLEAD_KEY}"] in fairlead.yaml
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let key = SystemRandom().bytes(32).base64
        guard !json else { return Terminal.say((["key": .string(key)] as JSON).string()) }
        Terminal.say(key)
        Terminal.complain(
            """
            Put it where the host finds it, such as FAIRLEAD_KEY, and write encryption: { keys: ["${env:FAIRLEAD_KEY}"] } in fairlead.yaml.
            To change keys, put the new one first and keep the old ones behind it.
            """
        )
    }
}
