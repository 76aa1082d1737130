import FairleadHost
import Pipeline
import Screening
import Simulators

/// What a demonstration that stays up is filled with: invented people whose checks stand at every point where a check can stand, and some trouble.
struct DemoStory: Sendable {
    let host: Host
    let site: SimulatorSite
    let port: Int

    /// What Zinc says of each, and how it came there.
    private static let atZinc: [(first: String, last: String, steps: [String], result: String?)] = [
        ("Jane", "Doe", ["awaiting-candidate"], nil),
        ("Omar", "O'Brien", ["awaiting-candidate", "in-progress"], nil),
        ("Zoë", "Müller", ["awaiting-candidate", "attention-needed"], nil),
        ("Mia", "Chen", ["awaiting-candidate", "in-progress", "ready-for-review"], "consider"),
        ("Tom", "Reed", ["awaiting-candidate", "cancelled"], nil),
        ("Lea", "Novak", ["awaiting-candidate", "in-progress", "all-clear"], "clear"),
        ("Kofi", "Mensah", ["paused"], nil),
    ]

    /// Places the orders and waits, not for long, until they stand where they are to stand. What goes wrong is left out: it is only a story.
    func tell() async {
        for person in DemoStory.atZinc {
            let before = Set(site.zinc.requests.map(\.id))
            await order(person.first, person.last)
            guard let request = await request(after: before) else { continue }
            for (index, step) in person.steps.enumerated() {
                let isLast = index == person.steps.count - 1
                site.zinc.set(request, ZincChange(statusV2: step, result: isLast ? person.result : nil))
                try? await Task.sleep(for: .milliseconds(250))
            }
        }
        // Refused: nothing was ordered. Then an answer that is lost: nobody knows.
        site.faults.set(.zinc, "create", .status(422))
        await order("Nora", "Field")
        try? await Task.sleep(for: .milliseconds(600))
        site.faults.set(.zinc, "create", .dropAfter)
        site.faults.set(.zinc, "webhook", .loseWebhook)
        // By that name nothing more is heard of it.
        await order("Iris", "Silent")
        try? await Task.sleep(for: .milliseconds(600))
        // One that the ATS does not take.
        site.faults.set(.ats, "callback", .status(404), times: 4)
        await place("Leo", "Marsh", "application-312")
        try? await Task.sleep(for: .seconds(1))
        site.faults.clear()
    }

    private func order(_ first: String, _ last: String) async {
        let email = "\(first).\(last)@example.test".lowercased().filter { $0.isASCII && $0 != "'" }
        let person = Candidate(firstName: first, lastName: last, email: email, phone: "01632 960000")
        _ = try? await site.ats.orderAssessment(at: "http://127.0.0.1:\(port)/ats/greenhouse-demo/assessments", test: "pkg_1", candidate: person)
    }

    private func place(_ first: String, _ last: String, _ application: String) async {
        let person = Candidate(firstName: first, lastName: last, email: "\(first).\(last)@example.test".lowercased(), phone: "0491 570 006")
        _ = try? await site.ats.orderScreening(
            at: "http://127.0.0.1:\(port)/ats/webhook-demo/standard",
            application: application,
            package: "prod_1",
            candidate: person
        )
    }

    /// The request that came to Zinc; nil where none did soon.
    private func request(after before: Set<String>) async -> String? {
        for _ in 0..<60 {
            if let new = site.zinc.requests.first(where: { !before.contains($0.id) }) { return new.id }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }
}
