import Foundation
import Pipeline
import Screening
import Simulators
import Testing

/// What a connection's scripts are when they change, and when they do harm.
@Suite struct ScriptVersionTests {
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

    private func deliver(_ bed: Bed, _ number: Int) async throws {
        let candidate = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        let response = try await bed.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-\(number)",
            package: "pkg_1",
            candidate: candidate
        )
        #expect(response.status == 200)
    }

    private func finished(_ bed: Bed, on version: JSON) async throws -> Bool {
        try await eventually { try await bed.context.store.value(connection: "acme", key: "finished") == version ? true : nil } ?? false
    }

    @Test func aRunFinishesOnTheScriptsThatItBeganOn() async throws {
        let bed = try await Bed(script: Self.first)
        try await deliver(bed, 1)
        let waiting = try #require(
            try await eventually { try await bed.context.store.runs(RunQuery(), PageRequest()).items.first { $0.state == .waiting } }
        )
        await bed.stop()

        let after = try await Bed(folder: bed.folder, script: Self.second)
        #expect(try await finished(after, on: "first"))
        #expect(try await after.context.store.run(waiting.id)?.script == waiting.script)
        try await deliver(after, 2)
        #expect(try await finished(after, on: "second"))
        await after.stop()
    }

    @Test func aRunWhoseScriptsAreGoneSaysSoAndGoesOnOnThePresentOnesWhenRetried() async throws {
        let bed = try await Bed(script: Self.first)
        try await deliver(bed, 1)
        let store = bed.context.store
        var run = try #require(try await eventually { try await store.runs(RunQuery(), PageRequest()).items.first { $0.state == .waiting } })
        run.script = "a version that nobody kept"
        try await store.perform([.run(run)])
        let dead = try #require(try await eventually { try await store.run(run.id).flatMap { $0.state == .dead ? $0 : nil } })
        #expect(dead.failure?.code == "script_version_missing")
        _ = try await bed.commands.retry(run: run.id)
        #expect(try await finished(bed, on: "first"))
        await bed.stop()
    }

    @Test func aPluginThatCostsItsWorkerAgainAndAgainIsPausedAndOthersAreNot() async throws {
        let bed = try await Bed(
            pace: .milliseconds(60),
            script: "return function(base) base.on_event = function() while true do end end return base end"
        )
        let connection = try #require(bed.context.registry.connection("acme"))
        #expect(bed.commands.problem(of: connection) == nil)
        func dead() async throws -> [Run] { try await bed.context.store.runs(RunQuery(), PageRequest()).items.filter { $0.state == .dead } }
        for number in 0..<5 { try await deliver(bed, number) }
        #expect(try await eventually { try await dead().count == 5 ? true : nil } == true)
        try await deliver(bed, 5)
        let paused = try #require(
            try await eventually { try await bed.context.store.runs(RunQuery(), PageRequest()).items.first { $0.failure?.code == "plugin_paused" } }
        )
        #expect(paused.state == .waiting)
        #expect(paused.attempt == 0)
        #expect(bed.commands.problem(of: connection)?["code"] == "plugin_paused")
        #expect(try await dead().allSatisfy { $0.failure?.code == "cpu_limit" && $0.failure?.script != nil })

        let assessment = try await bed.site.ats.orderAssessment(
            at: "https://host.example.test/ats/greenhouse/assessments",
            test: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
        #expect(try await bed.order(try #require(assessment.interviewID), in: .completed) != nil)
        await bed.stop()
    }
}
