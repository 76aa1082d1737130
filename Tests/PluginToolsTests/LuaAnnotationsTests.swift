import LuaRuntime
import PluginTesting
import PluginTools
import Plugins
import Testing

@Suite("Annotation files for editors")
struct LuaAnnotationsTests {
    @Test("They are Lua that compiles")
    func compile() async throws {
        for (name, text) in LuaAnnotations.files {
            #expect(text.hasPrefix("---@meta"))
            let failure = try await PluginHarness.hooks.check(Script(name: "types", chunk: name, source: text))
            #expect(failure == nil, "\(name): \(failure?.text ?? "")")
        }
    }
}
