import ConfigurationFiles
import Foundation
import LuaRuntime
import Testing

@testable import Plugins

/// What a plugin's folder may hold: nothing that leads out of it.
@Suite("A plugin's folder")
struct PluginFolderTests {
    private static let manifest = "name: tried\nversion: 1.0.0\ncontract: 1\nkind: ats\n"

    /// A plugin's folder with a folder beside it, for as long as the body runs.
    private func withFolder(_ body: (_ plugin: String, _ outside: String) throws -> Void) throws {
        let place = FileManager.default.temporaryDirectory.appending(path: "fairlead-folder-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: place) }
        let (plugin, outside) = (place + "/tried", place + "/outside")
        for folder in [plugin + "/lib", outside + "/deep"] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try write(Self.manifest, plugin + "/plugin.yaml")
        try write("return {}", plugin + "/main.lua")
        try write("return 'secret'", outside + "/deep/taken.lua")
        try write(Self.manifest, outside + "/plugin.yaml")
        try body(plugin, outside)
    }

    private func write(_ text: String, _ file: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }

    private func problems(of folder: String) -> [ConfigurationProblem] {
        do {
            _ = try Plugin(folder: folder)
            return []
        } catch { return error.problems }
    }

    @Test(
        "A link that leads out of the folder is refused and named",
        arguments: [
            ("lib/names.lua", "outside/deep/taken.lua"), ("lib/deep", "outside/deep"), ("lib/deep", "/"), ("other.lua", "/etc/hostname"),
            ("fixtures", "outside"), ("lib/up.lua", "outside/../outside/deep/taken.lua"),
        ]
    )
    func refusesLinksOut(_ name: String, _ target: String) throws {
        try withFolder { plugin, outside in
            let target = target.hasPrefix("/") ? target : (outside as NSString).deletingLastPathComponent + "/" + target
            try FileManager.default.createSymbolicLink(atPath: plugin + "/" + name, withDestinationPath: target)
            let found = problems(of: plugin)
            #expect(found.map(\.file) == [plugin + "/" + name])
            #expect(found.first?.message == "is a link that leads out of the plugin's folder")
        }
    }

    @Test("A manifest or main.lua that is a link out of the folder is refused", arguments: ["plugin.yaml", "main.lua"])
    func refusesALinkedManifest(_ name: String) throws {
        try withFolder { plugin, outside in
            try FileManager.default.removeItem(atPath: plugin + "/" + name)
            try FileManager.default.createSymbolicLink(atPath: plugin + "/" + name, withDestinationPath: outside + "/plugin.yaml")
            #expect(problems(of: plugin).first?.message == "is a link that leads out of the plugin's folder")
        }
    }

    @Test("A link to a neighbour whose name begins like the folder's is refused")
    func refusesANeighbour() throws {
        try withFolder { plugin, _ in
            try FileManager.default.createDirectory(atPath: plugin + "-2", withIntermediateDirectories: true)
            try write("return {}", plugin + "-2/a.lua")
            try FileManager.default.createSymbolicLink(atPath: plugin + "/lib/a.lua", withDestinationPath: "../../tried-2/a.lua")
            #expect(problems(of: plugin).count == 1)
        }
    }

    @Test("Links that stay inside are followed, those of a mounted volume and circles too")
    func followsLinksInside() throws {
        try withFolder { plugin, _ in
            try FileManager.default.createDirectory(atPath: plugin + "/..data", withIntermediateDirectories: true)
            try write("return {}", plugin + "/..data/names.lua")
            try FileManager.default.createSymbolicLink(atPath: plugin + "/lib/names.lua", withDestinationPath: "../..data/names.lua")
            try FileManager.default.createSymbolicLink(atPath: plugin + "/lib/again", withDestinationPath: "..")
            #expect(try Plugin(folder: plugin).modules.map(\.name) == ["lib.names"])
        }
    }

    @Test("A folder that is reached by a link is read")
    func readsALinkedFolder() throws {
        try withFolder { plugin, outside in
            let link = outside + "/tried"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: plugin)
            #expect(try Plugin(folder: link).name == "tried")
        }
    }

    @Test("A script that cannot be read, is a pipe or links to nothing is named, not passed over", arguments: ["text", "pipe", "nothing"])
    func namesWhatCannotBeRead(_ kind: String) throws {
        try withFolder { plugin, _ in
            let file = plugin + "/lib/a.lua"
            switch kind {
            case "text": try Data([0xC3, 0x28]).write(to: URL(filePath: file))
            case "pipe": #expect(mkfifo(file, 0o600) == 0)
            default: try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "gone.lua")
            }
            #expect(problems(of: plugin).map(\.file) == [file])
        }
    }
}
