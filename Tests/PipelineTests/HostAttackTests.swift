import Foundation
import LuaRuntime
import Pipeline
import Plugins
import Screening
import Simulators
import Testing

/// Every script under `Tests/Attacks` as the hook of a connection on a whole host, while another connection's events go on.
///
/// Run apart from other suites: a worker that gets no core is killed by the clock on the wall, which is right but not what is looked at here.
@Suite("Hostile scripts in a host", .serialized) struct HostAttackTests {
    private struct Attack {
        let name: String
        let source: String
        let expected: String
    }

    private static let attacks: [Attack] = {
        let folder = PipelineHarness.repository.appending(path: "Tests/Attacks")
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".lua") }.sorted()
        return names.compactMap { name in
            guard let source = try? String(contentsOf: folder.appending(path: name), encoding: .utf8) else { return nil }
            let words = source.prefix { $0 != "\n" }.split(separator: " ").dropFirst(2).map(String.init)
            return Attack(name: String(name.dropLast(4)), source: source, expected: words.first ?? "")
        }
    }()

    /// The attack as an overlay's hook, with what the scripts call the host by. One line before it, so that its lines keep their distance.
    private static func overlay(_ attack: Attack) -> String {
        """
        local json, crypto = require "json", require "crypto"
        return function(base)
          base.on_event = function(event, ctx)
            local has = function(name) return (pcall(require, name)) end
            local where = function() return "attack", 1 end
            local call = function(op, value) ctx.kv.set(op, value == nil and json.null or value) return value end
            local note, finish = function(op, value) ctx.log.info(op, { value = value }) end, function(value) ctx.skip("finished") end
            local attack = function(...)
        \(attack.source)
            end
            local result = attack(event)
            if type(result) == "function" then result = result(event) end
            return result
          end
          return base
        end
        """
    }

    private struct Ending: Sendable {
        let attack: String
        let state: Run.State
        let error: RunFailure?
        let milliseconds: Int64
    }

    @Test("Hostile scripts end with their expected error and do not disturb other connections")
    func endWithTheirErrorAndTroubleNobodyElse() async throws {
        var limits = ScriptLimits()
        // Enough for what is no attack on the processor, on a slow machine as well.
        limits.sandbox.sliceCPU = .milliseconds(300)
        var overlays = Dictionary(uniqueKeysWithValues: Self.attacks.map { ($0.name.replacing("_", with: "-"), Self.overlay($0)) })
        overlays["quiet"] = "return function(base) base.on_event = function(event, ctx) ctx.kv.set('heard', event.id) end return base end"
        let harness = try await PipelineHarness(overlays: overlays, limits: limits, workers: 2)
        let memory = try residentMegabytes()
        let descriptors = try openDescriptors(besides: harness)

        var endings: [Ending] = []
        for (number, attack) in Self.attacks.enumerated() {
            let connection = attack.name.replacing("_", with: "-")
            if let failure = harness.unloadable[connection] {
                endings.append(Ending(attack: attack.name, state: .dead, error: failure.error, milliseconds: 0))
                continue
            }
            let began = ContinuousClock.now
            try await deliver(harness, connection, number)
            try await deliver(harness, "quiet", number)
            let run = try await eventually {
                try await harness.context.store.runs(query(connection), PageRequest()).items.first { $0.state.isEnded || $0.failure != nil }
            }
            let took = (ContinuousClock.now - began) / .milliseconds(1)
            endings.append(Ending(attack: attack.name, state: run?.state ?? .queued, error: run?.failure, milliseconds: Int64(took)))
        }

        for (attack, ending) in zip(Self.attacks, endings) {
            let code = ending.error?.code
            if let code {
                #expect(ending.error?.message.isEmpty == false)
                // Page by page, much memory may cost the slice's CPU before it meets its own limit.
                let isLimit = attack.expected == "memory_limit" && code == "cpu_limit"
                #expect(
                    isLimit || code == attack.expected || Self.otherEnds[attack.name]?.contains(code) == true || attack.expected == "any",
                    "\(ending)"
                )
                #expect(ending.error?.plugin == "webhook" && ending.error?.script != nil, "\(ending)")
                // A result that cannot be JSON is found after the script has returned: there is no line then.
                #expect(ending.error?.line != nil || attack.name.hasPrefix("value_") || attack.name == "require_loop", "\(ending)")
            } else {
                #expect(
                    ending.state.isEnded && ["ok", "any"].contains(attack.expected) || Self.otherEnds[attack.name]?.contains("ok") == true,
                    "\(ending)"
                )
            }
        }
        let quiet = try await eventually {
            let runs = try await harness.context.store.runs(query("quiet"), PageRequest(limit: 200)).items
            return runs.count { $0.state == .done } == endings.count { $0.milliseconds > 0 } ? runs : nil
        }
        #expect(quiet?.allSatisfy { $0.attempt == 1 && $0.failure == nil } == true)
        #expect(harness.pool.workers.count <= 2)
        #expect(try residentMegabytes() - memory < 64)
        let present = try openDescriptors(besides: harness)
        #expect(present.count <= descriptors.count + 16, "\(present.filter { !descriptors.contains($0) })")
        let slowest = endings.max { $0.milliseconds < $1.milliseconds }
        print("attacks through a host: \(endings.count), the slowest \(slowest?.attack ?? "") after \(slowest?.milliseconds ?? 0) ms")
        await harness.stop()
    }

    /// Attacks that end otherwise where the host API stands between the script and the sandbox.
    private static let otherEnds: [String: Set<String>] = [
        "call_name": ["invalid_field"],  // a key that is too long
        "call_flood": ["step_limit"],  // 200 here, and no limit in the sandbox alone
        // What a hook returns is not used: a value that cannot be JSON does not undo what the run has done.
        "require_loop": ["ok"], "value_bytes": ["ok"], "value_cycle": ["ok"], "value_deep": ["ok"], "value_function": ["ok"], "value_gaps": ["ok"],
        "value_infinite": ["ok"], "value_mixed": ["ok"], "value_nan": ["ok"], "value_surrogate": ["ok"], "value_shared": ["cpu_limit"],
        "memory_closures": ["cpu_limit"], "memory_table": ["cpu_limit"], "parser_else": ["cpu_limit"],  // the slice is shorter here
    ]

    private func query(_ connection: String) -> RunQuery {
        var query = RunQuery()
        query.connections = [connection]
        return query
    }

    private func deliver(_ harness: PipelineHarness, _ connection: String, _ number: Int) async throws {
        let response = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/\(connection)/standard",
            application: "application-\(number)",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000"),
            id: "msg_\(connection)_\(number)"
        )
        #expect(response.status == 200, "\(connection)")
    }

    private func residentMegabytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) >> 20
    }

    /// What this process has open, as `/proc` names it: sockets, pipes, memory and files, all that an attack could leave behind.
    /// The store's own files are left out: its readers are opened when they are first needed, and that depends on how many read at once.
    private func openDescriptors(besides harness: PipelineHarness) throws -> [String] {
        let store = harness.folder.resolvingSymlinksInPath().path + "/"
        return try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            // The descriptor that listed the folder is closed by now.
            .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0) }
            .filter { !$0.hasPrefix(store) }
    }
}
