import Screening

extension ProviderConformance {
    static let manifestChecks = [
        Check(name: "the manifest is constant and sound") { suite in
            var findings = Findings()
            let manifest = suite.provider.manifest
            let again = suite.provider.manifest
            findings.expect(
                manifest.name == again.name && manifest.wire == again.wire && manifest.capabilities == again.capabilities,
                "it changed between two readings"
            )
            findings.expect(isName(manifest.name), "its name is not lower-case letters, digits and _")
            findings.expect(!manifest.title.isEmpty, "it has no title")
            findings.expect(manifest.name == suite.script.account.provider, "the script's account names another provider")
            let names = manifest.fields.map(\.name)
            findings.expect(Set(names).count == names.count, "two fields have one name")
            findings.expect(names.allSatisfy(isName), "a field's name is not lower-case letters, digits and _")
            let taken = ["provider", "environment", "base_url", "poll", "results_per_minute", "webhook_signature", "wire", "settings"]
            findings.expect(names.allSatisfy { !taken.contains($0) }, "a field has a name that every account has already")
            findings.expect((manifest.polling.interval ?? .seconds(1)) > .zero, "it polls without a pause")
            findings.expect(manifest.polling.readsPerMinute.map { $0 > 0 } ?? true, "it reads less than once a minute")
            findings.expect(manifest.capabilities.webhooks || manifest.capabilities.report, "reports can neither be read nor come by themselves")
            findings.expect(
                manifest.environments.values.allSatisfy { $0.hasPrefix("https://") && !$0.hasSuffix("/") },
                "an environment's address is not https or ends in /"
            )
            return findings.messages
        },
        Check(name: "nothing is wrong with a right account and a right order") { suite in
            var findings = Findings()
            let order = suite.script.order
            let draft = OrderDraft(
                connection: order.connection,
                account: order.account,
                provider: order.provider,
                externalID: order.externalID,
                package: order.package,
                candidate: order.candidate
            )
            findings.expect(
                suite.provider.problems(with: suite.script.account).isEmpty,
                "the script's account has problems: \(suite.provider.problems(with: suite.script.account))"
            )
            findings.expect(suite.provider.problems(with: draft).isEmpty, "the script's order has problems: \(suite.provider.problems(with: draft))")
            return findings.messages
        },
    ]

    static let packageChecks = [
        Check(name: "packages are listed, and asked for each time") { suite in
            guard suite.capabilities.packages else { return [] }
            var findings = Findings()
            let stage = ProviderStage(suite.script, .listsPackages)
            let packages = try await suite.provider.packages(stage.session)
            let sent = stage.transport.requests.count
            findings.expect(packages == suite.script.packages, "listed \(packages.map(\.id)), expected \(suite.script.packages.map(\.id))")
            _ = try await suite.provider.packages(stage.session)
            findings.expect(stage.transport.requests.count > sent, "the second call asked nobody")
            return findings.messages
        },
        Check(name: "packages that cannot be had are a ProviderError") { suite in
            guard suite.capabilities.packages else { return [] }
            var findings = Findings()
            for fault in ProviderFault.all {
                let stage = ProviderStage(suite.script, .listsPackages) { _ in try fault.strike() }
                let error = await findings.expectProviderError("\(fault)") { _ = try await suite.provider.packages(stage.session) }
                findings.expect(error?.creation == nil, "\(fault): says what it means for creating, where nothing was created")
            }
            return findings.messages
        },
    ]

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == 0x5F }
    }
}

/// What can go wrong with an exchange, and what that means where it was creating.
enum ProviderFault: Sendable, CustomStringConvertible {
    case status(Int)
    case failure(TransportError.Kind)
    case notJSON

    static let all: [ProviderFault] =
        [400, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504].map { .status($0) }
        + [.cannotConnect, .timedOut, .broken, .refused, .tooLarge].map { .failure($0) } + [.notJSON]

    /// What ``CreationRule`` makes of it.
    var creation: CreationRule {
        switch self {
        case .status(let status): CreationRule(status: status)
        case .failure(let kind): CreationRule(TransportError(kind, ""))
        case .notJSON: .uncertain
        }
    }

    func strike() throws -> WireResponse {
        switch self {
        case .status(let status): return WireResponse(status, json: ["message": "an invented failure"])
        case .failure(let kind): throw TransportError(kind, "an invented failure")
        case .notJSON: return WireResponse(200, body: Array("<html>".utf8))
        }
    }

    var description: String {
        switch self {
        case .status(let status): "HTTP \(status)"
        case .failure(let kind): kind.rawValue
        case .notJSON: "an answer that is not JSON"
        }
    }
}
