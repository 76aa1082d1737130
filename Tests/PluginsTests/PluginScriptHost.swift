import HTTPTypes
import PluginTesting
import Screening
import ScreeningTesting
import Synchronization

@testable import Plugins

/// A host in memory that keeps steps as the store would, and counts what is really done.
final class PluginScriptHost: ConnectionScriptHost {
    let clock: any WallClock = ManualClock()
    let random: any RandomSource = SeededRandom(7)
    let secrets = ["api_key": [Secret(PluginHarness.secretValue)]]

    private struct State {
        var sent: [WireRequest] = []
        var steps: [Int: Step] = [:]
        var orders: [Order] = []
        var values: [String: JSON] = [:]
        var writings = 0
        var death: (writing: Int, isWritten: Bool)?
    }

    /// The host died.
    struct Death: Error {}

    private let state = Mutex(State())
    private let response: @Sendable (WireRequest, Int) throws -> WireResponse

    /// - Parameter answer: answers a request; the number says which of all it is, from 1.
    init(response: @escaping @Sendable (WireRequest, Int) throws -> WireResponse = { _, _ in WireResponse(200, json: [:]) }) {
        self.response = response
    }

    var sent: [WireRequest] { state.withLock { $0.sent } }
    var orders: [Order] { state.withLock { $0.orders } }
    /// How often something was written.
    var writings: Int { state.withLock { $0.writings } }
    /// What a host leaves behind that dies after the last answer was written and before the attempt's end was.
    func dieBeforeTheEnd() { state.withLock { state in for number in state.steps.keys { state.steps[number]?.repeatable = false } } }

    /// Has the host die once, at one of its writings, before or after that is on disk.
    func die(atWriting number: Int, isWritten: Bool) { state.withLock { $0.death = (number, isWritten) } }

    /// What a next attempt would be given.
    var steps: [Step] { state.withLock { $0.steps.values.sorted { $0.number < $1.number } } }

    /// The `Idempotency-Key` of each request that had one.
    var keys: [String?] { sent.map { request in HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] } } }

    func draft(_ arguments: JSON) async throws -> Order {
        let candidate: Candidate
        do { candidate = try Candidate(json: arguments["candidate"]) } catch { throw HostCallError(error) }
        return Order(
            id: "ord_\(orders.count + 1)",
            connection: "acme",
            account: "zinc-uk",
            provider: "zinc",
            externalID: arguments["external_id"]?.text ?? "",
            package: arguments["package"]?.text ?? "",
            candidate: candidate,
            metadata: [:],
            callbackToken: Secret(""),
            createdAt: clock.now(),
            updatedAt: clock.now()
        )
    }

    func order(id: String) async throws -> Order? { orders.first { $0.id == id } }
    func order(externalID: String) async throws -> Order? { orders.first { $0.externalID == externalID } }
    var happenedAt: Timestamp { clock.now() }
    func cancel(order id: String, reason: String?) async throws -> JSON { ["cancelled": true] }
    func packages(account: String?) async throws -> [ScreeningPackage] { [ScreeningPackage(id: "pkg_1", name: "Standard")] }
    func value(key: String) async throws -> JSON? { state.withLock { $0.values[key] } }
    func permits(_ url: URLParts, from secret: String?) -> Bool { secret == nil && url.origin == "https://api.example.test" }
    func permits(secret: String, to url: URLParts) -> Bool { permits(url, from: nil) }

    func send(_ request: WireRequest) async throws -> WireResponse {
        let number = state.withLock { state in
            state.sent.append(request)
            return state.sent.count
        }
        return try response(request, number)
    }

    func remember(_ steps: [Step], doing effect: StepEffect?) async throws -> Order? {
        try state.withLock { state in
            state.writings += 1
            let dies = state.death.flatMap { $0.writing == state.writings ? $0 : nil }
            if dies?.isWritten == false { throw Death() }
            for step in steps { state.steps[step.number] = step }
            switch effect {
            case .place(let order, _, _, let reply)?:
                let present = state.orders.first { $0.externalID == order.externalID } ?? order
                if present.id == order.id { state.orders.append(order) }
                if let last = steps.last { state.steps[last.number]?.reply = Personal(reply(present)) }
                if dies != nil { throw Death() }
                return present
            case .value(_, let key, let value, _)?: state.values[key] = value
            case .withdraw?, .within?, nil: break
            }
            if dies != nil { throw Death() }
            return nil
        }
    }

    func keeping(_ value: JSON?, key: String, for duration: Duration?) -> StepEffect {
        .value(connection: "acme", key: key, value, expires: duration.map { clock.now() + $0 })
    }

    /// One attempt at a script's `on_event`, with the steps of the attempts before.
    func attempt(
        _ script: String,
        number: Int = 1,
        input: JSON = ["raw": "{}"],
        limits: ScriptLimits = ScriptLimits()
    ) async throws -> HookEnd {
        let plugin = try PluginHarness.plugin(script)
        let call = HookCall(
            scripts: plugin.scripts(),
            hook: "on_event",
            input: input,
            connection: "acme",
            plugin: plugin.name,
            accounts: ["zinc-uk"],
            settings: [:],
            run: ("run_7", number),
            limits: limits
        )
        let attempt = try await PluginHarness.hooks.run(call, remembered: steps, host: self)
        _ = try await remember(attempt.unwritten, doing: nil)
        return attempt.end
    }
}
