import Foundation
import LuaRuntime
import Plugins
import Screening

/// Times one mapping as the host does it: a fresh state in a warm worker process, 2 KB of JSON in, the order's fields out.
enum MappingBench {
    private static let script = """
        local text = require "text"
        return {
          on_event = function(event, ctx)
            local application = event.body.payload.application
            local candidate = application.candidate
            local package = ctx.settings.default_package
            for _, job in ipairs(application.jobs) do
              for _, department in ipairs(job.departments) do
                package = ctx.settings.packages[department.name] or package
              end
            end
            local email = candidate.email_addresses[1]
            local phone = candidate.phone_numbers[1]
            return {
              external_id = "application-" .. application.id,
              package = package,
              candidate = {
                first_name = text.trim(candidate.first_name), last_name = text.trim(candidate.last_name),
                email = email and email.value, phone = phone and phone.value,
              },
              metadata = { stage = application.current_stage.name, requisition = application.jobs[1].requisition_id },
            }
          end,
        }
        """

    /// Prints the median and the 99th percentile in microseconds, one mapping after the other.
    static func run(worker: String, count: Int) async throws {
        let pool = pool(worker, workers: 1)
        let runner = HookRunner(pool: pool)
        let call = try call(plugin: "bench")
        var times: [Double] = []
        for number in 0..<(count + 200) {
            let started = ContinuousClock.now
            try await map(call, runner)
            if number >= 200 { times.append((ContinuousClock.now - started) / .microseconds(1)) }
        }
        await pool.shutdown()
        times.sort()
        print(String(format: "%.1f %.1f", times[times.count / 2], times[times.count * 99 / 100]))
    }

    static func pool(_ worker: String, workers: Int) -> LuaPool {
        var configuration = LuaPool.Configuration(count: workers)
        configuration.workerPath = worker
        return LuaPool(configuration)
    }

    /// One mapping, whose result is looked at.
    static func map(_ call: HookCall, _ runner: HookRunner) async throws {
        let attempt = try await runner.run(call, remembered: [], host: Nowhere())
        guard case .done(let value) = attempt.end, value["package"] == "pkg_1" else { throw BenchFailure("the mapping went wrong: \(attempt.end)") }
    }

    /// A call of the mapping on a plugin of that name; `before` is Lua that the hook does first.
    static func call(plugin name: String, connection: String = "bench", before: String = "") throws -> HookCall {
        let home = FileManager.default.temporaryDirectory.appending(path: "fairlead-bench-\(UUID().uuidString)")
        let folder = home.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        let manifest = "name: \(name)\nversion: 1.0.0\ncontract: 1\nkind: ats\ntitle: Bench\nsettings: { type: object, additionalProperties: true }\n"
        try manifest.write(to: folder.appending(path: "plugin.yaml"), atomically: true, encoding: .utf8)
        let source = script.replacing("on_event = function(event, ctx)", with: "on_event = function(event, ctx) \(before)") + "-- \(name)\n"
        try source.write(to: folder.appending(path: "main.lua"), atomically: true, encoding: .utf8)
        return HookCall(
            scripts: try Plugin(folder: folder.path).scripts(),
            hook: "on_event",
            input: input,
            connection: connection,
            plugin: name,
            accounts: ["stand-in"],
            settings: ["packages": ["Engineering": "pkg_1"], "default_package": "pkg_2"],
            run: ("run_bench", 1)
        )
    }

    /// A delivery of about 2 KB, as the pipeline hands it to a script.
    private static var input: JSON {
        let fields = JSON.Members(
            (0..<24).map { number -> (String, JSON) in
                ("field_\(number)", ["name": .string("Field \(number)"), "type": "short_text", "value": .int(Int64(number))])
            }
        )
        let body: JSON = [
            "action": "candidate_stage_change",
            "payload": [
                "application": [
                    "id": 101, "status": "active", "current_stage": ["id": 7, "name": "Screening"],
                    "candidate": [
                        "id": 55, "first_name": " Ana", "last_name": "Roe ", "email_addresses": [["value": "ana@example.test", "type": "personal"]],
                        "phone_numbers": [["value": "+441632960000", "type": "mobile"]], "tags": ["a", "b", "c"],
                    ],
                    "jobs": [["id": 9, "name": "Analyst", "requisition_id": "R-9", "departments": [["id": 3, "name": "Engineering"]]]],
                    "custom_fields": .object(fields),
                ]
            ],
        ]
        return [
            "id": "evt_bench", "kind": "ats", "received_at": "2026-01-01T00:00:00.000Z", "method": "POST", "path": "/webhook", "params": [:],
            "query": [:], "headers": ["content-type": "application/json"], "raw": .string(body.string()), "reads": true,
        ]
    }
}

/// A script host for mappings without calls, which never ask it anything.
private struct Nowhere: ScriptHost {
    var clock: any WallClock { SystemClock() }
    var random: any RandomSource { SystemRandom() }
    var secrets: [String: [Secret]] { [:] }
}

/// Why a measurement means nothing.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
