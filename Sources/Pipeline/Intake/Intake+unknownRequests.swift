import Logging
import Plugins
import Screening

// Webhooks that come to an address which a restored store does not know: what was ordered after the backup has its address, and the provider goes on using it.
extension Intake {
    /// How many requests of one account are kept that no order here has. What comes beyond is refused, and counted as that.
    static let unknownRequestsKept = 200
    /// How many requests of one webhook are looked at.
    private static let namedAtMost = 200

    /// Whether an unknown address may be that of an order which a restore lost: while somebody may still say that nothing of that time comes again. What cannot
    /// be read is heard of by its webhooks alone: they go on coming to the address that a lost order had.
    func mayBeOfGap(_ account: ProviderAccount) async throws -> Bool {
        guard account.capabilities.signedWebhooks else { return false }
        return try await accounts.gaps.restores().contains { $0.closedAt == nil || !account.capabilities.report }
    }

    /// The orders that a verified webhook is about, by the requests that it names. None where no order has any of them: then these are kept for a person to
    /// see, and nothing else of the webhook is.
    /// - Throws: ``CommandError`` 404 where it names none, where somebody has said that nothing of that time comes again, and where too many are kept; 503 where it
    ///   could not be looked at for the moment, and where only its being sent again can tell what it says.
    func ordersOfUnknownAddress(_ webhook: Webhook, _ account: ProviderAccount) async throws -> [AdmittedAddresses.Address] {
        let (id, now) = (account.account.id, environment.clock.now())
        let said = try await interpreted(webhook, account)
        let isOpen = try await mapStoreError { try await accounts.gaps.restores().contains { $0.closedAt == nil } }
        var result: IntakeResult?
        var addresses: [AdmittedAddresses.Address] = []
        let named = Set(said.compactMap(\.reference)).sorted()
        var leftOut = max(0, named.count - Self.namedAtMost)
        for reference in named.prefix(Self.namedAtMost) {
            if let order = try await mapStoreError({ try await accounts.holder(of: reference, at: id) }) {
                guard !addresses.contains(where: { $0.order == order.id }) else { continue }
                addresses.append(AdmittedAddresses.Address(order: order.id, connection: order.connection, account: id))
            } else if try await mapStoreError({ try await store.isErased(reference: reference, at: id) }) {
                result = result ?? .erased
            } else if isOpen {
                let isKept = try await mapStoreError {
                    try await store.note(unknownRequest: reference, at: id, at: now, atMost: Self.unknownRequestsKept)
                }
                if isKept { result = .unknownRequest } else { leftOut += 1 }
            }
        }
        if leftOut > 0 {
            IntakeResult.leftOut.count(.webhook, account: id, times: leftOut, environment)
            environment.logger.warning(
                "a webhook names more requests than are looked at, or kept for a person to see",
                metadata: ["event": "webhook.requests_left_out", "account": "\(id)", "named": "\(named.count)", "count": "\(leftOut)"]
            )
        }
        if !addresses.isEmpty { return addresses }
        guard let result else {
            contacts.refused(.account(id), .unknownAddress, at: now)
            throw CommandError.notFound("address")
        }
        contacts.heard(.account(id), at: now)
        result.count(.webhook, account: id, environment)
        // What cannot be read stands in its webhooks alone: an order that has the request later needs this one.
        guard result == .erased || account.capabilities.report else {
            throw CommandError(503, "not_known_yet", "No order here has the request as yet; send it again.", retryAfter: .seconds(600))
        }
        return []
    }

    /// What failures of a provider's script say nothing about the webhook: the next attempt may read it.
    private static let passing: Set = ["worker_killed", "worker_crashed", "cpu_limit", "memory_limit", "interrupted"]

    /// What a webhook says; nothing where it cannot be understood.
    /// - Throws: ``CommandError`` 503 where nobody knows whether it can be: sent again, it may be read.
    private func interpreted(_ webhook: Webhook, _ account: ProviderAccount) async throws -> [WebhookReport] {
        do { return try await account.provider.interpret(webhook, accounts.session(account)) } catch {
            if let error = error as? ProviderError, [.unreadable, .refused, .unsupported].contains(error.code),
                !(error.script.map { Self.passing.contains($0.code) } ?? false)
            {
                return []
            }
            throw CommandError(503, "not_looked_at", "The webhook could not be looked at; send it again.", retryAfter: .seconds(30))
        }
    }
}
