import Screening
import Testing

@testable import Dashboard
@testable import Web

@Suite("The audit in words")
struct AuditWordsTests {
    @Test("Whatever the API does and shows has words of its own")
    func all() async throws {
        let fixture = try await DashboardFixture()
        for endpoint in fixture.api.endpoints {
            let words = AuditWords.act(endpoint.action, nil)
            #expect(words != endpoint.action && !words.contains("."), "\(endpoint.action): \(words)")
        }
        for action in [
            "session.begin", "session.end", "run.shadow", "settings.applied", "key.rotated", "retention.run", "store.restore", "audit.pruned",
        ] {
            #expect(AuditWords.act(action, nil) != action)
        }
    }

    @Test("A decision says which, a refusal that it was one, and a code that nobody put into words stays itself")
    func sentences() {
        let adopted: JSON = ["action": "order.resolve", "outcome": "done", "details": ["action": "adopt"]]
        #expect(AuditWords.sentence(adopted) == "adopted a request of the provider for the order")
        #expect(AuditWords.sentence(["action": "order.cancel", "outcome": "refused"]) == "tried, and was refused: had the order cancelled")
        #expect(AuditWords.sentence(["action": "issues.read", "outcome": "done"]) == "looked at a list of issues")
        #expect(AuditWords.sentence(["action": "account.pause", "outcome": "done"]) == "paused the account")
        #expect(AuditWords.sentence(["action": "something.new", "outcome": "done"]) == "something.new")
    }
}
