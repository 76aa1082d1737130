import ArgumentParser
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
        let plugins = files.fileExists(atPath: folder + "/plugins") ? nil : ShippedPlugins.folder
        do {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(InitCommand.text(plugins: plugins).utf8).write(to: URL(filePath: file), options: .withoutOverwriting)
        } catch {
            throw CommandFailure("\(file) could not be written: \(error.localizedDescription). Check the folder and who may write there.")
        }
        Terminal.say(next(file))
    }

    /// The starter's text, naming the folder of the plugins that came with the program where there is none beside the file.
    private static func text(plugins: String?) -> String {
        guard let plugins else { return StarterSettings.text }
        return StarterSettings.text.replacing("paths: [plugins]", with: "paths: [\"\(plugins)\"]")
    }

    private func next(_ file: String) -> String {
        let variables = StarterSettings.variables.joined(separator: ", ")
        let option = folder == "." ? "" : " --config \(file)"
        return """
            Wrote \(file). It reads these environment variables: \(variables).
            Next:
              export FAIRLEAD_KEY=$(fairlead key new) FAIRLEAD_ADMIN_TOKEN=$(openssl rand -hex 24)
              fairlead check\(option)
              fairlead serve\(option)
            """
    }
}
