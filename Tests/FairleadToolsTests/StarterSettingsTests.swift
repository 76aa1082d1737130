import FairleadHost
import FairleadTools
import Foundation
import Screening
import Testing

@Suite("The settings that init writes")
struct StarterSettingsTests {
    @Test("The host takes them once their variables are set")
    func taken() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "starter-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "plugins"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = Array(repeating: UInt8(7), count: 32).base64
        let environment = Dictionary(StarterSettings.variables.map { ($0, $0 == "FAIRLEAD_KEY" ? key : "value-of-\($0)") }) { $1 }
        let file = folder.appending(path: "fairlead.yaml")
        try Data(StarterSettings.text.utf8).write(to: file)
        let settings = try Settings.read(file: file.path, environment: environment)
        #expect(settings.connection("first")?.plugin == "webhook" && settings.account("zinc-staging")?.environment == "staging")
        for variable in StarterSettings.variables { #expect(StarterSettings.text.contains("${env:\(variable)}")) }
    }
}
