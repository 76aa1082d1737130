import Foundation
import Pipeline
import Plugins
import Screening
import Simulators
import Testing

/// What a connection's scripts are when they change, and when they do harm.
@Suite("Script versions") struct ScriptVersionTests {
    private static let first = """
        return function(base)
          base.on_event = function(event, ctx)
            ctx.kv.set("begun", "first")
            if ctx.run.attempt == 1 then
              return ctx.retry { after = 1, reason = "later" }
            end
            ctx.kv.set("finished", "first")
          end
          return base
        end
        """
    private static let second = """
        return function(base)
          base.on_event = function(event, ctx)
            ctx.uuid()
            ctx.kv.set("finished", "second")
          end
          return base
        end
        """

    private func deliver(_ harness: PipelineHarness, _ number: Int, to connection: String = "acme", package: String = "pkg_1") async throws {
        let candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        let response = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/\(connection)/standard",
            application: "application-\(number)",
            package: package,
            candidate: candidate
        )
        #expect(response.status == 200)
    }

    private func finished(_ harness: PipelineHarness, on version: JSON) async throws -> Bool {
        try await eventually { try await harness.context.store.value(connection: "acme", key: "finished") == version ? true : nil } ?? false
    }

    @Test("A run finishes on the script version that it began on")
    func aRunFinishesOnTheScriptsThatItBeganOn() async throws {
        let harness = try await PipelineHarness(script: Self.first)
        try await deliver(harness, 1)
        let waiting = try #require(
            try await eventually { try await harness.context.store.runs(RunQuery(), PageRequest()).items.first { $0.state == .waiting } }
        )
        await harness.stop()

        let after = try await PipelineHarness(folder: harness.folder, script: Self.second)
        #expect(try await finished(after, on: "first"))
        #expect(try await after.context.store.run(waiting.id)?.script == waiting.script)
        try await deliver(after, 2)
        #expect(try await finished(after, on: "second"))
        await after.stop()
    }

    @Test("A run whose script version is missing fails and uses the present version when it is retried")
    func aRunWhoseScriptsAreGoneSaysSoAndGoesOnOnThePresentOnesWhenRetried() async throws {
        let harness = try await PipelineHarness(script: Self.first)
        try await deliver(harness, 1)
        let store = harness.context.store
        let waiting = try #require(try await eventually { try await store.runs(RunQuery(), PageRequest()).items.first { $0.state == .waiting } })
        var run = try #require(try await store.run(waiting.id))
        run.script = "a version that nobody kept"
        try await store.perform([.run(run)])
        let dead = try #require(try await eventually { try await store.run(run.id).flatMap { $0.state == .dead ? $0 : nil } })
        #expect(dead.failure?.code == "script_version_missing")
        _ = try await harness.commands.retry(run: run.id)
        #expect(try await finished(harness, on: "first"))
        await harness.stop()
    }

    @Test("A plugin that repeatedly exceeds its CPU limit is paused and other plugins are not")
    func aPluginThatCostsItsWorkerAgainAndAgainIsPausedAndOthersAreNot() async throws {
        let harness = try await PipelineHarness(
            pace: .milliseconds(60),
            script: "return function(base) base.on_event = function() while true do end end return base end"
        )
        let connection = try #require(harness.context.registry.connection("acme"))
        #expect(harness.commands.problem(of: connection) == nil)
        func dead() async throws -> [RunSummary] {
            try await harness.context.store.runs(RunQuery(), PageRequest()).items.filter { $0.state == .dead }
        }
        for number in 0..<5 { try await deliver(harness, number) }
        #expect(try await eventually { try await dead().count == 5 ? true : nil } == true)
        try await deliver(harness, 5)
        let paused = try #require(
            try await eventually {
                try await harness.context.store.runs(RunQuery(), PageRequest()).items.first { $0.failure?.code == "plugin_paused" }
            }
        )
        #expect(paused.state == .waiting)
        #expect(paused.attempt == 0)
        #expect(harness.commands.problem(of: connection)?["code"] == "plugin_paused")
        #expect(try await dead().allSatisfy { $0.failure?.code == "cpu_limit" && $0.failure?.script != nil })

        let assessment = try await harness.site.ats.orderAssessment(
            at: "https://host.example.test/ats/greenhouse/assessments",
            test: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
        #expect(try await harness.order(try #require(assessment.interviewID), in: .completed) != nil)
        await harness.stop()
    }

    @Test("What one connection is sent does not pause another that runs the same scripts")
    func aConnectionIsNotPausedForAnothersPayloads() async throws {
        let script = """
            return function(base)
              base.on_event = function(event, ctx)
                if event.raw:find("hostile", 1, true) then while true do end end
                ctx.kv.set("heard", event.id)
              end
              return base
            end
            """
        let harness = try await PipelineHarness(overlays: ["hostile": script, "harmless": script])
        let connections = harness.context.registry.connections.filter { ["hostile", "harmless"].contains($0.id) }
        #expect(Set(connections.map(\.scripts.id)).count == 1)
        func runs(_ connection: String) async throws -> [RunSummary] {
            var query = RunQuery()
            query.connections = [connection]
            return try await harness.context.store.runs(query, PageRequest()).items
        }
        for number in 0..<5 { try await deliver(harness, number, to: "hostile", package: "hostile") }
        #expect(try await eventually { try await runs("hostile").count { $0.state == .dead } == 5 ? true : nil } == true)
        try await deliver(harness, 5, to: "hostile", package: "hostile")
        _ = try #require(try await eventually { try await runs("hostile").first { $0.failure?.code == "plugin_paused" } })
        for number in 0..<3 { try await deliver(harness, number, to: "harmless") }
        #expect(try await eventually { try await runs("harmless").count { $0.state == .done } == 3 ? true : nil } == true)
        #expect(try await runs("harmless").allSatisfy { $0.attempt == 1 && $0.failure == nil })
        for connection in connections { #expect((harness.commands.problem(of: connection) == nil) == (connection.id == "harmless")) }
        await harness.stop()
    }
}
