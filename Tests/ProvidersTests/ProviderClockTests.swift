import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Providers

/// A provider whose clock, or ours, is hours off.
@Suite("A provider's clock that is wrong") struct ProviderClockTests {
    private let transport = ScriptedTransport()
    private let account = Samples.zinc.wired(["find": ["by": "candidate.email"]])
    private let base = "https://zinc.example.test/partner/v2"

    /// What it says, hours away from us: a request that it made so many minutes after the order.
    private func answer(_ requests: (id: String, minutes: Int64)..., hours: Int64, saysItsTime: Bool = true) {
        let order = Samples.order(account)
        let off = Duration.seconds(hours * 3600)
        let items = requests.map { id, minutes -> JSON in
            let created = order.createdAt + off + .seconds(minutes * 60)
            return ["id": .string(id), "candidate": ["email": "ana@example.test"], "createdAt": .string(created.iso8601)]
        }
        var headers: HTTPFields = [:]
        if saysItsTime { headers[.date] = Self.httpDate(ManualClock().now() + off) }
        transport.expect(.get, base + "/results", 200, .array(items), headers: headers)
    }

    private static func httpDate(_ time: Timestamp) -> String {
        let text = time.iso8601
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = months[(Int(text.dropFirst(5).prefix(2)) ?? 1) - 1]
        return "Sun, \(text.dropFirst(8).prefix(2)) \(month) \(text.prefix(4)) \(text.dropFirst(11).prefix(8)) GMT"
    }

    private func find() async throws -> String? {
        try await ZincProvider().find(Samples.order(account), Samples.session(account, transport))?.reference
    }

    @Test("Where it says its time, the order's request is found however far its clock is off", arguments: [-30, -5, -1, 0, 1, 5, 30] as [Int64])
    func corrected(hours: Int64) async throws {
        answer(("mine", 1), hours: hours)
        #expect(try await find() == "mine")
        answer(("earlier", -120), ("mine", 1), hours: hours)
        #expect(try await find() == "mine")
        answer(hours: hours)
        #expect(try await find() == nil)
    }

    @Test("An earlier request is not taken for the order's because a clock is ahead, and not left out either", arguments: [-5, 0, 5] as [Int64])
    func earlier(hours: Int64) async throws {
        answer(("earlier", -120), hours: hours)
        let error = await providerError { _ = try await find() }
        #expect(error?.matches == ["earlier"])
    }

    @Test("Where it does not say its time, what seems older is perhaps the order's", arguments: [-30, -5] as [Int64])
    func unsaid(hours: Int64) async throws {
        answer(("mine", 1), hours: hours, saysItsTime: false)
        let error = await providerError { _ = try await find() }
        #expect(error?.matches == ["mine"])
        answer(("mine", 1), hours: -hours, saysItsTime: false)
        #expect(try await find() == "mine")
    }

    @Test("A person is shown what may be the order's, however far its clock is off", arguments: [-300, -30, 30] as [Int64])
    func listed(hours: Int64) async throws {
        for says in [true, false] {
            answer(("mine", 1), hours: hours, saysItsTime: says)
            let listed = try await ZincProvider().requests(like: Samples.order(account), Samples.session(account, transport))
            #expect(listed.map(\.reference) == ["mine"])
        }
    }
}
