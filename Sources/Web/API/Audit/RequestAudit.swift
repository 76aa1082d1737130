import HTTPTypes
import Pipeline
import Screening

/// Records what callers of the API do, see and are refused: one way for all operations.
struct RequestAudit: Sendable {
    let auditor: Auditor
    /// Whether nobody sees personal data without saying why.
    let requiresReason: @Sendable () -> Bool

    /// Says why the caller looks.
    static let reasonName = HTTPField.Name("access-reason")!

    /// Lets an operation answer.
    /// - Throws: ``ProblemDocument`` 400 where a reason is missing; what the operation throws.
    func respond(
        _ endpoint: Endpoint,
        _ request: IncomingRequest,
        _ principal: Principal,
        _ body: () async throws -> WireResponse
    ) async throws -> WireResponse {
        let trial = endpoint.trial(request)
        if endpoint.changes, trial == nil {
            return try await auditor.command(act(endpoint, request, principal), ending: RequestAudit.ending, body)
        }
        do {
            guard endpoint.showsPersonal, principal.seesPersonal || endpoint.tellsOfPersons else { return try await body() }
            var act = act(endpoint, request, principal)
            if let trial {
                act.action += ".read"
                act.subject = trial["order"]?.text.map { String($0.prefix(100)) }
            }
            // Who is shown nothing of a person need not say why; that they asked is kept.
            act.reason = principal.seesPersonal || !endpoint.comparesPersons ? try reason(request) : try? reason(request)
            let filters = Set(request.query.map(\.name)).sorted()
            if !filters.isEmpty { act.details["filters"] = .array(filters.map { .string($0) }) }
            return try await auditor.reading(act, query: "\(request.query) \(Array(request.bytes).hashValue)", body)
        } catch {
            if ProblemDocument(describing: error)?.status == 403 { await refused(endpoint, request, principal, "insufficient_scope") }
            throw error
        }
    }

    /// Records that somebody asked for what they may not have.
    func refused(_ endpoint: Endpoint, _ request: IncomingRequest, _ principal: Principal, _ code: String) async {
        var act = act(endpoint, request, principal)
        act.outcome = .refused
        act.details["code"] = .string(code)
        await auditor.refusal(act, code)
    }

    /// Who the answer is for: where reasons are required, a command without one is answered without personal data.
    func shown(to principal: Principal, _ endpoint: Endpoint, _ request: IncomingRequest) -> Principal {
        guard endpoint.changes, principal.seesPersonal, requiresReason() else { return principal }
        return (try? reason(request)) == nil ? principal.withoutPersonal : principal
    }

    private func reason(_ request: IncomingRequest) throws -> Personal<String>? {
        if let given = request.headers[RequestAudit.reasonName]?.keptReason(500) { return Personal(given) }
        guard !requiresReason() else {
            throw ProblemDocument.badRequest("reason_required", "personal data is shown here to those who say why: send Access-Reason")
        }
        return nil
    }

    private func act(_ endpoint: Endpoint, _ request: IncomingRequest, _ principal: Principal) -> AuditAct {
        var act = AuditAct(by: principal.actor, endpoint.action, subject: request.parameters["id"].map { String($0.prefix(100)) })
        for name in ["n", "name"] { act.details[name] = request.parameters[name].map { .string(String($0.prefix(100))) } }
        guard endpoint.changes, case let bytes = request.bytes, (2...65_536).contains(bytes.count), let json = try? JSON(calling: bytes) else {
            return act
        }
        act.note = (json["note"] ?? json["reason"])?.text.map { Personal(String($0.prefix(1000))) }
        if let word = json["action"]?.text, (1...32).contains(word.utf8.count), word.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F }) {
            act.details["action"] = .string(word)
        }
        return act
    }

    /// A request that could not be carried out by anybody changed nothing, and its sender was told.
    private static func ending(_ result: Result<WireResponse, any Error>) -> Auditor.Ending? {
        switch result {
        case .success(let response): ending(response.status, response.status < 400 ? nil : response.json?["code"]?.text)
        case .failure(let error):
            if let problem = ProblemDocument(describing: error) { ending(problem.status, problem.code) } else { ending(500, nil) }
        }
    }

    private static func ending(_ status: Int, _ code: String?) -> Auditor.Ending? {
        switch status {
        case ..<400: .done
        case 403, 409: Auditor.Ending(.refused, code: code)
        case 500...: Auditor.Ending(.failed, code: code)
        default: nil
        }
    }
}

extension Endpoint {
    /// Whether it is a command: what it does is recorded.
    var changes: Bool { method != .get && !isReading }

    /// Whether its answer holds personal data for those who may see it.
    var showsPersonal: Bool {
        let segments = path.split(separator: "/")
        if ["/issues/{id}", "/audit"].contains(path) { return true }
        return ["orders", "events", "runs", "find", "candidates", "privacy", "holds", "bulk"].contains(segments.first ?? "")
    }

    /// Whether the mere answer says whether somebody is stored, whatever else the caller may see.
    var tellsOfPersons: Bool { path == "/privacy/scan" || path == Endpoint.erasing || comparesPersons }

    /// The body of a request that only asks what erasing somebody would do: that changes nothing and tells of a person, so it is a look; nil for any other.
    fileprivate func trial(_ request: IncomingRequest) -> JSON? {
        guard path == Endpoint.erasing, let body = try? request.object(Endpoint.erasingMembers), body["dry_run"]?.boolean == true else { return nil }
        return body
    }

    /// Whether its answer says that somebody else knows the order's person, without saying what they know.
    var comparesPersons: Bool { path == "/orders/{id}/candidates" }

    /// What the audit calls it: `order.cancel`, `orders.retry`, `order.create`, `webhook.set`, `orders.read`, `order.timeline.read`.
    var action: String {
        var words = path.split(separator: "/").map(String.init)
        let isOfOne = words.contains { $0.hasPrefix("{") }
        words.removeAll { $0.hasPrefix("{") }
        let verb: String? =
            switch method {
            case .put: "set"
            case .delete: "remove"
            case .post where !isReading: isOfOne || words.count > 1 ? nil : words.first.map { $0.hasSuffix("s") ? "create" : nil } ?? nil
            default: "read"
            }
        let isSingular = isOfOne || verb == "create" || words.first == "candidates"
        if isSingular, let first = words.first, first.hasSuffix("s") { words[0] = String(first.dropLast()) }
        return (words + [verb].compactMap(\.self)).joined(separator: ".")
    }
}

extension String {
    /// A reason as it is kept: no longer than a limit, written out as it is shown as well. Nil where nobody can read anything in what is kept.
    public func keptReason(_ most: Int) -> String? {
        var kept = trimmed.prefix(most)
        while String(kept).printable.count > most { kept.removeLast() }
        return String(kept).saysSomething ? String(kept) : nil
    }

    /// Whether a person can read anything in it: letters or digits, and not what shows as nothing. A reason that says nothing is none.
    public var saysSomething: Bool {
        unicodeScalars.contains { scalar in
            let properties = scalar.properties
            return (properties.isAlphabetic || properties.numericType != nil) && !properties.isDefaultIgnorableCodePoint
        }
    }
}
