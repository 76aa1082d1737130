import FairleadHost
import Foundation
import Screening
import Simulators

/// Takes two orders to their ends and prints what happens.
struct Demonstration: Sendable {
    let host: Host
    let site: SimulatorSite
    let port: Int
    private let reporter = DemoReporter()

    /// How long both orders may take together.
    static let patience = Duration.seconds(90)

    init(host: Host, site: SimulatorSite, port: Int) {
        self.host = host
        self.site = site
        self.port = port
    }

    /// Returns whether both orders came to their ends and the ATS heard of both.
    func run() async -> Bool {
        reporter.say("Fairlead demo: two invented candidates, on this machine alone.\n")
        let ana = Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "01632 960000")
        let ben = Candidate(firstName: "Ben", lastName: "Lee", email: "ben@example.test", phone: "0491 570 006")
        do {
            try await site.ats.orderAssessment(at: "http://127.0.0.1:\(port)/ats/greenhouse-demo/assessments", test: "pkg_1", candidate: ana)
            let response = try await site.ats.orderScreening(
                at: "http://127.0.0.1:\(port)/ats/webhook-demo/standard",
                application: "application-202",
                package: "prod_1",
                candidate: ben
            )
            guard response.status == 200 else { return failed("the host answered the event with \(response.status)") }
        } catch {
            return failed("the ATS could not place its orders: \(error)")
        }
        let started = ContinuousClock.now
        while ContinuousClock.now - started < Demonstration.patience {
            reporter.reportExchanges(site.log())
            if isFinished {
                try? await Task.sleep(for: .milliseconds(200))
                reporter.reportExchanges(site.log())
                return await conclude()
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return failed("the orders did not come to their ends within \(Demonstration.patience.components.seconds) s")
    }

    private var isFinished: Bool {
        site.ats.assessments.contains { $0.status == "complete" } && updates.contains { $0["data"]?["state"]?.text == "completed" }
    }

    /// The updates that the ATS received by signed callback.
    private var updates: [JSON] { site.ats.received.filter { $0.kind == .callback && $0.isVerified }.map(\.body) }

    private func conclude() async -> Bool {
        let orders = (try? await host.store.orders(OrderQuery(), PageRequest(ascending: true)).items) ?? []
        reporter.say("\nThe orders")
        for order in orders {
            let outcome = order.outcome.map { ", outcome \($0.rawValue)" } ?? ""
            reporter.say("  \(order.id)  \(order.provider)  \(order.externalID)  \(order.state.rawValue)\(outcome)")
        }
        reporter.say("\nWhat the ATS received back")
        for assessment in site.ats.assessments {
            reporter.say("  assessment \(assessment.number): \(assessment.status ?? "nothing"), \(assessment.completions) completion by PATCH")
            if let last = assessment.statuses.last { reporter.say("    \(last.string())") }
        }
        for update in updates {
            let data = update["data"]
            reporter.say(
                "  \(data?["external_id"]?.text ?? ""): \(data?["previous"]?["state"]?.text ?? "") → \(data?["state"]?.text ?? "") \(data?["outcome"]?.text ?? "")"
            )
        }
        let sent = site.zinc.requests.count + site.workerChecks.invitations.count
        reporter.say("\n\(orders.count) orders, \(sent) requests at the providers, none twice.")
        return orders.count == 2 && sent == 2 && orders.allSatisfy { $0.state == .completed }
    }

    private func failed(_ why: String) -> Bool {
        reporter.say("\nThe demonstration failed: \(why).")
        return false
    }
}
