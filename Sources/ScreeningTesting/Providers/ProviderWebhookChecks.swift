import Screening

extension ProviderConformance {
    static let webhookChecks = [
        Check(name: "a webhook is verified by its signature") { suite in
            guard suite.capabilities.webhooks, let make = suite.script.webhook else { return [] }
            var findings = Findings()
            let session = ProviderStage(suite.script, .knowsNothing).session
            let webhook = make(suite.script.finalStatus, nil)
            try suite.provider.verify(webhook, session)
            guard suite.capabilities.signedWebhooks else { return [] }
            var changed = webhook.body
            if let last = changed.indices.last { changed[last] ^= 1 }
            findings.expect(suite.refuses(Webhook(headers: webhook.headers, body: changed), session), "a changed body was accepted")
            findings.expect(suite.refuses(Webhook(headers: webhook.headers, body: webhook.body + [0x78]), session), "a longer body was accepted")
            findings.expect(suite.refuses(Webhook(headers: [:], body: webhook.body), session), "a webhook without headers was accepted")
            findings.expect(
                suite.refuses(Webhook(headers: webhook.headers.mapValues { _ in "" }, body: webhook.body), session),
                "empty headers were accepted"
            )
            let other = make(suite.script.statuses.keys.sorted().first { $0 != suite.script.finalStatus } ?? "", nil)
            findings.expect(suite.refuses(Webhook(headers: other.headers, body: webhook.body), session), "another webhook's signature was accepted")
            var stranger = suite.script.account
            stranger.secrets = stranger.secrets.mapValues { _ in [Secret("another-secret-than-the-right-one")] }
            let strange = ProviderSession(
                account: stranger,
                transport: session.transport,
                tokens: TokenCache(),
                clock: session.clock,
                logger: session.logger
            )
            findings.expect(suite.refuses(webhook, strange), "an account with other secrets accepted it")
            stranger.secrets = [:]
            let bare = ProviderSession(
                account: stranger,
                transport: session.transport,
                tokens: TokenCache(),
                clock: session.clock,
                logger: session.logger
            )
            findings.expect(suite.refuses(webhook, bare), "an account without secrets accepted it")
            return findings.messages
        },
        Check(name: "a webhook says the same each time, by the same words as a report") { suite in
            guard suite.capabilities.webhooks, let make = suite.script.webhook else { return [] }
            var findings = Findings()
            let stage = ProviderStage(suite.script, .knowsNothing)
            for (statusText, state) in suite.script.statuses {
                let webhook = make(statusText, nil)
                let reports = try await suite.provider.interpret(webhook, stage.session)
                let again = try await suite.provider.interpret(webhook, stage.session)
                findings.expect(again == reports, "\(statusText): said something else the second time")
                findings.expect(reports.contains { $0.reference == suite.script.reference }, "\(statusText): does not name the request")
                let status = reports.first { $0.reference == suite.script.reference }?.report?.status
                findings.expect(status == nil || status == .recognised(state), "\(statusText) was not read as \(state)")
            }
            findings.expect(stage.transport.requests.isEmpty, "reading a webhook sent requests")
            return findings.messages
        },
        Check(name: "a webhook without sense is a ProviderError, or says nothing") { suite in
            guard suite.capabilities.webhooks else { return [] }
            var findings = Findings()
            let session = ProviderStage(suite.script, .knowsNothing).session
            for body in ["", "{", "[]", "null", "1", "\"text\"", "{\"id\":null}", "\u{FEFF}{}"] {
                do {
                    let reports = try await suite.provider.interpret(Webhook(headers: [:], body: Array(body.utf8)), session)
                    findings.expect(reports.allSatisfy { $0.report == nil }, "the body \(body) was read as a report")
                } catch {
                    findings.expect(error is ProviderError, "the body \(body) threw \(type(of: error))")
                }
            }
            return findings.messages
        },
        Check(name: "a provider without webhooks takes none") { suite in
            guard !suite.capabilities.webhooks else { return [] }
            let session = ProviderStage(suite.script, .knowsNothing).session
            return suite.refuses(Webhook(headers: [:], body: []), session) ? [] : ["it accepted one"]
        },
    ]

    private func refuses(_ webhook: Webhook, _ session: ProviderSession) -> Bool {
        do {
            try provider.verify(webhook, session)
            return false
        } catch {
            return true
        }
    }
}
