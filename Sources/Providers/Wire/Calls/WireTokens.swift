import Logging
import Screening

/// Bearer tokens that are fetched with the account's credentials, as a profile's `token` describes it.
struct WireTokens: Sendable {
    private let exchange: WireExchange
    private let call: WireCall
    private let scope: WireScope

    /// The tokens of a profile; nil where it has no `token` call: then the credentials in the settings are used as they are.
    init?(_ exchange: WireExchange, scope: WireScope) {
        guard let call = exchange.profile.call("token") else { return nil }
        self.exchange = exchange
        self.call = call
        self.scope = scope
    }

    /// The account's token, fetched where there is none, it is due, or it was just rejected; once for all who ask at the same time.
    ///
    /// - Throws: ``ProviderError``. Where a request was to be created with it, nothing has been: the error says `sendAgain`.
    func token(rejected: BearerToken? = nil, creating: Bool) async throws -> BearerToken {
        do {
            return try await exchange.session.tokens.token(rejected: rejected, at: exchange.session.clock.now()) { try await fetch() }
        } catch let error as ProviderError where creating {
            throw error.creating(.sendAgain)
        }
    }

    private func fetch() async throws -> BearerToken {
        let asked = exchange.session.clock.now()
        let response: WireResponse
        do { response = try await exchange.send(call, scope, authorization: nil) } catch var error as ProviderError {
            // The call holds nothing but the credentials: a refusal of it is one of them, as OAuth says by 400.
            if let status = error.status, [400, 422].contains(status) { error.code = .unauthorised }
            throw error
        }
        let body = try exchange.json(response, of: call)
        guard let token = call.selector("token").text(in: body) else {
            throw exchange.unreadable(call, "it names no token", response.status)
        }
        exchange.session.logger.debug("fetched a token", metadata: ["event": "provider.token", "account": "\(exchange.session.account.id)"])
        // Renewed after 23/24 of its life: a token of a day an hour before its end. Counted from the asking, so never too late.
        // Whatever the answer says, a token is used for half a minute: one that lives shorter is answered 401 and renewed then.
        let life = max(lifetime(body, asked), 30_000)
        return BearerToken(secret: Secret(token), renewAt: asked + .milliseconds(life / 24 * 23))
    }

    /// How long the token lives, in milliseconds: as the answer says, or as the profile assumes where it says nothing or nothing sensible.
    private func lifetime(_ body: JSON, _ asked: Timestamp) -> Int64 {
        let assumed = (call.section["lifetime_seconds"]?.integer ?? 86_400) * 1000
        let said: Int64? =
            if let seconds = call.selector("expires_in").first(in: body, Self.seconds)?.value {
                seconds * 1000
            } else if let timestamp = call.selector("expires_at").first(in: body, Self.timestamp)?.value {
                timestamp.milliseconds - asked.milliseconds
            } else {
                nil
            }
        return said.flatMap { $0 > 0 ? $0 : nil } ?? assumed
    }

    private static func seconds(_ value: JSON) -> Int64? {
        let seconds = value.number ?? value.text.flatMap { Double($0) }
        return seconds.flatMap { $0 > 0 && $0 < 10_000_000_000 ? Int64($0) : nil }
    }

    /// ISO 8601, or seconds or milliseconds since 1970.
    private static func timestamp(_ value: JSON) -> Timestamp? {
        if let text = value.text, let timestamp = Timestamp(iso8601: text) { return timestamp }
        guard let number = value.number, number > 0, number < 1e14 else { return nil }
        return Timestamp(milliseconds: Int64(number < 100_000_000_000 ? number * 1000 : number))
    }
}
