import ArgumentParser
import FairleadHost
import FairleadTools
import Foundation

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Writes a commented fairlead.yaml with a first account and a first connection.",
        discussion: """
            A fairlead.yaml that is there already is left as it is.

            Examples:
              fairlead init
              fairlead init screening
            """
    )

    @Argument(help: ArgumentHelp("The folder; made where it is missing.", valueName: "dir"))
    var folder = "."

    func run() async throws {
        let file = folder == "." ? "fairlead.yaml" : folder + "/fairlead.yaml"
        let files = FileManager.default
        if files.fileExists(atPath: file) {
            throw CommandFailure("\(file) is there already and was left as it is. Name another folder: fairlead init DIR.")
        }
        do {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(StarterSettings.text.utf8).write(to: URL(filePath: file), options: .withoutOverwriting)
        } catch {
            throw CommandFailure("\(file) could not be written: \(error.localizedDescription). Check the folder and who may write there.")
        }
        Terminal.say(next(file))
    }

    private func next(_ file: String) -> String {
        let variables = StarterSettings.variables.joined(separator: ", ")
        let option = folder == "." ? "" : " --config \(file)"
        let isBare = ShippedPlugins.folder == nil && !FileManager.default.fileExists(atPath: folder + "/plugins/webhook")
        let plugins = isBare ? "\n  put the plugins beside it: no plugins came with this program, and the first connection uses webhook" : ""
        return """
            Wrote \(file). It reads these environment variables: \(variables).
            Next:\(plugins)
              export FAIRLEAD_KEY=$(fairlead key new) FAIRLEAD_ADMIN_TOKEN=$(openssl rand -hex 24)
              fairlead check\(option)
              fairlead serve\(option)
            """
    }
}
