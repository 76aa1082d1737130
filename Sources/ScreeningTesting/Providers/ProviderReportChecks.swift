import Screening

extension ProviderConformance {
    private static let unknownText = "a-word-nobody-knows"

    static let reportChecks = [
        Check(name: "each status and result is read as the provider means it") { suite in
            guard suite.capabilities.report else { return [] }
            var findings = Findings()
            for (statusText, state) in suite.script.statuses {
                let report = try await suite.report(.reports(status: statusText, result: nil))
                findings.expect(report?.status == .recognised(state), "\(statusText) was not read as \(state)")
                findings.expect(report?.result == nil, "\(statusText) without a result brought one")
                findings.expect(report?.providerStatus.values.contains(statusText) ?? false, "the provider's own word \(statusText) is not kept")
            }
            for (statusText, outcome) in suite.script.outcomes {
                let report = try await suite.report(.reports(status: suite.script.finalStatus, result: statusText))
                findings.expect(report?.result == .recognised(outcome), "\(statusText) was not read as \(outcome)")
            }
            return findings.messages
        },
        Check(name: "unknown words are kept and mean nothing") { suite in
            guard suite.capabilities.report else { return [] }
            var findings = Findings()
            let report = try await suite.report(.reports(status: unknownText, result: nil))
            findings.expect(report?.status == .unrecognised(unknownText), "an unknown status was not kept as one")
            let finished = try await suite.report(.reports(status: suite.script.finalStatus, result: unknownText))
            findings.expect(finished?.result == .unrecognised(unknownText), "an unknown result was not kept as one")
            return findings.messages
        },
        Check(name: "a request that is not listed has no report") { suite in
            guard suite.capabilities.report else { return [] }
            let report = try await suite.report(.knowsNothing)
            return report == nil ? [] : ["there is a report of it"]
        },
        Check(name: "a report that cannot be had is a ProviderError") { suite in
            guard suite.capabilities.report else { return [] }
            var findings = Findings()
            for fault in ProviderFault.all where !isMissing(fault) {
                let stage = ProviderStage(suite.script, .reports(status: suite.script.finalStatus, result: nil)) { _ in try fault.strike() }
                let error = await findings.expectProviderError("\(fault)") {
                    _ = try await suite.provider.report(for: suite.script.reference, stage.session)
                }
                findings.expect(error?.creation == nil, "\(fault): says what it means for creating, where nothing was created")
                if case .status(let status) = fault { findings.expect(error == nil || error?.status == status, "\(fault): the HTTP status is lost") }
            }
            return findings.messages
        },
        Check(name: "reports may be read by many at once") { suite in
            guard suite.capabilities.report else { return [] }
            let stage = ProviderStage(suite.script, .reports(status: suite.script.finalStatus, result: nil))
            let expected = suite.script.statuses[suite.script.finalStatus].map { Report.Reading.recognised($0) }
            return try await withThrowingTaskGroup(of: Report?.self) { group in
                for _ in 0..<20 { group.addTask { try await suite.provider.report(for: suite.script.reference, stage.session) } }
                var wrong = 0
                for try await report in group where report?.status != expected { wrong += 1 }
                return wrong == 0 ? [] : ["\(wrong) of 20 reports were not the provider's word"]
            }
        },
    ]

    private func report(_ situation: ProviderSituation) async throws -> Report? {
        try await provider.report(for: script.reference, ProviderStage(script, situation).session)
    }

    /// "Not found" may be a valid answer: that the request is not listed.
    private static func isMissing(_ fault: ProviderFault) -> Bool { if case .status(404) = fault { true } else { false } }
}
