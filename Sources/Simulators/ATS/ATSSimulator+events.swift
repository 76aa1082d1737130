import HTTPTypes
public import Screening

extension ATSSimulator {
    /// Sends a signed event `{type, timestamp, data}` to the host, once. Calling twice with the same `id` is a repeated delivery.
    /// - Parameter id: the `webhook-id`, without a dot; nil: a new one.
    /// - Returns: the host's answer, whatever its status.
    /// - Throws: what the transport throws.
    @discardableResult
    public func sendEvent(to url: String, type: String, data: JSON, id: String? = nil) async throws -> WireResponse {
        let now = environment.clock.now()
        var request = WireRequest(.post, url, json: ["type": .string(type), "timestamp": JSON(now), "data": data])
        for (name, value) in StandardWebhooks([settings.eventSecret])?.headers(for: request.body, id: id ?? "msg_" + environment.hexID(), at: now)
            ?? []
        {
            if let field = HTTPField.Name(name) { request.headers[field] = value }
        }
        return try await call("event", request)
    }

    /// Asks for a screening: an event `application.screening_requested` whose data holds `application.id`, `candidate` (`first_name`, `last_name`,
    /// `email`, `phone`), `package` and `callback_url`, the address of this ATS for updates.
    /// - Returns: the host's answer, whatever its status.
    /// - Throws: what the transport throws.
    @discardableResult
    public func orderScreening(
        at url: String,
        application: String,
        package: String,
        candidate: Candidate,
        id: String? = nil
    ) async throws -> WireResponse {
        let data: JSON = [
            "application": ["id": .string(application)],
            "candidate": [
                "first_name": .string(candidate.firstName.value), "last_name": .string(candidate.lastName.value),
                "email": .string(candidate.email.value), "phone": JSON(candidate.phone?.value),
            ],
            "package": .string(package), "callback_url": .string(callbackURL),
        ]
        return try await sendEvent(to: url, type: "application.screening_requested", data: data, id: id)
    }
}
