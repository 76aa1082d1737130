import LuaRuntime
import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// What an author sees of a run: which lines ran, and what their locals held.
@Suite("Script traces")
struct TraceTests {
    private func trace(_ detail: Limits.Trace, _ main: String, input: JSON = ["body": ["name": "Ana Roe", "n": 3]]) async throws -> (
        ScriptTrace, Plugin
    ) {
        let trace = ScriptTrace(detail)
        let pool = LuaPool(LuaPool.Configuration(count: 1, isolation: .inProcess))
        let plugin = try PluginHarness.plugin(main)
        let runner = FixtureRunner(HookRunner(pool: pool, trace: trace))
        _ = try await runner.run(plugin, Fixture(name: "case", hook: "on_event", input: input))
        await pool.shutdown()
        return (trace, plugin)
    }

    private static let main = """
        local limit <const> = 2
        local function double(n)
            local result = n * 2
            return result
        end
        local function never()
            return limit
        end
        return {
            on_event = function(event)
                local who = event.body.name
                if event.body.n > limit then
                    who = who .. double(event.body.n)
                else
                    return never()
                end
                return { who, nested = { deep = { deeper = {} } } }
            end,
        }
        """

    @Test("A trace shows each executed line with the local variables that it changed")
    func eachLineShowsTheLocalsThatItChanged() async throws {
        let (trace, plugin) = try await trace(.locals, Self.main)
        let text = trace.text(of: plugin.scripts())
        #expect(
            text.contains(
                """
                bench/main.lua:13              who = who .. double(event.body.n)
                      who = "Ana Roe6"
                bench/main.lua:3      local result = n * 2
                      n = 3
                      result = 6
                bench/main.lua:4      return result
                """
            ),
            "\(text)"
        )
        #expect(text.contains("      event = {"))
    }

    @Test("Coverage gives the share of lines that ran and names those that did not")
    func coverageNamesTheLinesThatNeverRan() async throws {
        let (trace, plugin) = try await trace(.lines, Self.main)
        let coverage = Coverage(plugin, reached: trace.reached)
        #expect(coverage.text == "81% of 11 lines ran; never: bench/main.lua 7, 15")
        #expect(trace.lines.isEmpty)
    }

    @Test("CPU and trace size limits apply while a script is traced")
    func limitsHoldWhileLinesAreTold() async throws {
        let trace = ScriptTrace(.locals)
        let pool = LuaPool(LuaPool.Configuration(count: 1, isolation: .inProcess))
        let plugin = try PluginHarness.plugin("return { on_event = function() local n = 0 while true do n = n + 1 end end }")
        let result = try await FixtureRunner(HookRunner(pool: pool, trace: trace)).run(plugin, Fixture(name: "case", hook: "on_event", input: [:]))
        await pool.shutdown()
        #expect(result.end.json["error"]?["code"] == "cpu_limit", "\(result.end)")
        #expect(trace.lines.count <= ScriptTrace.maximum)
    }
}
