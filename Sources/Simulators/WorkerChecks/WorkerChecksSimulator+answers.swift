import HTTPTypes
import Screening

extension WorkerChecksSimulator: Simulated {
    var name: Simulator { .workerchecks }

    func operation(_ request: WireRequest, path: [String]) -> String? {
        switch (request.method, path.first, path.count) {
        case (.post, "auth", 2) where path[1] == "token": "token"
        case (.post, "invitations", 1): "create"
        case (.post, "invitations", 3) where path[2] == "cancel": "cancel"
        case (.get, "invitations", 3) where path[2] == "result": "result"
        default: nil
        }
    }

    func respond(to request: WireRequest, path: [String]) -> WireResponse {
        let operation = operation(request, path: path)
        if operation == "token" { return token(request) }
        guard let bearer = request.bearer, let account = account(of: bearer) else {
            return errorResponse(401, "The token is missing, unknown or expired.")
        }
        switch operation {
        case "create": return create(request, account: account)
        case "cancel": return own(path[1], account) { cancel($0) }
        case "result":
            guard mayRead(account: account) else { return errorResponse(429, "Too many requests: wait 60 seconds before retrying.") }
            return own(path[1], account) { WireResponse(200, json: $0.report) }
        default: return errorResponse(404, "There is nothing at this address.")
        }
    }

    func errorResponse(_ status: Int, _ message: String) -> WireResponse { WireResponse(status, json: ["message": .string(message)]) }

    private func token(_ request: WireRequest) -> WireResponse {
        guard let secret = (try? JSON(parsing: request.body))?["widgetSecret"]?.text else { return errorResponse(400, "widgetSecret is required.") }
        guard let account = settings.widgetSecrets.firstIndex(where: { $0.matches(secret) }) else {
            return errorResponse(401, "The widget secret is not valid.")
        }
        let life = settings.tokenLife.wholeMilliseconds / 1000
        return WireResponse(200, json: ["token": .string(makeToken(account: account)), "expiresIn": .int(life)])
    }

    private func create(_ request: WireRequest, account: Int) -> WireResponse {
        do throws(InvitationIntake.RequestError) {
            let intake = try InvitationIntake(body: request.body, products: settings.products)
            let created = create(intake, account: account, idempotencyKey: request.headers[.idempotencyKey])
            return WireResponse(201, json: ["id": .string(created.id), "status": .string(created.status)])
        } catch {
            return errorResponse(error.status, error.message)
        }
    }

    private func own(_ id: String, _ account: Int, _ response: (Invitation) -> WireResponse) -> WireResponse {
        guard let invitation = invitation(id), invitation.account == account else { return errorResponse(404, "There is no such invitation.") }
        return response(invitation)
    }

    private func cancel(_ invitation: Invitation) -> WireResponse {
        // Assumed: the overview says only that a check can be cancelled before it has been submitted.
        guard let cancelled = cancel(invitation.id) else {
            return errorResponse(409, "The worker has submitted this check; it can no longer be cancelled.")
        }
        return WireResponse(200, json: ["id": .string(cancelled.id), "status": .string(cancelled.status)])
    }
}
