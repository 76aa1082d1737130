public import Screening

/// A provider that signs its webhooks in a header, by a hexadecimal HMAC-SHA256 over the body: so that a refused one can be explained.
public protocol SignsInHeader: ScreeningProvider {
    /// The header, in lower case, and the name of the account's secret.
    func signature(of account: Account) -> (header: String, secret: String)
}

extension ZincProvider: SignsInHeader {
    /// Where Zinc's signature stands, as the account's `wire:` block may say otherwise.
    public func signature(of account: Account) -> (header: String, secret: String) {
        (
            (WireProfile(manifest.wire, changedBy: account.wire).section("webhook")?["header"]?.text ?? "x-zinc-webhook-signature").lowercased(),
            "webhook_tokens"
        )
    }
}
