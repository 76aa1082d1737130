import LuaRuntime
import Screening
import Testing

@testable import Plugins

@Suite("What a plugin may use")
struct ScriptLimitsTests {
    @Test("Limits have their defaults when neither the plugin nor the operator sets them")
    func isTheDefaultWhereNobodySaysOtherwise() {
        #expect(ScriptLimits(requested: [:], caps: [:]) == ScriptLimits())
        #expect(ScriptLimits()[.sliceMilliseconds] == 250)
        #expect(ScriptLimits()[.runSeconds] == 60)
        #expect(ScriptLimits()[.memoryMegabytes] == 64)
        #expect(ScriptLimits()[.steps] == 200)
    }

    @Test("A plugin gets the limit it requests up to the operator's cap")
    func isWhatThePluginAsksForUpToTheOperatorsCap() {
        let limits = ScriptLimits(
            requested: [.steps: 500, .memoryMegabytes: 128, .sliceMilliseconds: 50],
            caps: [.steps: 400, .memoryMegabytes: 256]
        )
        #expect(limits.steps == 400)
        #expect(limits.sandbox.memory == 128 << 20)
        #expect(limits.sandbox.sliceCPU == .milliseconds(50))
    }

    @Test("A cap below the default lowers the limit")
    func isNeverMoreThanACapBelowTheDefault() {
        #expect(ScriptLimits(requested: [:], caps: [.steps: 10]).steps == 10)
    }

    @Test("A plugin cannot raise a limit above the default without the operator, and a message says so")
    func doesNotGrowWithoutTheOperator() {
        #expect(ScriptLimits(requested: [.steps: 500], caps: [:]).steps == 200)
        let said = ScriptLimits.excesses(requested: [.steps: 500, .nesting: 10], caps: [:])
        #expect(said == ["the plugin asks for limits.steps: 500, and workers.limits.steps allows 200"])
        #expect(ScriptLimits.excesses(requested: [.steps: 500], caps: [.steps: 500]).isEmpty)
    }

    @Test("Limits are read from the manifest, and mistakes in them are reported")
    func isReadFromTheManifest() throws {
        let manifest = try ManifestTests.read(ManifestTests.good + "\nlimits: { steps: 500, slice_ms: 100 }\n")
        #expect(manifest.limits == [.steps: 500, .sliceMilliseconds: 100])
        #expect(ManifestTests.problems(ManifestTests.good + "\nlimits: { step: 500 }\n").contains { $0.contains("steps") })
        #expect(ManifestTests.problems(ManifestTests.good + "\nlimits: { nesting: 0 }\n").contains { $0.contains("from 1 to 150") })
    }

    @Test("Every limit can be set and read by its name")
    func everyNameReadsWhatItWrote() {
        for name in ScriptLimits.Name.allCases {
            var limits = ScriptLimits()
            limits[name] = 7
            #expect(limits[name] == 7)
        }
    }
}
