import FairleadHost
import FairleadTools
import Foundation
import Plugins
import Screening
import Testing

@Suite("The settings that init writes")
struct StarterSettingsTests {
    @Test("The host takes them once their variables are set")
    func taken() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "starter-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = "q7Jx0o5m3cV9yT2hWk8sRb1nZ4eU6gLdPaFiXjCvB0M="
        let environment = Dictionary(StarterSettings.variables.map { ($0, $0 == "FAIRLEAD_KEY" ? key : "value-of-\($0)") }) { $1 }
        let file = folder.appending(path: "fairlead.yaml")
        try Data(StarterSettings.text.utf8).write(to: file)
        let settings = try Settings.read(file: file.path, environment: environment)
        #expect(settings.connection("first")?.plugin == "webhook" && settings.account("zinc-staging")?.environment == "staging")
        for variable in StarterSettings.variables { #expect(StarterSettings.text.contains("${env:\(variable)}")) }
    }

    @Test("They name every key that there is")
    func everyKey() {
        let lines = StarterSettings.text.split(separator: "\n").map { $0.drop { " #".contains($0) } }
        for field in SettingsField.all {
            let key = (field.path.last ?? "") + ": "
            #expect(lines.contains { $0.hasPrefix(key) }, "\(field.name)")
        }
        for section in SettingsField.sections { #expect(lines.contains { $0 == section + ":" }, "\(section)") }
    }

    @Test("What stands behind a # can be taken in")
    func comments() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "starter-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "plugins"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = SettingsField.sections.map { $0 + ":" } + SettingsField.all.map { ($0.path.last ?? "") + ": " }
        let lines = StarterSettings.text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            let bare = String(line).replacing("# ", with: "", maxReplacements: 1)
            // The worker's program is named as it is installed, and need not be here.
            let isTaken = keys.contains { bare.drop { $0 == " " }.hasPrefix($0) } && !bare.contains("fairlead-lua")
            return isTaken ? bare : String(line)
        }
        let file = folder.appending(path: "fairlead.yaml")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let key = "q7Jx0o5m3cV9yT2hWk8sRb1nZ4eU6gLdPaFiXjCvB0M="
        let environment = Dictionary(StarterSettings.variables.map { ($0, $0 == "FAIRLEAD_KEY" ? key : "value-of-\($0)") }) { $1 }
        let settings = try Settings.read(file: file.path, environment: environment)
        #expect(settings.server.publicURL == "https://screening.example.test" && settings.workers.limits[.memoryMegabytes] == 64)
    }
}
