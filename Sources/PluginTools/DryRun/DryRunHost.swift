import Plugins
import Screening
import Synchronization

/// What a script reaches in a dry run: no network, no store. Orders are collected, values kept in memory, time stands still; calls to others are
/// answered by the fixture's steps, or by stubs.
final class DryRunHost: ConnectionScriptHost, StubbingScriptHost {
    let clock: any WallClock
    let random: any RandomSource = RepeatedRandom()
    let secrets: [String: [Secret]]

    private let connection: DryRunConnection
    private let input: JSON
    private let stubs: [CallStub]
    /// Whether every call to others must be the fixture's next step, and as it says.
    private let isStrict: Bool
    /// Whether a step for the same call and URL will do where none fits.
    private let isNear: Bool
    private let state: Mutex<State>

    struct State {
        var waiting: [(number: Int, step: FixtureStep)]
        var calls: [DryRunCall] = []
        var orders: [Order] = []
        var differences: [FixtureDifference] = []
        var values: [String: JSON] = [:]
        /// The answer to the HTTP call that is being made.
        var answer: FixtureStep.Answer?
    }

    init(_ connection: DryRunConnection, input: JSON, now: Timestamp, steps: [FixtureStep], stubs: [CallStub]? = nil, isNear: Bool = false) {
        self.connection = connection
        self.input = input
        self.stubs = (stubs ?? []) + [.anything]
        isStrict = stubs == nil
        self.isNear = isNear
        clock = StoppedClock(timestamp: now)
        secrets = connection.placeholders
        state = Mutex(State(waiting: steps.enumerated().map { ($0 + 1, $1) }))
    }

    /// What was asked so far.
    var asked: State { state.withLock { $0 } }

    // MARK: Answering

    func stub(for kind: String, _ arguments: JSON) async throws -> JSON? {
        let name = FixtureStep.name(of: kind, arguments)
        var shown = arguments
        shown["secrets"] = nil
        guard let step = state.withLock({ takeStep(for: name, shown, from: &$0) }) else {
            return try unscripted(name, kind, shown)
        }
        note(DryRunCall(name: name, arguments: shown, source: .step, reply: nil))
        if kind == "http" {
            state.withLock { $0.answer = step.answer }
            return nil
        }
        switch step.answer {
        case .error(let error): throw error
        case .reply(let value):
            try await perform(kind, arguments)
            return value
        }
    }

    /// The step that answers a call. In a fixture the next one if it is for calls of this name; else the first that fits.
    private func takeStep(for name: String, _ arguments: JSON, from state: inout sending State) -> FixtureStep? {
        guard isStrict else {
            var place = state.waiting.firstIndex { $0.step.isFor(name) && $0.step.differences(arguments, at: "").isEmpty }
            if isNear, place == nil {
                place = state.waiting.firstIndex { $0.step.isFor(name) && (!name.hasPrefix("http.") || $0.step.arguments["url"] == arguments["url"]) }
            }
            return place.map { state.waiting.remove(at: $0).step }
        }
        guard let (number, step) = state.waiting.first, step.isFor(name) else { return nil }
        state.waiting.removeFirst()
        state.differences += step.differences(arguments, at: "steps[\(number)].\(step.call)")
        return step
    }

    /// Performs the part of a scripted call that still applies in a dry run: a fixture's order must be one that could be placed.
    private func perform(_ kind: String, _ arguments: JSON) async throws {
        switch kind {
        case "orders.place": _ = place(try await draft(arguments))
        case "kv.set": keep(arguments["value"], key: arguments["key"]?.text ?? "")
        case "kv.delete": keep(nil, key: arguments["key"]?.text ?? "")
        default: break
        }
    }

    /// A call that no step names: the dry run answers it itself, or it is an error.
    private func unscripted(_ name: String, _ kind: String, _ arguments: JSON) throws -> JSON? {
        // What is only good to know is not known here, and no step need say so.
        let isOwn: Bool =
            switch kind {
            case "now", "uuid", "random", "hmac", "kv.get", "kv.set", "kv.delete", "orders.place": true
            case "orders.get": found { $0.id == arguments["id"]?.text } != nil
            case "orders.find": found { $0.externalID == arguments["external_id"]?.text } != nil
            default: false
            }
        if isOwn {
            note(DryRunCall(name: name, arguments: arguments, source: .host, reply: nil))
            return nil
        }
        if isStrict { throw surprise(name, arguments) }
        let stub = kind == "http" ? stubs.first { $0.answers(arguments) } : nil
        let reply: JSON? =
            switch kind {
            case "http": stub?.reply
            case "orders.cancel": ["cancelled": true]
            case "packages": []
            case "orders.get", "orders.find": .null
            default: nil
            }
        note(DryRunCall(name: name, arguments: arguments, source: .stub, reply: reply, fixture: stub?.fixture))
        guard kind == "http" else { return reply }
        state.withLock { $0.answer = reply.map { .reply($0) } }
        return nil
    }

    /// Ends a fixture's run at a call that the fixture does not have: later differences would only confuse.
    private func surprise(_ name: String, _ arguments: JSON) -> AttemptFailure {
        note(DryRunCall(name: name, arguments: arguments, source: .step, reply: nil))
        state.withLock { state in
            let next = state.waiting.first
            let path = next.map { "steps[\($0.number)]" } ?? "steps"
            let message =
                next.map { "expected \($0.step.call), but the script calls \(name) with" } ?? "no step is left, but the script calls \(name) with"
            state.differences.append(FixtureDifference(path: path, found: arguments, message: message))
        }
        return AttemptFailure(DryRunHost.surpriseCode, "the script calls \(name), which the fixture does not have here", retryable: false)
    }

    static let surpriseCode = "fixture_mismatch"

    private func note(_ call: DryRunCall) { state.withLock { $0.calls.append(call) } }
    private func found(_ matches: (Order) -> Bool) -> Order? { asked.orders.first(where: matches) }

    // MARK: ConnectionScriptHost

    var happenedAt: Timestamp { clock.now() }

    func draft(_ arguments: JSON) async throws -> Order {
        try connection.order(arguments, id: "ord_\(asked.orders.count + 1)", at: clock.now())
    }

    func order(id: String) async throws -> Order? { found { $0.id == id } }
    func order(externalID: String) async throws -> Order? { found { $0.externalID == externalID } }
    func cancel(order id: String, reason: String?) async throws -> JSON { ["cancelled": true] }
    func packages(account: String?) async throws -> [ScreeningPackage] { [] }
    func value(key: String) async throws -> JSON? { asked.values[key] }

    func permits(_ url: URLParts, from secret: String?) -> Bool {
        secret == nil && connection.isProvider(url) || connection.permissions(for: input).permits(url, from: secret)
    }

    func lacksCallbackHost(_ url: URLParts) -> Bool { connection.permissions(for: input).lacksCallbackHost(url) }

    func permits(secret: String, to url: URLParts) -> Bool {
        connection.isProvider(url) || connection.permissions(for: input).permits(secret: secret, to: url)
    }

    func send(_ request: WireRequest) async throws -> WireResponse {
        switch state.withLock({ $0.answer }) {
        case .reply(let reply)?: return WireResponse(fixture: reply)
        case .error(let error)?: throw TransportError(.cannotConnect, error.message)
        case nil: throw TransportError(.cannotConnect, "a dry run calls nobody")
        }
    }

    func remember(_ steps: [Step], doing effect: StepEffect?) async throws -> Order? {
        switch effect {
        case .place(let order, _, _, _)?: return place(order)
        case .value(_, let key, let value, _)?: keep(value, key: key)
        case .withdraw?, .within?, nil: break
        }
        return nil
    }

    func keeping(_ value: JSON?, key: String, for duration: Duration?) -> StepEffect {
        .value(connection: connection.id, key: key, value, expires: duration.map { clock.now() + $0 })
    }

    private func keep(_ value: JSON?, key: String) { state.withLock { $0.values[key] = value } }

    private func place(_ order: Order) -> Order {
        state.withLock { state in
            if let present = state.orders.first(where: { $0.externalID == order.externalID }) { return present }
            state.orders.append(order)
            return order
        }
    }
}
