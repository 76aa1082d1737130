import LuaRuntime
import Testing

/// An error names the plugin's line, whoever raised it.
@Suite("Script errors")
struct ErrorTests {
    static let cases: [(source: String, message: String, line: Int)] = [
        ("return function()\n    local t = nil\n    return t.x\nend", "attempt to index a nil value (local 't')", 3),
        ("return function()\n    error('no phone')\nend", "no phone", 2),
        ("local function check() error('no phone', 2) end\nreturn function()\n    check()\nend", "no phone", 3),
        ("return function()\n    error({ message = 'no phone', path = 'candidate.phone' })\nend", "no phone", 2),
        ("return function()\n    local ok, problem = pcall(error, 'first')\n    error(problem, 0)\nend", "first", 3),
        ("return function()\n    string.x = 1\nend", "a library cannot be changed", 2),
        ("return function()\n\n    return ('x'):bad()\nend", "attempt to call a nil value (method 'bad')", 3),
        ("return function()\n    error(setmetatable({}, { __tostring = function() return 'shown' end }))\nend", "shown", 2),
    ]

    @Test("A script error names the plugin's file and line", arguments: cases)
    func namesTheLine(_ source: String, _ message: String, _ line: Int) async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let error = try #require(try await Fixture.run(source, in: pool).error)
            #expect(error.code == .scriptError)
            #expect(error.message == message)
            #expect(error.script == "acme/main.lua")
            #expect(error.line == line)
            #expect(error.traceback.allSatisfy { $0.script == "acme/main.lua" })
        }
    }

    @Test("An error raised with a table carries the table as JSON")
    func carriesTheValue() async throws {
        try await LuaPool.with { pool async throws in
            let source = "return function() error({ message = 'no phone', path = 'candidate.phone', found = { 1 } }) end"
            let error = try #require(try await Fixture.run(source, in: pool).error)
            #expect(error.value == #"{"found":[1],"message":"no phone","path":"candidate.phone"}"#)
        }
    }

    @Test("Exceeded limits and script errors have different error codes")
    func tellsLimitsFromErrors() async throws {
        try await LuaPool.with { pool async throws in
            let limits = Limits(sliceCPU: .milliseconds(30), runTime: .milliseconds(60), memory: 4 << 20, output: 1000)
            func code(_ body: String) async throws -> ScriptError.Code? {
                try await Fixture.run("return function() \(body) end", in: pool, limits: limits).error?.code
            }
            #expect(try await code("while true do end") == .cpuLimit)
            #expect(try await code("for i = 1, 1000 do call('x') for j = 1, 1e5 do end end") == .cpuLimit)
            #expect(try await code("local t = {} while true do t[#t + 1] = {} end") == .memoryLimit)
            #expect(try await code("return ('x'):rep(2000)") == .outputLimit)
            #expect(try await code("call('x', ('x'):rep(2000))") == .outputLimit)
            #expect(try await code("error('x')") == .scriptError)
        }
    }

    @Test("Checking a script compiles it without running it, and reports syntax errors")
    func checkCompilesAndRunsNothing() async throws {
        for isolation in HostCallTests.isolations {
            try await LuaPool.with(isolation) { pool async throws in
                let endless = Script(name: "main", chunk: "acme/main.lua", source: "while true do end")
                #expect(try await pool.check(endless) == nil)
                let broken = Script(name: "main", chunk: "acme/main.lua", source: "local x = 1\nlocal y = = 2")
                let error = try #require(try await pool.check(broken))
                #expect(error.code == .syntaxError)
                #expect(error.script == "acme/main.lua")
                #expect(error.line == 2)
                #expect(error.message == "unexpected symbol near '='")
            }
        }
    }
}
