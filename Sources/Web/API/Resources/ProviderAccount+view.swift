import Pipeline
import Screening

extension ProviderAccount {
    static let schema = Schema(
        "Account",
        always: [
            "id": .anyText, "provider": .anyText, "environment": JSON.anyText.orNull, "base_url": .anyText,
            "capabilities": ProviderManifest.Capabilities.schema.reference, "poll": .anyText, "results_per_minute": JSON.wholeNumber.orNull,
            "problem": Problem.schema.reference.orNull, "last_heard_at": .timestamp.orNull, "last_refused": OperatingState.refusal,
            "paused": OperatingState.Pause.schema.reference.orNull,
        ]
    )

    /// The account without its credentials.
    /// - Parameter pause: why it is paused, as it is shown.
    func view(problem: JSON?, pause: JSON?, _ state: OperatingState?) -> JSON {
        [
            "id": .string(account.id), "provider": .string(account.provider), "environment": JSON(account.environment),
            "base_url": .string(account.baseURL), "capabilities": capabilities.json,
            "poll": JSON(account.polling?.interval.map { "\($0.components.seconds)s" } ?? "off"),
            "results_per_minute": account.polling?.readsPerMinute.map { .int(Int64($0)) } ?? .null, "problem": problem ?? .null,
            "last_heard_at": JSON(state?.lastHeardAt), "last_refused": state?.refusal ?? .null,
            "paused": pause ?? .null,
        ]
    }
}

extension ScreeningPackage {
    static let schema = Schema("Package", always: ["id": .anyText, "name": .anyText])
}
