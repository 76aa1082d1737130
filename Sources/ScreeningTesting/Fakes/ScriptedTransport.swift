public import HTTPTypes
public import Screening
import Synchronization

/// A transport that follows a script: each request must be the next one expected, and gets the reply that was laid ready for it.
///
/// ```swift
/// let transport = ScriptedTransport()
/// transport.expect(.get, "https://provider.example.test/packages", reply: .answer(WireResponse(200, json: [])))
/// // … use it …
/// #expect(transport.problems.isEmpty)
/// ```
public final class ScriptedTransport: Transport {
    /// What comes back for a request.
    public enum Reply: Sendable {
        case response(WireResponse)
        case failure(TransportError)
    }

    private struct Step {
        let method: HTTPRequest.Method
        let url: String
        let check: @Sendable (WireRequest) -> String?
        let reply: Reply
    }

    private struct State {
        var script: [Step] = []
        var requests: [WireRequest] = []
        var problems: [String] = []

        mutating func refuse(_ problem: String) -> Reply {
            problems.append(problem)
            return .failure(TransportError(.refused, problem))
        }
    }

    private let state = Mutex(State())

    /// A transport without a script: every request is a problem until one is expected.
    public init() {}

    /// Appends a request to the script.
    /// - Parameters:
    ///   - url: the whole URL with its query.
    ///   - reply: what comes back.
    ///   - check: looks at the request and returns what is wrong with it, or nil.
    public func expect(
        _ method: HTTPRequest.Method,
        _ url: String,
        reply: Reply,
        where check: @escaping @Sendable (WireRequest) -> String? = { _ in nil }
    ) {
        state.withLock { $0.script.append(Step(method: method, url: url, check: check, reply: reply)) }
    }

    /// Gives the reply of the script's next step. A request that is not the one expected is noted in ``problems`` and refused.
    public func send(_ request: WireRequest) async throws -> WireResponse {
        let reply = state.withLock { state -> Reply in
            state.requests.append(request)
            guard let step = state.script.first else {
                return state.refuse("\(request.method) \(request.url) was sent, but nothing more was expected")
            }
            guard step.method == request.method, step.url == request.url else {
                return state.refuse("\(request.method) \(request.url) was sent, but \(step.method) \(step.url) was expected")
            }
            state.script.removeFirst()
            if let problem = step.check(request) { state.problems.append("\(request.method) \(request.url): \(problem)") }
            return step.reply
        }
        switch reply {
        case .response(let response): return response
        case .failure(let error): throw error
        }
    }

    /// The requests sent so far, in order.
    public var requests: [WireRequest] { state.withLock { $0.requests } }

    /// What did not go as scripted, and the steps that were never requested.
    public var problems: [String] {
        state.withLock { state in
            state.problems + state.script.map { "\($0.method) \($0.url) was expected, but not sent" }
        }
    }
}
