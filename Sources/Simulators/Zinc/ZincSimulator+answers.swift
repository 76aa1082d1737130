import HTTPTypes
import Screening

extension ZincSimulator: Simulated {
    var name: Simulator { .zinc }

    func operation(_ request: WireRequest, path: [String]) -> String? {
        guard path.starts(with: ["partner", "v2"]) else { return nil }
        let rest = Array(path.dropFirst(2))
        return switch (request.method, rest.first, rest.count) {
        case (.get, "packages", 1): "packages"
        case (.post, "checks", 1): "create"
        case (.get, "results", 1): "results"
        // The document names no way to cancel; these are the two likely ones.
        case (.post, "checks", 3) where rest[2] == "cancel": "cancel"
        case (.delete, "checks", 2): "cancel"
        default: nil
        }
    }

    func respond(to request: WireRequest, path: [String]) -> WireResponse {
        guard let key = request.bearer, let account = settings.apiKeys.firstIndex(where: { $0.matches(key) }) else {
            return errorResponse(401, "The API key is missing or not valid.")
        }
        switch operation(request, path: path) {
        case "packages":
            return list(settings.packages.map { ["id": $0.id, "name": .string($0.name)] }, in: settings.packagesMember)
        case "create": return create(request, account: account)
        case "results":
            let found = request.query["id"].map { id in self.request(id).map { [$0] } ?? [] } ?? requests
            let own = found.filter { $0.account == account }
            return list(own.map(\.report), in: settings.resultsMember)
        case "cancel": return cancel(path[3], account: account)
        default: return errorResponse(404, "There is nothing at this address.")
        }
    }

    /// `{statusCode, message}`: Zinc's own code is not the HTTP status, so the stand-in uses codes that cannot be mistaken for it.
    func errorResponse(_ status: Int, _ message: String) -> WireResponse {
        WireResponse(status, json: ["statusCode": .int(Int64(10_000 + status)), "message": .string(message)])
    }

    private func create(_ request: WireRequest, account: Int) -> WireResponse {
        do throws(ZincIntake.RequestError) {
            let intake = try ZincIntake(body: request.body, packages: settings.packages)
            let created = create(intake, account: account, idempotencyKey: request.headers[.idempotencyKey])
            var body: JSON = [:]
            for (name, value) in created.report.members?.pairs ?? [] { body[name == "id" ? settings.idMember : name] = value }
            return WireResponse(201, json: body)
        } catch {
            return errorResponse(error.status, error.message)
        }
    }

    private func cancel(_ id: String, account: Int) -> WireResponse {
        guard let present = self.request(id), present.account == account else { return errorResponse(404, "There is no such request.") }
        if present.status == "cancelled" { return WireResponse(200, json: present.report) }
        guard !present.isFinal, let cancelled = set(id, ZincChange(statusV2: "cancelled")) else {
            return errorResponse(409, "The request is complete and can no longer be cancelled.")
        }
        return WireResponse(200, json: cancelled.report)
    }

    private func list(_ items: [JSON], in member: String?) -> WireResponse {
        WireResponse(200, json: member.map { .object(JSON.Members([($0, .array(items))])) } ?? .array(items))
    }
}
