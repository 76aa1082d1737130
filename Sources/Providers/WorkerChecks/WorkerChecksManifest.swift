import Screening

extension ProviderManifest {
    /// WorkerChecks' Business API.
    ///
    /// Documented are the four actions, the Widget Secret and its token of 24 hours, the texts of status and result, and the limit on reading
    /// results. Assumed is everything on the wire: paths, methods, member names, the spelling of the texts. There is no public address either: an
    /// account gives its `base_url`. Packages are the product ids that WorkerChecks hands out; there is no list of them to read.
    static let workerChecks = ProviderManifest(
        name: "workerchecks",
        title: "WorkerChecks",
        capabilities: Capabilities(report: true, cancel: "until the worker has submitted the check"),
        fields: [Field("widget_secret", "Widget Secret from the BusinessHub account settings", required: true, secret: true)],
        environments: [:],
        polling: Polling(interval: .seconds(900), readsPerMinute: 30),
        wire: [
            "token": [
                "method": "POST",
                "path": "/auth/token",
                "body": ["widgetSecret": "${account.widget_secret}"],
                "token": ["token", "accessToken", "access_token", "data.token", "data.accessToken"],
                "expires_in": ["expiresIn", "expires_in", "data.expiresIn"],
                "expires_at": ["expiresAt", "expires_at", "data.expiresAt"],
                "lifetime_seconds": 86_400,
            ],
            "auth": ["header": "Authorization", "value": "Bearer ${token}"],
            "create": [
                "method": "POST",
                "path": "/invitations",
                "headers": ["Idempotency-Key": "${key}"],
                "body": [
                    "productId": "${order.package}",
                    "firstName": "${order.candidate.first_name}",
                    "lastName": "${order.candidate.last_name}",
                    "email": "${order.candidate.email}",
                    "mobile": "${order.candidate.phone}",
                    "reference": "${order.id}",
                ],
                "id": ["id", "invitationId", "data.id", "data.invitationId"],
            ],
            "cancel": ["method": "POST", "path": "/invitations/${reference}/cancel"],
            "results": ["method": "GET", "path": "/invitations/${reference}/result"],
            "report": [
                "status": ["status", "data.status"],
                "result": ["result", "data.result"],
                "shown": ["releaseDate", "data.releaseDate"],
                "report_url": ["certificateUrl", "data.certificateUrl"],
            ],
            "subject": [
                "first_name": ["candidate.firstName", "candidate.first_name", "firstName", "first_name", "data.candidate.firstName"],
                "last_name": ["candidate.lastName", "candidate.last_name", "lastName", "last_name", "data.candidate.lastName"],
                "email": ["candidate.email", "email", "data.candidate.email", "data.email"],
                "phone": ["candidate.mobile", "candidate.phone", "mobile", "phone", "data.candidate.mobile", "data.mobile"],
                "reference": ["reference", "externalReference", "data.reference"],
                "package": ["productId", "product.id", "data.productId", "data.product.id"],
            ],
            "statuses": [
                "Pending": "awaiting_candidate",
                "In Progress": "in_progress",
                "Completed": "completed",
                "Cancelled": "cancelled",
            ],
            "outcomes": ["Clear": "clear", "Attention Required": "consider", "Refer": "refer"],
            "errors": [
                "message": ["message", "error.message", "error_description", "error", "detail", "title", "errors.0.message", "errors.0"],
                "code": ["code", "error.code", "errorCode"],
            ],
        ]
    )
}
