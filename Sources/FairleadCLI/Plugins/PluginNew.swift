import ArgumentParser
import ConfigurationFiles
import FairleadTools
import Foundation
import PluginTools
import Plugins
import Screening

struct PluginNew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Writes a plugin that passes its test, to be changed line by line.",
        discussion: """
            Written under the first of plugins.paths: manifest, script, fixtures, README, and settings for the Lua language server.

            Examples:
              fairlead plugin new my-ats --kind ats
              fairlead plugin new my-provider --kind provider --dir custom
              fairlead plugin new my-pager --kind notifier
            """
    )

    @Argument(help: "Its name: lower-case letters, digits, - and _.")
    var name: String

    @Option(help: ArgumentHelp("What it speaks to: ats, provider or notifier.", valueName: "kind"))
    var kind: String

    @Option(help: ArgumentHelp("The folder of plugins to write to (default: the first of plugins.paths).", valueName: "folder"))
    var dir: String?

    @OptionGroup var locator: LocatorOptions

    @Flag(name: .customLong("json"), help: "Print {name, kind, folder, files} as JSON.")
    var isJSON = false

    func validate() throws {
        guard PluginManifest.Kind(rawValue: kind) != nil else { throw ValidationError("--kind is ats, provider or notifier, not \"\(kind)\".") }
    }

    func run() async throws {
        let parent = try dir ?? locator.locator().folders.first ?? "plugins"
        let kind = PluginManifest.Kind(rawValue: kind) ?? .ats
        let scaffold = try Problems.reporting { () throws(ConfigurationProblems) in try PluginScaffold(name: name, kind: kind, in: parent) }
        let files = try Problems.reporting { () throws(ConfigurationProblems) in try scaffold.write() }
        if isJSON {
            let json: JSON = [
                "name": .string(name), "kind": .string(kind.rawValue), "folder": .string(scaffold.folder),
                "files": .array(files.map { .string($0) }),
            ]
            return Terminal.say(json.string())
        }
        let here = FileManager.default.currentDirectoryPath + "/"
        let folder = scaffold.folder.hasPrefix(here) ? String(scaffold.folder.dropFirst(here.count)) : scaffold.folder
        let known = (try? locator.locator().plugins.contains { $0.folder == scaffold.folder }) ?? false
        let plugin = known ? name : folder
        Terminal.say(
            """
            Wrote \(folder): \(files.filter { !$0.hasPrefix(".") }.joined(separator: ", ")).
            Next:
              fairlead plugin test \(plugin)
              fairlead plugin check \(plugin)
            """
        )
    }
}
