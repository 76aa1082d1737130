import HTTPTypes
import Screening
import Synchronization

/// A stand-in for an applicant tracking system, with two ways of ordering:
/// Greenhouse's side of its Assessment Partner API, and events and call backs signed as Standard Webhooks.
public final class ATSSimulator: Sendable {
    private struct State {
        var assessments: [Assessment] = []
        var received: [ATSReceipt] = []
        /// The `webhook-id` of every verified call back.
        var callbacks: Set<String> = []
    }

    let settings: SimulatorSettings.ATS
    let environment: SimulatorEnvironment
    private let state = Mutex(State())

    init(_ settings: SimulatorSettings.ATS, _ environment: SimulatorEnvironment) {
        self.settings = settings
        self.environment = environment
    }

    /// Every assessment that was ordered, oldest first.
    public var assessments: [Assessment] { state.withLock { $0.assessments } }
    /// The assessment of that number; nil where there is none.
    public func assessment(_ number: Int) -> Assessment? {
        state.withLock { $0.assessments.indices.contains(number - 1) ? $0.assessments[number - 1] : nil }
    }
    /// Everything that the host sent to the ATS, oldest first, what was refused included.
    public var received: [ATSReceipt] { state.withLock { $0.received } }
    /// Where the generic side takes call backs.
    public var callbackURL: String { "\(environment.publicURL)/ats/callbacks" }

    func add(partner: String, test: String, candidate: Candidate) -> Assessment {
        state.withLock { state in
            let number = state.assessments.count + 1
            let assessment = Assessment(
                number: number,
                partner: partner,
                testID: test,
                candidate: candidate,
                url: "\(environment.publicURL)/ats/greenhouse/take_home_tests/\(number)"
            )
            state.assessments.append(assessment)
            return assessment
        }
    }

    func change(_ number: Int, _ apply: (inout Assessment) -> Void) {
        state.withLock { state in
            guard state.assessments.indices.contains(number - 1) else { return }
            apply(&state.assessments[number - 1])
        }
    }

    func receive(_ kind: ATSReceipt.Kind, verified: Bool, subject: String, body: [UInt8]) {
        let now = environment.clock.now()
        state.withLock { state in
            let isRepeated = kind == .callback && verified && !state.callbacks.insert(subject).inserted
            state.received.append(
                ATSReceipt(
                    kind: kind,
                    at: now,
                    isVerified: verified,
                    isRepeated: isRepeated,
                    subject: subject,
                    body: (try? JSON(parsing: body)) ?? .null
                )
            )
        }
    }

    func clear() { state.withLock { $0 = State() } }

    /// Asks the host and notes the exchange in the log.
    func call(_ operation: String, _ request: WireRequest) async throws -> WireResponse {
        let number = environment.log.begin(.sent, .ats, operation, request, at: environment.clock.now())
        do {
            let response = try await environment.transport.send(request)
            environment.log.end(number, status: response.status)
            return response
        } catch {
            environment.log.end(number, status: nil, failure: "\(error)")
            throw error
        }
    }
}

extension ATSSimulator: Simulated {
    var name: Simulator { .ats }

    func operation(_ request: WireRequest, path: [String]) -> String? {
        switch (request.method, path.first, path.count) {
        case (.patch, "greenhouse", 3) where path[1] == "take_home_tests": "completion"
        case (.post, "callbacks", 1): "callback"
        default: nil
        }
    }

    func respond(to request: WireRequest, path: [String]) -> WireResponse {
        switch operation(request, path: path) {
        case "completion": complete(request, number: path[2])
        case "callback": callback(request)
        default: errorResponse(404, "There is nothing at this address.")
        }
    }

    func errorResponse(_ status: Int, _ message: String) -> WireResponse { WireResponse(status, json: ["message": .string(message)]) }

    private func complete(_ request: WireRequest, number: String) -> WireResponse {
        let isVerified = request.basic.map { settings.assessmentKey.matches($0.user) && $0.password.isEmpty } ?? false
        receive(.completion, verified: isVerified, subject: number, body: request.body)
        guard isVerified else { return errorResponse(401, "The key is missing or not valid.") }
        guard let number = Int(number), assessment(number) != nil else { return errorResponse(404, "There is no such assessment.") }
        change(number) { $0.completions += 1 }
        environment.timers.schedule(.readAssessment(number), concurrencyKey: "ats:\(number)", at: environment.clock.now())
        return WireResponse(200)
    }

    private func callback(_ request: WireRequest) -> WireResponse {
        let webhooks = StandardWebhooks([settings.callbackSecret])
        let isVerified =
            webhooks?.verify(request.body, header: { HTTPField.Name($0).flatMap { request.headers[$0] } }, now: environment.clock.now()) ?? false
        receive(.callback, verified: isVerified, subject: request.headers[.webhookID] ?? "", body: request.body)
        return isVerified ? WireResponse(204) : errorResponse(401, "The signature is missing or not valid.")
    }
}
