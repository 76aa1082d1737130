import ArgumentParser
import FairleadTools
import Screening

struct KeyRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Goes over to the first key of the settings, while hosts work.",
        discussion: """
            Data keys are sealed anew and look-ups hashed anew under the first of encryption.keys, a little at a time; people are found throughout. It ends once
            it has counted that nothing needs another key. What was done stays done: after an interruption, give the command again; a host goes on by itself.
            It waits for replicas that lack the key, or that have not heard of it yet, and says for which.

            Example:
              fairlead key rotate && fairlead key list
            """
    )

    @OptionGroup var options: KeyOptions

    func run() async throws {
        let keys = try await options.keys().rotate { moved, waitsFor in
            let waiting = waitsFor.isEmpty ? "" : "; waits for " + waitsFor.joined(separator: ", ")
            Terminal.progress("\(moved) rows moved\(waiting)")
        }
        Terminal.endProgress()
        options.show(keys)
        guard !options.isJSON else { return }
        let others = (keys["keys"]?.items ?? []).filter { $0["encrypts"]?.boolean == false }.compactMap { $0["id"]?.text }
        Terminal.complain("Nothing needs another key than the first any more.")
        for name in others { Terminal.complain("fairlead key retire \(name) lets go of the old one; then it can be taken out of the settings.") }
    }
}
