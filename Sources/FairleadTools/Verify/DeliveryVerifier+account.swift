import ConfigurationFiles
import FairleadHost
import Logging
import LuaRuntime
import Plugins
import Providers
import Screening

extension DeliveryVerifier {
    /// Measures a provider's webhook.
    func accountReport(on captured: CapturedRequest, account id: String) throws -> DeliveryReport {
        guard let account = settings.account(id) else {
            let known = settings.accounts.map(\.id)
            let hint = settings.connection(id) != nil ? "There is a connection of that name: leave out --account." : nil
            let near = suggestion(for: id, among: known).map { "Did you mean \($0)?" }
            throw problem("accounts", "there is no account \(id)", hint ?? near ?? "Known accounts: \(known.joined(separator: ", ")).")
        }
        let found = problems.filter { $0.path.hasPrefix("accounts.\(id).webhook") }
        if !found.isEmpty { throw ConfigurationProblems(found) }
        var report = DeliveryReport("account \(id)")
        report.notes = captured.notes
        address(captured, id, &report)
        let webhook = Webhook(headers: captured.headers, query: captured.query, body: captured.body)
        if let plugin = plugins.plugins[account.provider], let rule = plugin.manifest.inbound.first {
            let read = ReadRequest(
                ReceivedRequest(method: "POST", path: "/", query: webhook.query, headers: webhook.headers, body: webhook.body),
                as: rule.body
            )
            measure(read, rule.verification, account.secrets, id, &report)
        } else if let provider = Catalog.builtIn.first(where: { $0.manifest.name == account.provider }) {
            builtIn(provider, account, webhook, &report)
        } else {
            report.refuse(404, "unsupported", "\(account.provider) sends no webhooks")
        }
        if report.isAccepted { read(webhook, account, &report) }
        return report
    }

    private func address(_ captured: CapturedRequest, _ id: String, _ report: inout DeliveryReport) {
        guard let address = captured.address(under: "providers") else { return }
        if address.name != id { report.notes.append("it was sent to the account \(address.name), not to \(id)") }
        if address.rest.count > 1 {
            report.notes.append("whether the last part of its address is an order's is known to the host alone, which answers 404 where it is not")
        }
        if captured.method != "POST" { report.notes.append("webhooks are sent by POST, not by \(captured.method)") }
    }

    private func measure(
        _ read: ReadRequest,
        _ verification: Verification,
        _ secrets: [String: [Secret]],
        _ id: String,
        _ report: inout DeliveryReport
    ) {
        report.rule = verification.sentence
        guard let failure = verification.failure(read, secrets: secrets, now: now) else {
            if let number = verification.acceptedBy(read, secrets: secrets, now: now) {
                report.notes.append("it is accepted by secret \(number) of the list \(verification.secretNames[0])")
            }
            return
        }
        report.refuse(401, failure.code, failure.sentence)
        report.causes += verification.causes(read, secrets: secrets, others: others(than: id), now: now)
        if failure.code == "signature_differs" {
            report.signature = verification.rightSignature(read, secrets: secrets).map { shown($0, verification) }
        }
    }

    /// A provider that is built in is asked itself; where it refuses, the rule that it follows says why.
    private func builtIn(_ provider: any ScreeningProvider, _ account: Account, _ webhook: Webhook, _ report: inout DeliveryReport) {
        func refusal(_ mode: Account.SignatureMode) -> WebhookVerificationError? {
            var account = account
            account.signature = mode
            do {
                try provider.verify(webhook, session(account))
                return nil
            } catch { return error }
        }
        let refusal = refusal(account.signature)
        if case .unsupported? = refusal {
            return report.refuse(404, "unsupported", "\(provider.manifest.title) sends no webhooks that this account takes")
        }
        guard let place = (provider as? any SignsInHeader)?.signature(of: account) else {
            if refusal != nil { report.refuse(401, "signature_differs", "its proof is not one of the account's") }
            return
        }
        let verification = Verification.hmac(HMACScheme(secret: place.secret, header: place.header))
        let read = ReadRequest(
            ReceivedRequest(method: "POST", path: "/", query: webhook.query, headers: webhook.headers, body: webhook.body),
            as: .json
        )
        let stringify = account.signature == .stringify
        if refusal != nil { measure(read, verification, account.secrets, account.id, &report) } else { report.rule = verification.sentence }
        if stringify { report.rule = verification.sentence + ", over the body as JSON.stringify writes it" }
        guard refusal != nil else {
            if let number = verification.acceptedBy(read, secrets: account.secrets, now: now) {
                report.notes.append("it is accepted by secret \(number) of the list \(place.secret)")
            }
            return
        }
        if report.isAccepted || self.refusedOnly(provider, account, webhook, as: stringify ? .raw : .stringify) == nil {
            let other = VerificationCause(
                "signature_mode",
                stringify
                    ? "it is signed over the bytes as they came: leave webhook_signature: stringify out"
                    : "it is signed over the body as JSON.stringify writes it: something rewrote the body on the way, and webhook_signature: stringify would accept it"
            )
            report.causes.insert(other, at: 0)
            // With stringify the raw bytes are no proof, even where they are rightly signed.
            if report.isAccepted { report.refuse(401, "signature_differs", "the signature is not that of the body as JSON.stringify writes it") }
        }
    }

    private func refusedOnly(_ provider: any ScreeningProvider, _ account: Account, _ webhook: Webhook, as mode: Account.SignatureMode)
        -> WebhookVerificationError?
    {
        var account = account
        account.signature = mode
        do {
            try provider.verify(webhook, session(account))
            return nil
        } catch { return error }
    }

    private func read(_ webhook: Webhook, _ account: Account, _ report: inout DeliveryReport) {
        let manifest = Catalog.builtIn.map(\.manifest).first { $0.name == account.provider } ?? plugins.plugins[account.provider]?.manifest.provider
        do throws(UnreadableBody) {
            let format = manifest?.webhookFormat ?? .json
            guard try webhook.value(as: format) != nil else { throw UnreadableBody.nothing(format) }
        } catch {
            return report.refuse(400, "unreadable_body", "its body cannot be read: \(error.message)")
        }
        report.leads.append(("stored as", "an event of kind webhook; a byte-identical one is no duplicate"))
    }

    private func session(_ account: Account) -> ProviderSession {
        var logger = Logger(label: "fairlead")
        logger.logLevel = .critical
        return ProviderSession(account: account, transport: NoTransport(), tokens: TokenCache(), clock: StoppedClock(time: now), logger: logger)
    }
}

/// The time that a request is taken to arrive at.
private struct StoppedClock: WallClock {
    let time: Timestamp
    func now() -> Timestamp { time }
    func sleep(for duration: Duration) async throws { try await SystemClock().sleep(for: duration) }
}

/// Verifying asks nobody.
private struct NoTransport: Transport {
    func send(_ request: WireRequest) async throws -> WireResponse { throw CancellationError() }
}
