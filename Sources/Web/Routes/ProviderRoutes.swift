import HTTPTypes
public import Pipeline
import Screening

/// `/providers/{account}/{token}`: where providers send webhooks, at one unguessable address for each order.
public enum ProviderRoutes {
    /// The routes of an intake.
    public static func routes(_ intake: Intake) -> [Route] {
        let route = Route(.post, "/providers/{account}/{token}") { request in
            try await intake.webhook(
                account: request.parameters["account"] ?? "",
                token: request.parameters["token"] ?? "",
                Webhook(headers: request.headersByName, query: request.firstQuery, body: request.bytes)
            )
        }
        return [
            route.behind(
                AdmissionMiddleware { try await intake.admit(account: $0.parameters["account"] ?? "", token: $0.parameters["token"] ?? "") }
            )
        ]
    }
}
