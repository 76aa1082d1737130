import HTTPTypes
public import Screening

/// A screening company with an API of its own, invented here: `POST /checks`, `GET /checks/{id}`, a key in `X-Acme-Key`, no webhooks, no cancelling.
public struct AcmeProvider: ScreeningProvider {
    /// Acme Checks.
    public init() {}

    /// What the host may ask for, and what an account needs. The host calls nothing that is not listed here.
    public let manifest = ProviderManifest(
        name: "acme_checks",
        title: "Acme Checks",
        capabilities: ProviderManifest.Capabilities(packages: true, report: true, idempotentCreate: true),
        fields: [ProviderManifest.Field("api_key", "Key from Acme's settings page", required: true, secret: true)],
        environments: ["production": "https://api.acme-checks.example.test"],
        polling: ProviderManifest.Polling(interval: .seconds(900), readsPerMinute: 60)
    )

    /// Lists what can be ordered.
    public func packages(_ session: ProviderSession) async throws -> [ScreeningPackage] {
        let response = try await AcmeCall(session).json(.get, "/packages")
        guard let items = response.items else { throw ProviderError(.unreadable, "the packages are no list") }
        return items.compactMap { item in item["code"]?.text.map { ScreeningPackage(id: $0, name: item["label"]?.text ?? $0) } }
    }

    /// Creates a check. Whatever goes wrong says what it means for the order, so that the host never orders twice.
    public func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async throws -> Submission
    {
        let person: JSON = [
            "first": .string(order.candidate.firstName.value), "last": .string(order.candidate.lastName.value),
            "email": .string(order.candidate.email.value),
        ]
        let response = try await AcmeCall(session).json(.post, "/checks", ["package": .string(order.package), "person": person], key: key)
        guard let reference = response["id"]?.identifier else {
            // A success without an id: Acme may have the check, and nobody knows its name.
            throw ProviderError(.unreadable, "the answer names no check", creation: .uncertain)
        }
        return Submission(reference: reference)
    }

    /// Reads how a check stands; nil where Acme does not know it.
    public func report(for reference: String, _ session: ProviderSession) async throws -> Report? {
        let response: JSON
        do { response = try await AcmeCall(session).json(.get, "/checks/\(reference)") } catch let error as ProviderError where error.status == 404 {
            return nil
        }
        guard let statusText = response["stage"]?.text else { throw ProviderError(.unreadable, "the check has no stage") }
        let verdict = response["verdict"]?.text
        var statusTexts = ["stage": statusText]
        statusTexts["verdict"] = verdict
        return Report(
            status: Self.states[statusText].map { .recognised($0) } ?? .unrecognised(statusText),
            result: verdict.map { statusText in Self.outcomes[statusText].map { .recognised($0) } ?? .unrecognised(statusText) },
            providerStatus: statusTexts
        )
    }

    /// A word that is not here is shown to people and changes nothing.
    private static let states: [String: OrderState] = ["waiting": .awaitingCandidate, "working": .inProgress, "ready": .completed]
    private static let outcomes: [String: Outcome] = ["pass": .clear, "look": .consider]
}
