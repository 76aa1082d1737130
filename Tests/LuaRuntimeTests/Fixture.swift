import Foundation
import Testing

@testable import LuaRuntime

/// A prelude that shows scripts the host's functions as they are, and scripts for it.
enum Fixture {
    static let prelude = Script(
        name: "prelude",
        chunk: "prelude.lua",
        source: """
            local host = ...
            local env = host.env
            env.json, env.crypto, env.require = host.json, host.crypto, host.require
            env.note, env.finish, env.where, env.has = host.note, host.finish, host.where, host.has
            env.call = function(op, args) return host.call(op, args).value end
            return function(request)
                local main = host.require("main")
                if type(main) == "function" then return main(request) end
                return main
            end
            """,
        origin: .host,
    )

    static func bundle(_ source: String, chunk: String = "acme/main.lua", modules: [Script] = []) -> ScriptBundle {
        ScriptBundle(prelude: prelude, modules: [Script(name: "main", chunk: chunk, source: source)] + modules)
    }

    static func pool(_ isolation: LuaPool.Isolation = .process, count: Int = 1) -> LuaPool {
        LuaPool(LuaPool.Configuration(count: count, isolation: isolation))
    }

    /// Answers each host call with its own arguments.
    @Sendable static func echo(_ call: HostCall) async throws -> [UInt8] {
        Array(#"{"value":"#.utf8) + call.args + Array("}".utf8)
    }

    static func run(
        _ source: String,
        request: String = "{}",
        in pool: LuaPool,
        limits: Limits = Limits(),
        tenant: String = "acme",
    ) async throws -> RunEnd {
        try await pool.run(bundle(source), request: Array(request.utf8), limits: limits, tenant: tenant, call: echo)
    }
}

extension RunEnd {
    /// The result's text; nil for any other end.
    var text: String? {
        if case .finished(let json) = self { String(decoding: json, as: UTF8.self) } else { nil }
    }

    var error: ScriptError? {
        if case .failed(let error) = self { error } else { nil }
    }

    var isInterrupted: Bool {
        if case .interrupted = self { true } else { false }
    }
}

extension LuaPool {
    /// Runs the body with a pool that is shut down afterwards.
    static func with<Result>(
        _ isolation: Isolation = .process,
        count: Int = 1,
        _ body: (LuaPool) async throws -> Result,
    ) async throws -> Result {
        let pool = Fixture.pool(isolation, count: count)
        do {
            let result = try await body(pool)
            await pool.shutdown()
            return result
        } catch {
            await pool.shutdown()
            throw error
        }
    }
}
