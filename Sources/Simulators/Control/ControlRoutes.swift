import HTTPTypes
import Screening

extension SimulatorSite {
    /// Answers `/control/…`.
    ///
    /// | route | does |
    /// |---|---|
    /// | `GET /control/zinc` | the requests |
    /// | `POST /control/zinc/requests/{id}` | `{"advance": true}`, or any of `statusV2 status result checks reportUrl`, `"webhook": false`; `{}` repeats the webhook |
    /// | `GET /control/workerchecks` | the invitations, how many reads were refused, the most reads in any minute |
    /// | `POST /control/workerchecks/invitations/{id}` | `{"advance": true}`, or `status` and `result` |
    /// | `POST /control/workerchecks/expire` | makes every token worthless |
    /// | `GET /control/ats` | what was ordered, and what was received back |
    /// | `POST /control/ats/assessments` | orders: `{"partner", "test"?, "candidate": {…}}` |
    /// | `POST /control/ats/events` | orders: `{"url", "application", "package", "candidate": {…}}` |
    /// | `GET POST DELETE /control/faults` | lists, adds (one or a list), clears |
    /// | `GET DELETE /control/log` | the exchanges; clears |
    /// | `POST /control/reset` | forgets everything |
    ///
    /// Lists are `{"items": […]}`. A form's post is answered with the way back to the page.
    func control(_ request: WireRequest, _ path: [String]) async -> WireResponse {
        // A foreign web page must not control the stand-ins of the person who visits it.
        if let site = HTTPField.Name("Sec-Fetch-Site"), let origin = request.headers[site], origin == "cross-site" {
            return Self.problem(403, "Requests from other sites are not taken.")
        }
        guard request.method != .get else { return show(path) }
        guard let input = ControlInput(request) else { return Self.problem(400, "The body must be JSON or a form.") }
        let response = await act(request.method, path, input.json)
        guard input.isForm, response.status < 400 else { return response }
        return WireResponse(303, headers: [.location: "/"])
    }

    private func show(_ path: [String]) -> WireResponse {
        switch path {
        case ["zinc"]: Self.list(zinc.requests.map(\.controlJSON))
        case ["workerchecks"]:
            WireResponse(
                200,
                json: [
                    "items": .array(workerChecks.invitations.map(\.controlJSON)), "refused_reads": .int(Int64(workerChecks.refusedReads)),
                    "peak_reads": .int(Int64(workerChecks.peakReads)), "tokens_given": .int(Int64(workerChecks.tokensGiven)),
                ]
            )
        case ["ats"]:
            WireResponse(200, json: ["assessments": .array(ats.assessments.map(\.json)), "received": .array(ats.received.map(\.json))])
        case ["faults"]: Self.list(faults.present.map(\.json))
        case ["log"]: Self.list(log().map(\.json))
        default: Self.problem(404, "There is nothing at this address.")
        }
    }

    private func act(_ method: HTTPRequest.Method, _ path: [String], _ input: JSON) async -> WireResponse {
        switch (method, path.first, path.count) {
        case (.post, "zinc", 3) where path[1] == "requests": changeRequest(path[2], input)
        case (.post, "workerchecks", 3) where path[1] == "invitations": changeInvitation(path[2], input)
        case (.post, "workerchecks", 2) where path[1] == "expire": done { workerChecks.expireTokens() }
        case (.post, "ats", 2) where path[1] == "assessments" || path[1] == "events": await order(path[1], input)
        case (.post, "faults", 1): addFaults(input)
        case (.delete, "faults", 1): done { faults.clear() }
        case (.post, "faults", 2) where path[1] == "clear": done { faults.clear() }
        case (.delete, "log", 1): done { environment.log.clear() }
        case (.post, "reset", 1): done { reset() }
        default: Self.problem(404, "There is nothing at this address.")
        }
    }

    private func done(_ act: () -> Void) -> WireResponse {
        act()
        return WireResponse(200, json: ["done": true])
    }

    private func changeRequest(_ id: String, _ input: JSON) -> WireResponse {
        let request: ZincRequest? =
            if input["advance"]?.isYes == true {
                zinc.advance(id)
            } else {
                zinc.set(
                    id,
                    ZincChange(
                        statusV2: input["statusV2"]?.identifier,
                        status: input["status"]?.identifier,
                        result: input["result"]?.identifier,
                        checks: input["checks"]?.items,
                        reportURL: input["reportUrl"]?.identifier,
                        announce: input["webhook"] != false
                    )
                )
            }
        return request.map { WireResponse(200, json: $0.controlJSON) } ?? Self.problem(404, "There is no such request.")
    }

    private func changeInvitation(_ id: String, _ input: JSON) -> WireResponse {
        let invitation =
            if input["advance"]?.isYes == true {
                workerChecks.advance(id)
            } else {
                workerChecks.set(id, status: input["status"]?.identifier, result: input["result"]?.identifier)
            }
        return invitation.map { WireResponse(200, json: $0.controlJSON) } ?? Self.problem(404, "There is no such invitation.")
    }

    private func addFaults(_ input: JSON) -> WireResponse {
        do throws(FieldProblem) {
            var more: [Fault] = []
            for json in input.items ?? [input] { more.append(try Fault(json: json)) }
            faults.add(more)
            return Self.list(faults.present.map(\.json))
        } catch {
            return Self.problem(422, "\(error)")
        }
    }

    private func order(_ kind: String, _ input: JSON) async -> WireResponse {
        do {
            // A form cannot hold objects, so it has the candidate's fields beside the others.
            let candidate = try Candidate(json: input["candidate"] ?? input)
            if kind == "assessments" {
                guard let partner = input["partner"]?.identifier else { return Self.problem(422, "partner is required.") }
                return WireResponse(200, json: try await ats.orderAssessment(at: partner, test: input["test"]?.identifier, candidate: candidate).json)
            }
            guard let url = input["url"]?.identifier, let application = input["application"]?.identifier, let package = input["package"]?.identifier
            else { return Self.problem(422, "url, application and package are required.") }
            let response = try await ats.orderScreening(at: url, application: application, package: package, candidate: candidate)
            let isDone = (200..<300).contains(response.status)
            return WireResponse(isDone ? 200 : 502, json: ["status": .int(Int64(response.status)), "body": response.json ?? .null])
        } catch let problem as FieldProblem {
            return Self.problem(422, "\(problem)")
        } catch {
            return Self.problem(502, "\(error)")
        }
    }

    private static func list(_ items: [JSON]) -> WireResponse { WireResponse(200, json: ["items": .array(items)]) }
    private static func problem(_ status: Int, _ message: String) -> WireResponse { WireResponse(status, json: ["message": .string(message)]) }
}

extension JSON {
    /// Whether this is true, also as a form writes it.
    fileprivate var isYes: Bool { self == true || text == "true" }
}
