import HTTPTypes
public import Pipeline
import Screening

/// `/ats/{connection}/{path…}`: where ATSs deliver.
public enum ATSRoutes {
    /// The routes of an intake. They take every method: the plugin's manifest and scripts say what is accepted.
    public static func routes(_ intake: Intake) -> [Route] {
        let route = Route(nil, "/ats/{connection}/*") { request in
            try await intake.deliver(to: request.parameters["connection"] ?? "", ReceivedRequest(request))
        }
        return [
            route.behind(AdmissionMiddleware { try intake.admit(to: $0.parameters["connection"] ?? "", ReceivedRequest($0)) })
        ]
    }
}

extension ReceivedRequest {
    /// A request to a connection; without its body where that has not been read.
    fileprivate init(_ request: IncomingRequest) {
        self.init(
            method: request.method.rawValue,
            path: request.parameters["*"] ?? "/",
            query: request.firstQuery,
            headers: request.headersByName,
            body: request.bytes
        )
    }
}
