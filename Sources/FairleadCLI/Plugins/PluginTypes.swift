import ArgumentParser
import ConfigurationFiles
import FairleadTools
import PluginTools
import Plugins
import Screening

struct PluginTypes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "types",
        abstract: "Writes annotation files, so that an editor with the Lua language server completes and checks scripts.",
        discussion: """
            Written to .fairlead-types beside the plugins, with an .luarc.json there that names them unless one is there already.

            Examples:
              fairlead plugin types
              fairlead plugin types --dir custom
              fairlead plugin types --reference lua > docs/lua.md
            """
    )

    @Option(help: ArgumentHelp("The folder of plugins to write to (default: the first of plugins.paths).", valueName: "folder"))
    var dir: String?

    @Option(help: ArgumentHelp("Print a reference page instead: lua, manifest or settings.", valueName: "page"))
    var reference: String?

    @OptionGroup var locator: LocatorOptions

    @Flag(name: .customLong("json"), help: "Print {folder, files} as JSON.")
    var isJSON = false

    private static let pages = ["lua": LuaReference.page, "manifest": ManifestReference.page, "settings": SettingsReference.page]

    func validate() throws {
        if let reference, PluginTypes.pages[reference] == nil {
            throw ValidationError("--reference is lua, manifest or settings, not \"\(reference)\".")
        }
    }

    func run() async throws {
        if let page = reference.flatMap({ PluginTypes.pages[$0] }) { return Terminal.say(page.hasSuffix("\n") ? String(page.dropLast()) : page) }
        let parent = try dir ?? locator.locator().folders.first ?? "plugins"
        let files = LuaAnnotations.files
        try Problems.reporting { () throws(ConfigurationProblems) in
            try PluginScaffold.write(files, to: parent + "/" + LuaAnnotations.folder)
            try PluginScaffold.keep([".luarc.json": LuaAnnotations.settings(types: LuaAnnotations.folder)], in: parent)
        }
        if isJSON {
            let json: JSON = [
                "folder": .string(parent + "/" + LuaAnnotations.folder), "files": .array(files.keys.sorted().map { .string($0) }),
            ]
            return Terminal.say(json.string())
        }
        Terminal.say("Wrote \(files.keys.sorted().joined(separator: ", ")) to \(parent)/\(LuaAnnotations.folder).")
    }
}
