import HTTPTypes
import Logging
import Screening
import ScreeningTesting
import Testing

/// Providers that break one promise each: the conformance suite has to notice.
@Suite("The conformance suite finds broken promises")
struct CarelessProviderTests {
    @Test("A provider that keeps its promises passes")
    func careful() async {
        let failures = await failures(of: CarelessProvider(fault: .none))
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test(
        "One that breaks a promise does not",
        arguments: [
            (CarelessProvider.Fault.silentCreation, "submit's failures say what they mean for the order"),
            (.createsTwice, "submit creates one request and names it"), (.inventsID, "a success without an id is uncertain"),
            (.losesMessage, "a refusal carries the provider's message"),
            (.forgetsCandidate, "submit sends the package, the candidate and the callback"),
            (.guessesStatuses, "unknown words are kept and mean nothing"), (.logsCandidate, "no secret and no personal value is printed or logged"),
            (.alwaysCancels, "cancelling says what became of it"), (.inventsReports, "a request that is not listed has no report"),
            (.takesWebhooks, "a provider without webhooks takes none"), (.throwsAnything, "a report that cannot be had is a ProviderError"),
        ]
    )
    func careless(_ fault: CarelessProvider.Fault, _ check: String) async {
        let failures = await failures(of: CarelessProvider(fault: fault))
        #expect(failures.contains { $0.check == check }, "\(failures)")
    }

    @Test("What a provider leaves out is unsupported")
    func leftOut() async {
        struct Bare: ScreeningProvider {
            let manifest = CarelessProvider(fault: .none).manifest
            func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async -> Submission {
                Submission(reference: "r1")
            }
        }
        let session = Samples.session(Samples.zinc, HandlerTransport([:]))
        let packages = await #expect(throws: ProviderError.self) { try await Bare().packages(session) }
        let report = await #expect(throws: ProviderError.self) { try await Bare().report(for: "r1", session) }
        #expect(packages?.code == .unsupported && report?.code == .unsupported)
        #expect(throws: WebhookVerificationError.unsupported) { try Bare().verify(Webhook(headers: [:], body: []), session) }
    }

    private func failures(of provider: CarelessProvider) async -> [ConformanceFailure] {
        let account = Account(id: "tiny", provider: "tiny", baseURL: "https://tiny.example.test", secrets: ["key": [Secret("tiny-key-0123456789")]])
        let script = ProviderScript(
            account: account,
            order: Samples.order(account),
            reference: "r1",
            statuses: ["open": .inProgress, "done": .completed],
            outcomes: ["good": .clear],
            finalStatus: "done",
            isCreation: { $0.method == .post },
            respond: { situation, _ in
                switch situation {
                case .creates: WireResponse(200, json: ["id": "r1"])
                case .createsWithoutID: WireResponse(200, json: [:])
                case .refuses(let message): WireResponse(422, json: ["message": .string(message)])
                case .rejectsCredentials: WireResponse(401, json: ["message": "who?"])
                case .reports(let status, let result): WireResponse(200, json: ["status": .string(status), "result": JSON(result)])
                default: WireResponse(404, json: [:])
                }
            }
        )
        return await ProviderConformance(provider, script).run()
    }
}

/// A tiny provider, right but for its fault.
struct CarelessProvider: ScreeningProvider {
    enum Fault: Sendable {
        case none, silentCreation, createsTwice, inventsID, losesMessage, forgetsCandidate, guessesStatuses, logsCandidate, alwaysCancels,
            inventsReports
        case takesWebhooks, throwsAnything
    }

    struct Anything: Error {}

    let fault: Fault

    var manifest: ProviderManifest {
        ProviderManifest(
            name: "tiny",
            title: "Tiny",
            capabilities: .init(report: true),
            fields: [.init("key", "Key", required: true, secret: true)],
            environments: [:],
            polling: .init(interval: .seconds(60))
        )
    }

    func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async throws -> Submission {
        var candidate = order.candidate.json
        if fault == .forgetsCandidate { candidate = [:] }
        if fault == .logsCandidate { session.logger.info("ordering for \(order.candidate.email.value)") }
        let request = WireRequest(.post, session.account.baseURL + "/orders", json: ["package": .string(order.package), "candidate": candidate])
        if fault == .createsTwice { _ = try? await session.transport.send(request) }
        let response: WireResponse
        do {
            response = try await send(request, session, creating: fault != .silentCreation)
        } catch var error as ProviderError {
            if fault == .losesMessage { error.message = Personal("refused") }
            throw error
        }
        guard let id = response.json?["id"]?.identifier ?? (fault == .inventsID ? order.id : nil) else {
            throw ProviderError(.unreadable, "no id", status: response.status, creation: .uncertain)
        }
        return Submission(reference: id)
    }

    func report(for reference: String, _ session: ProviderSession) async throws -> Report? {
        let response: WireResponse
        do {
            response = try await send(WireRequest(.get, session.account.baseURL + "/orders/r1"), session, creating: false)
        } catch let error as ProviderError where error.status == 404 {
            return fault == .inventsReports ? Report(status: .recognised(.requested)) : nil
        } catch {
            throw fault == .throwsAnything ? Anything() : error
        }
        guard let status = response.json?["status"]?.text else { throw ProviderError(.unreadable, "no status", status: response.status) }
        let states: [String: OrderState] = ["open": .inProgress, "done": .completed]
        let state = states[status] ?? (fault == .guessesStatuses ? .completed : nil)
        let result = response.json?["result"]?.text.map { $0 == "good" ? Report.Reading.recognised(Outcome.clear) : .unrecognised($0) }
        return Report(status: state.map { .recognised($0) } ?? .unrecognised(status), result: result, providerStatus: ["status": status])
    }

    func cancel(_ reference: String, _ session: ProviderSession) async throws -> Cancellation { fault == .alwaysCancels ? .cancelled : .unsupported }

    func verify(_ webhook: Webhook, _ session: ProviderSession) throws(WebhookVerificationError) {
        if fault != .takesWebhooks { throw WebhookVerificationError.unsupported }
    }

    private func send(_ request: WireRequest, _ session: ProviderSession, creating: Bool) async throws -> WireResponse {
        let response: WireResponse
        do {
            response = try await session.transport.send(request)
        } catch let error as TransportError {
            throw ProviderError(error, creating: creating)
        }
        guard response.status < 300 else {
            let code: ProviderError.Code = response.status == 429 ? .rateLimited : response.status == 401 ? .unauthorised : .refused
            throw ProviderError(
                code,
                response.json?["message"]?.text ?? "",
                status: response.status,
                creation: creating ? CreationRule(status: response.status) : nil
            )
        }
        return response
    }
}
