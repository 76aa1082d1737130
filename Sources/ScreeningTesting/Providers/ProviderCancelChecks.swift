import Screening

extension ProviderConformance {
    static let cancelChecks = [
        Check(name: "cancelling says what became of it") { suite in
            var findings = Findings()
            let stage = ProviderStage(suite.script, .cancels)
            let cancelled = try await suite.provider.cancel(suite.script.reference, stage.session)
            guard suite.capabilities.cancel != nil else {
                findings.expect(cancelled == .unsupported, "the manifest lists no cancel, yet it answered \(cancelled)")
                findings.expect(stage.transport.requests.isEmpty, "the manifest lists no cancel, yet a request was sent")
                return findings.messages
            }
            findings.expect(cancelled == .cancelled, "a cancellation was not reported as one")
            let late = try await suite.provider.cancel(suite.script.reference, ProviderStage(suite.script, .isTooLate).session)
            if case .tooLate = late {} else { findings.expect(false, "a cancellation that came too late was not reported as one") }
            return findings.messages
        },
        Check(name: "a cancellation that failed is a ProviderError") { suite in
            guard suite.capabilities.cancel != nil else { return [] }
            var findings = Findings()
            for fault in [ProviderFault.status(404), .status(429), .status(500), .status(503), .failure(.timedOut), .failure(.cannotConnect)] {
                let stage = ProviderStage(suite.script, .cancels) { _ in try fault.strike() }
                let error = await findings.expectProviderError("\(fault)") {
                    _ = try await suite.provider.cancel(suite.script.reference, stage.session)
                }
                findings.expect(error?.creation == nil, "\(fault): says what it means for creating, where nothing was created")
            }
            return findings.messages
        },
    ]
}
