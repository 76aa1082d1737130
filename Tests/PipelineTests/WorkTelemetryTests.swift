import InMemoryTracing
import Metrics
import MetricsTestKit
import Screening
import ScreeningTesting
import Simulators
import Testing
import Tracing

@testable import Pipeline

@Suite("What is measured of work")
struct WorkTelemetryTests {
    /// Works on one claim by a store that fails as told, and tells the labels of what was counted.
    private func labels(
        _ harness: PipelineHarness,
        _ claim: Claim,
        failing fault: @escaping @Sendable () throws -> Void = {}
    ) async throws -> (labels: [[String]], spans: [FinishedInMemorySpan]) {
        let own = harness.context
        let (metrics, tracer) = (TestMetrics(), InMemoryTracer())
        // Metrics go to the backend in place where the pipeline is made.
        let context = withMetricsFactory(metrics) {
            PipelineContext(
                store: FaultyStore(own.store) { try fault() },
                registry: own.registry,
                hookRunner: own.hookRunner,
                transport: harness.transport,
                clock: own.clock,
                random: own.random,
                logger: own.logger,
                publicURL: "https://host.example.test"
            )
        }
        await withMetricsFactory(metrics) {
            await withTracer(tracer) { await context.executor.work(on: claim) }
        }
        let timers = metrics.timers(label: "fairlead_work_duration_seconds")
        #expect(timers.allSatisfy { $0.values.count == 1 && $0.dimensions.map(\.0) == ["kind", "result"] })
        return (timers.map { $0.dimensions.map(\.1) }, tracer.finishedSpans)
    }

    @Test("A piece of work is counted by kind and result, and its span names what it is about")
    func results() async throws {
        let harness = try await PipelineHarness(works: false)
        _ = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-1",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
        let store = harness.context.store
        let event = try #require(try await store.events(EventQuery(), PageRequest()).items.first)
        try await store.perform([.queue(QueuedWork(.event(event.id), due: harness.context.clock.now()))])
        let claim = try #require(try await store.claim(ClaimRequest(owner: "host", limit: 1, kinds: [.event])).first)
        let (labels, spans) = try await labels(harness, claim)
        #expect(labels == [["event", "done"]])
        let span = try #require(spans.first)
        #expect(
            spans.count == 1 && span.operationName == "process events" && span.kind == .consumer && span.parentSpanID == nil && span.status == nil
        )
        #expect(span.attributes.get("fairlead.event.id") == .string(claim.work.subject) && span.attributes.get("fairlead.attempt") == .int64(1))
        await harness.stop()
    }

    @Test(
        "How work failed is counted",
        arguments: [("failed", true), ("released", false), ("unreadable", true), ("conflict", false), ("given_up", true)]
    )
    func failures(_ result: String, _ isError: Bool) async throws {
        let harness = try await PipelineHarness(works: false)
        let claim = Claim(id: 1, work: .run("run_1"), owner: "host", attempt: 1, abandonedCount: result == "given_up" ? 100 : 0)
        let (labels, spans) = try await labels(harness, claim) {
            switch result {
            case "failed": throw StoreError.unavailable("away")
            case "released": throw CancellationError()
            case "unreadable": throw StoreError.corrupt("a key is missing")
            default: throw StoreError.conflict
            }
        }
        #expect(labels == [["run", result]])
        #expect(spans.map { $0.attributes.get("fairlead.run.id") } == [.string("run_1")])
        #expect((spans.first?.status?.code == .error) == isError)
        await harness.stop()
    }
}
