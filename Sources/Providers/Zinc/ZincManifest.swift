import Screening

extension ProviderManifest {
    /// Zinc's Partner API, version 2.
    ///
    /// Documented are the addresses, the key's header, the three paths, `resultsCallbackURL`, the webhook with its signature and words, and the error
    /// body. Assumed are the other members of the create body, the members an id is read from, the lists' containers, and that nothing cancels.
    static let zinc = ProviderManifest(
        name: "zinc",
        title: "Zinc",
        capabilities: Capabilities(packages: true, report: true, webhooks: true, signedWebhooks: true, requests: true),
        fields: [
            Field("api_key", "API key from the company page; works in one environment only", required: true, secret: true),
            Field("webhook_tokens", "Signing tokens that Zinc issued; all are accepted, so that one can follow another", secret: true, list: true),
        ],
        environments: [
            "staging": "https://stagingapi.zincwork.com/partner/v2",
            "production": "https://api.zincwork.com/partner/v2",
        ],
        polling: Polling(interval: .seconds(3600)),
        wire: [
            "auth": ["header": "Authorization", "value": "Bearer ${account.api_key}"],
            "packages": ["method": "GET", "path": "/packages", "list": [".", "packages", "data", "items"], "id": "id", "name": "name"],
            "create": [
                "method": "POST",
                "path": "/checks",
                "headers": ["Idempotency-Key": "${key}"],
                "body": [
                    "packageId": "${order.package}",
                    "candidate": [
                        "firstName": "${order.candidate.first_name}",
                        "lastName": "${order.candidate.last_name}",
                        "email": "${order.candidate.email}",
                        "phone": "${order.candidate.phone}",
                    ],
                    "resultsCallbackURL": "${callback_url}",
                ],
                "id": ["id", "requestId", "checkId", "data.id"],
            ],
            "results": ["method": "GET", "path": "/results", "list": [".", "results", "data"], "id": ["id", "requestId", "checkId", "data.id"]],
            "webhook": ["header": "x-zinc-webhook-signature", "id": "id"],
            "report": [
                "status": ["statusV2", "data.statusV2"],
                "coarse_status": ["status", "data.status"],
                "result": ["result", "data.result"],
                "report_url": ["reportUrl", "data.reportUrl"],
                "checks": ["checks", "data.checks"],
            ],
            "subject": [
                "first_name": ["candidate.firstName", "candidate.first_name", "firstName", "first_name", "data.candidate.firstName"],
                "last_name": ["candidate.lastName", "candidate.last_name", "lastName", "last_name", "data.candidate.lastName"],
                "email": ["candidate.email", "email", "data.candidate.email", "data.email"],
                "phone": ["candidate.phone", "phone", "data.candidate.phone", "data.phone"],
                "reference": ["reference", "externalReference", "data.reference"],
                "package": ["packageId", "package.id", "data.packageId", "data.package.id"],
            ],
            "statuses": [
                "requested": "requested",
                "paused": "paused",
                "awaiting-candidate": "awaiting_candidate",
                "attention-needed": "attention_needed",
                "in-progress": "in_progress",
                "ready-for-review": "ready_for_review",
                "all-clear": "completed",
                "reviewed": "reviewed",
                "cancelled": "cancelled",
            ],
            "coarse_statuses": [
                "pending": "requested",
                "partially-completed": "in_progress",
                "action-required": "ready_for_review",
                "completed": "completed",
                "reviewed": "reviewed",
                "cancelled": "cancelled",
            ],
            "outcomes": ["clear": "clear", "consider": "consider"],
            "errors": ["message": ["message", "error.message", "error"], "code": ["statusCode", "error.statusCode"]],
        ]
    )
}
