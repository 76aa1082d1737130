import Screening

extension ProviderManifest {
    static let schema = Schema(
        "Provider",
        always: ["name": .anyText, "title": .anyText, "capabilities": Capabilities.schema.reference, "environments": .list(of: .anyText)]
    )

    var view: JSON {
        [
            "name": .string(name), "title": .string(title), "capabilities": capabilities.json,
            "environments": .array(environments.keys.sorted().map { .string($0) }),
        ]
    }
}

extension ProviderManifest.Capabilities {
    static let schema = Schema(
        "Capabilities",
        always: [
            "packages": .yesOrNo, "report": .yesOrNo, "webhooks": .yesOrNo, "signed_webhooks": .yesOrNo, "timestamped_webhooks": .yesOrNo,
            "cancel": JSON.anyText.orNull, "find": .yesOrNo, "requests": .yesOrNo, "idempotent_create": .yesOrNo,
        ],
        "cancel says until when"
    )

    /// The capabilities by name; `cancel` says until when, or is null.
    var json: JSON {
        [
            "packages": .bool(packages), "report": .bool(report), "webhooks": .bool(webhooks), "signed_webhooks": .bool(signedWebhooks),
            "timestamped_webhooks": .bool(timestampedWebhooks), "cancel": JSON(cancel), "find": .bool(find),
            "requests": .bool(requests),
            "idempotent_create": .bool(idempotentCreate),
        ]
    }
}
