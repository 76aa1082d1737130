import CrashTesting
import Foundation
import Screening
import Simulators
import Testing

/// Shutdown is not failure: however much is in flight, SIGTERM ends the host politely, and what was not finished is finished after the next start.
///
/// `FAIRLEAD_DRAIN_ITEMS` says how many orders are in flight; how long the host took goes to the file that `FAIRLEAD_CHAOS_REPORT` names.
@Suite("Stopping a host", .serialized) struct DrainTests {
    private static let count = ProcessInfo.processInfo.environment["FAIRLEAD_DRAIN_ITEMS"].flatMap { Int($0) } ?? 150

    @Test("A host that is asked to stop loses nothing that is in flight")
    func aHostThatIsAskedToEndLosesNothingOfWhatIsInFlight() async throws {
        let harness = try await KillHarness(pace: nil)
        defer { harness.serve.kill() }
        // Nobody at the ATS answers: every update stays in flight.
        harness.site.faults.set(.ats, "callback", .latency(.seconds(60)), times: nil)
        try await harness.serve.start()
        let ats = harness.ats
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in 0..<16 {
                group.addTask { for number in stride(from: first, to: Self.count, by: 16) { try await ats.deliver(number) } }
            }
            try await group.waitForAll()
        }
        let began = ContinuousClock.now
        #expect(harness.serve.terminate() == 0)
        let took = began.duration(to: .now)

        harness.site.faults.clear()
        try await harness.serve.start()
        let notified = { Set(harness.site.ats.received.filter(\.isVerified).compactMap { $0.body["data"]?["external_id"]?.text }).count }
        for _ in 0..<1200 where notified() < Self.count || harness.site.zinc.requests.count < Self.count {
            try await harness.resubmitWhatNeverLeft()
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(notified() == Self.count)
        #expect(harness.site.zinc.requests.count == Self.count)
        #expect(Set(harness.site.zinc.requests.map(\.candidate.email.value)).count == Self.count)
        let twice = Dictionary(grouping: harness.site.ats.received.filter { $0.isVerified && !$0.isRepeated }) { receipt in
            "\(receipt.body["data"]?["external_id"]?.text ?? "") \(receipt.body["data"]?["state"]?.text ?? "")"
        }.filter { $0.value.count > 1 && !$0.key.hasSuffix("uncertain") }
        #expect(twice.isEmpty, "notified twice under two ids: \(twice.keys.sorted())")
        let milliseconds = took.components.seconds * 1000 + took.components.attoseconds / 1_000_000_000_000_000
        try ChaosReport.append("SIGTERM", ["orders in flight", "the host took"], ["| \(Self.count) | \(milliseconds) ms |"])
        #expect(harness.serve.terminate() == 0)
        await harness.close()
    }

    @Test("A host that is asked to stop while its store takes nothing ends in time, names what is uncertain, and sends nothing twice")
    func aStoreThatTakesNothingDoesNotHoldTheHost() async throws {
        let harness = try await KillHarness(pace: nil)
        defer { harness.serve.kill() }
        let (store, aside) = (harness.folder.appending(path: "fairlead.db"), harness.folder.appending(path: "aside.db"))
        let log = harness.folder.appending(path: "serve.log")
        harness.site.faults.set(.zinc, "create", .lateAnswer(.seconds(2)))
        try await harness.serve.start(log: log)
        try await harness.ats.deliver(0)
        for _ in 0..<400 where harness.site.zinc.requests.isEmpty { try await Task.sleep(for: .milliseconds(25)) }
        #expect(harness.site.zinc.requests.count == 1)
        // The provider has the request and has not answered yet; from now on nothing can be written.
        try FileManager.default.moveItem(at: store, to: aside)
        #expect(harness.serve.terminate() == 0)
        #expect(try String(contentsOf: log, encoding: .utf8).contains("an order is left uncertain"))

        try FileManager.default.moveItem(at: aside, to: store)
        try await harness.serve.start()
        var state: String?
        for _ in 0..<400 where state == nil || state == "submitting" {
            state = try await harness.serve.get("/orders")?["items"]?.items?.first?["state"]?.text
            try await Task.sleep(for: .milliseconds(25))
        }
        #expect(state == "uncertain" || state == "requested", "it is \(state ?? "gone")")
        #expect(harness.site.zinc.requests.count == 1)
        #expect(harness.serve.terminate() == 0)
        await harness.close()
    }
}
