import ArgumentParser
import ConfigurationFiles
import FairleadTools
import PluginTools
import Plugins
import Screening

struct PluginList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the plugins of plugins.paths.",
        discussion: """
            Examples:
              fairlead plugin list
              fairlead plugin list --config /etc/fairlead/fairlead.yaml --json
            """
    )

    @OptionGroup var locator: LocatorOptions

    @Flag(name: .customLong("json"), help: "Print [{name, version, kind, title, fixtures, folder, problem}] as JSON.")
    var isJSON = false

    func run() async throws {
        let locator = try locator.locator()
        let items = locator.plugins.map { name, folder -> JSON in
            do throws(ConfigurationProblems) {
                let plugin = try Plugin(folder: folder)
                let fixtures = (try? plugin.fixtures().count) ?? 0
                return [
                    "name": .string(name), "version": .string(plugin.manifest.version), "kind": .string(plugin.manifest.kind.rawValue),
                    "title": .string(plugin.manifest.title), "fixtures": .int(Int64(fixtures)), "folder": .string(folder), "problem": .null,
                ]
            } catch {
                return ["name": .string(name), "folder": .string(folder), "problem": .string(error.problems.first?.description ?? "")]
            }
        }
        if isJSON { return Terminal.say(JSON.array(items).string()) }
        guard !items.isEmpty else {
            return Terminal.say("No plugin in \(locator.folders.joined(separator: ", ")). fairlead plugin new makes one.")
        }
        let columns = ["name", "version", "kind", "title", "fixtures", "problem"]
        let shown = columns.filter { column in items.contains { !$0.cell(column).isEmpty } }
        Terminal.say(Table(titles: shown, rows: items.map { item in shown.map { item.cell($0) } }).text)
    }
}
