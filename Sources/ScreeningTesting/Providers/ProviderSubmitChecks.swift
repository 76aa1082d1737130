import HTTPTypes
import Screening

extension ProviderConformance {
    static let submitChecks = [
        Check(name: "submit creates one request and names it") { suite in
            var findings = Findings()
            let stage = ProviderStage(suite.script, .creates)
            let submission = try await suite.submit(stage)
            findings.expect(submission.reference == suite.script.reference, "the reference is not the provider's")
            findings.expect(stage.creations == 1, "sent \(stage.creations) requests that create")
            if case .unrecognised? = submission.report?.status { findings.expect(false, "handed on a status that it does not know") }
            _ = try await suite.submit(stage)
            findings.expect(stage.creations == 2, "the second call did not create again")
            return findings.messages
        },
        Check(name: "submit sends the package, the candidate and the callback") { suite in
            var findings = Findings()
            let stage = ProviderStage(suite.script, .creates)
            _ = try await suite.submit(stage)
            // All of them: a provider may take the candidate with a call before the one that creates.
            let sent = stage.transport.requests.map { $0.url + String(decoding: $0.body, as: UTF8.self) }.joined()
            findings.expect(sent.contains(suite.script.order.package), "the package is missing")
            findings.expect(sent.contains(suite.script.order.candidate.email.value), "the candidate's e-mail address is missing")
            if suite.capabilities.webhooks { findings.expect(sent.contains(suite.callback), "the callback address is missing") }
            if suite.capabilities.idempotentCreate {
                let headers = stage.creating.flatMap { $0.headers.map(\.value) }
                findings.expect(sent.contains(suite.key) || headers.contains(suite.key), "the idempotency key is missing")
            }
            let silent = ProviderStage(suite.script, .creates)
            _ = try await suite.provider.submit(suite.script.order, request: nil, callback: nil, key: suite.key, silent.session)
            findings.expect(silent.creations == 1, "without a callback address nothing was created")
            return findings.messages
        },
        Check(name: "submit's failures say what they mean for the order") { suite in
            var findings = Findings()
            for fault in ProviderFault.all {
                let isCreation = suite.script.isCreation
                let stage = ProviderStage(suite.script, .creates) { isCreation($0) ? try fault.strike() : nil }
                let error = await findings.expectProviderError("\(fault)") { _ = try await suite.submit(stage) }
                guard let error else { continue }
                findings.expect(
                    error.creation == fault.creation,
                    "\(fault): means \(error.creation.map { "\($0)" } ?? "nothing"), expected \(fault.creation)"
                )
                findings.expect(stage.creations == 1, "\(fault): sent \(stage.creations) requests that create")
                if case .status(429) = fault { findings.expect(error.code == .rateLimited, "HTTP 429: is \(error.code)") }
            }
            return findings.messages
        },
        Check(name: "a success without an id is uncertain") { suite in
            var findings = Findings()
            let stage = ProviderStage(suite.script, .createsWithoutID)
            let error = await findings.expectProviderError("a success without an id") { _ = try await suite.submit(stage) }
            findings.expect(error == nil || error?.creation == .uncertain, "means \(error?.creation.map { "\($0)" } ?? "nothing")")
            findings.expect(stage.creations == 1, "sent \(stage.creations) requests that create")
            return findings.messages
        },
        Check(name: "a refusal carries the provider's message") { suite in
            var findings = Findings()
            let stage = ProviderStage(suite.script, .refuses(message: "the package has been archived"))
            let error = await findings.expectProviderError("a refusal") { _ = try await suite.submit(stage) }
            findings.expect(error?.message.value.contains("the package has been archived") ?? true, "the provider's message is lost")
            findings.expect(error == nil || error?.creation == .refused, "does not refuse the order")
            return findings.messages
        },
        Check(name: "credentials that are not accepted let the order be sent again, without knocking for ever") { suite in
            var findings = Findings()
            let stage = ProviderStage(suite.script, .rejectsCredentials)
            let error = await findings.expectProviderError("rejected credentials") { _ = try await suite.submit(stage) }
            findings.expect(error?.code ?? .unauthorised == .unauthorised, "the failure is not unauthorised")
            findings.expect(error == nil || error?.creation == .sendAgain, "does not let the order be sent again")
            findings.expect(stage.transport.requests.count <= 4, "sent \(stage.transport.requests.count) requests")
            return findings.messages
        },
        Check(name: "a lost request is found again") { suite in
            guard suite.capabilities.find else { return [] }
            var findings = Findings()
            let found = try await suite.provider.find(suite.script.order, ProviderStage(suite.script, .holdsRequest).session)
            findings.expect(found?.reference == suite.script.reference, "was not found")
            let nothing = try await suite.provider.find(suite.script.order, ProviderStage(suite.script, .knowsNothing).session)
            findings.expect(nothing == nil, "something was found where there is nothing")
            return findings.messages
        },
    ]

    func submit(_ stage: ProviderStage) async throws -> Submission {
        try await provider.submit(script.order, request: nil, callback: callback, key: key, stage.session)
    }
}
