import HTTPTypes
public import Pipeline
import Screening

/// `/ats/{connection}/{path…}`: where ATSs deliver.
public enum ATSRoutes {
    /// The routes of an intake. They take every method: the plugin's manifest and scripts say what is accepted.
    public static func routes(_ intake: Intake) -> [Route] {
        [
            Route(nil, "/ats/{connection}/*") { request in
                let received = ReceivedRequest(
                    method: request.method.rawValue,
                    path: request.parameters["*"] ?? "/",
                    query: request.firstQuery,
                    headers: request.headersByName,
                    body: request.bytes
                )
                return try await intake.deliver(to: request.parameters["connection"] ?? "", received)
            }
        ]
    }
}
