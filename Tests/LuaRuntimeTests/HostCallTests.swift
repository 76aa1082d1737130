import Foundation
import Synchronization
import Testing

@testable import LuaRuntime

/// How a script and its host talk, the same in a worker and in this process.
@Suite("Host calls")
struct HostCallTests {
    static let isolations: [LuaPool.Isolation] = [.process, .inProcess]

    struct Refused: Error {}

    @Test("Calls and notes reach the host in the order the script made them", arguments: isolations)
    func callsAndNotesComeInOrder(_ isolation: LuaPool.Isolation) async throws {
        let seen = Mutex<[String]>([])
        let source = """
            return function(request)
                note("log", { at = 1 })
                local a = call("first", { n = 1 })
                note("log", { at = 2 })
                local b = call("second", a)
                return { a = a, b = b, request = request }
            end
            """
        let end = try await LuaPool.with(isolation) { pool async throws in
            try await pool.run(
                Fixture.bundle(source),
                request: Array("7".utf8),
                tenant: "acme",
                note: { note in seen.withLock { $0.append("\(note.op) \(String(decoding: note.args, as: UTF8.self))") } },
                call: { call in
                    seen.withLock { $0.append("\(call.op) \(String(decoding: call.args, as: UTF8.self))") }
                    return try await Fixture.echo(call)
                },
            )
        }
        #expect(end.text == #"{"a":{"n":1},"b":{"n":1},"request":7}"#)
        #expect(seen.withLock { $0 } == [#"log {"at":1}"#, #"first {"n":1}"#, #"log {"at":2}"#, #"second {"n":1}"#])
    }

    @Test("A call says which line of which of the plugin's scripts made it", arguments: isolations)
    func callsSayTheirLine(_ isolation: LuaPool.Isolation) async throws {
        let seen = Mutex<[ScriptError.Line?]>([])
        let names = Script(
            name: "lib.names",
            chunk: "acme/lib/names.lua",
            source: "return function(name)\n\n    local answer = call(name)\n    return answer\nend"
        )
        let source = """
            local named = require("lib.names")
            return function(request)
                call("first")
                local ok = pcall(function()
                    call("second")
                end)
                named("third")
                for i = 1, 2 do call("again") end
                return ok and 1
            end
            """
        let end = try await LuaPool.with(isolation) { pool async throws in
            try await pool.run(Fixture.bundle(source, modules: [names]), request: Array("{}".utf8), tenant: "acme") { call in
                seen.withLock { $0.append(call.place) }
                return Array(#"{"value":1}"#.utf8)
            }
        }
        #expect(end.text == "1", "\(end)")
        func main(_ line: Int) -> ScriptError.Line { ScriptError.Line(script: "acme/main.lua", line: line) }
        #expect(seen.withLock { $0 } == [main(3), main(5), ScriptError.Line(script: "acme/lib/names.lua", line: 3), main(8), main(8)])
    }

    @Test("A worker names a script by its place in the bundle, and nothing that is not the plugin's")
    func placesAreOfTheBundle() {
        let bundle = Fixture.bundle("", modules: [Script(name: "json", chunk: "json.lua", source: "", origin: .host)])
        #expect(bundle.line(4, ofScript: 1) == ScriptError.Line(script: "acme/main.lua", line: 4))
        for (line, script) in [(4, 0), (4, 2), (4, 3), (0, 1), (UInt32.max, 1), (4, UInt32.max)] as [(UInt32, UInt32)] {
            #expect(bundle.line(line, ofScript: script) == nil)
        }
    }

    @Test("Notes beyond the limit are dropped, and the host is told so", arguments: isolations)
    func notesAreCounted(_ isolation: LuaPool.Isolation) async throws {
        let seen = Mutex<[String]>([])
        let source = "return function() for i = 1, 10 do note('log', i) end end"
        _ = try await LuaPool.with(isolation) { pool async throws in
            try await pool.run(
                Fixture.bundle(source),
                request: Array("{}".utf8),
                limits: Limits(notes: 3),
                tenant: "acme",
                note: { note in seen.withLock { $0.append("\(note.op) \(String(decoding: note.args, as: UTF8.self))") } },
                call: Fixture.echo,
            )
        }
        #expect(seen.withLock { $0 } == ["log 1", "log 2", "log 3", #"notes {"dropped":true}"#])
    }

    @Test("An error thrown by the host in a call ends the run even inside pcall", arguments: isolations)
    func whatACallThrowsEndsTheRun(_ isolation: LuaPool.Isolation) async throws {
        try await LuaPool.with(isolation) { pool async throws in
            await #expect(throws: Refused.self) {
                _ = try await pool.run(Fixture.bundle("return function() pcall(call, 'x') return 1 end"), request: Array("{}".utf8), tenant: "acme") {
                    _ in
                    throw Refused()
                }
            }
            #expect(try await Fixture.run("return function() return 1 end", in: pool).text == "1")
        }
    }

    @Test("Cancelling the task ends its run, and the pool serves the next run", arguments: isolations)
    func aCancelledTaskDropsItsRun(_ isolation: LuaPool.Isolation) async throws {
        try await LuaPool.with(isolation) { pool async throws in
            let (called, signal) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await pool.run(Fixture.bundle("return function() return call('wait') end"), request: Array("{}".utf8), tenant: "acme") { _ in
                    signal.yield()
                    try await Task.sleep(for: .seconds(600))
                    return []
                }
            }
            for await _ in called { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(try await Fixture.run("return function() return 1 end", in: pool).text == "1")
        }
    }

    @Test("A host reply that is not JSON ends with a bad-request error", arguments: isolations)
    func aReplyThatIsNotJSONIsTheHostsFault(_ isolation: LuaPool.Isolation) async throws {
        try await LuaPool.with(isolation) { pool async throws in
            let end = try await pool.run(Fixture.bundle("return function() return call('x') end"), request: Array("{}".utf8), tenant: "acme") { _ in
                [0x7B]
            }
            #expect(end.error?.code == .badRequest)
        }
    }

    @Test("A required module is loaded once per run, and only the host's modules get host functions", arguments: isolations)
    func modulesAreLoadedOnce(_ isolation: LuaPool.Isolation) async throws {
        let modules = [
            Script(name: "lib.names", chunk: "acme/lib/names.lua", source: "loads = (loads or 0) + 1 return { call = call, name = ... }"),
            Script(
                name: "map",
                chunk: "map.lua",
                source: "local name, host = ... return { name = name, host = type(host), seen = loads }",
                origin: .host
            ),
        ]
        let source = """
            return function()
                assert(require("lib.names") == require("lib.names"))
                return { loads, require("lib.names").name, require("map"), has("map"), has("nothing"), (pcall(require, "nothing")) }
            end
            """
        let end = try await LuaPool.with(isolation) { pool async throws in
            try await pool.run(Fixture.bundle(source, modules: modules), request: Array("{}".utf8), tenant: "acme", call: Fixture.echo)
        }
        #expect(end.text == #"[1,"lib.names",{"host":"table","name":"map"},true,false,false]"#)
    }

    @Test("Global variables do not survive a run", arguments: isolations)
    func stateDoesNotSurviveARun(_ isolation: LuaPool.Isolation) async throws {
        try await LuaPool.with(isolation) { pool async throws in
            for _ in 0..<3 {
                #expect(
                    try await Fixture.run("return function() local before = seen seen = true return { before == nil } end", in: pool).text == "[true]"
                )
            }
        }
    }
}
