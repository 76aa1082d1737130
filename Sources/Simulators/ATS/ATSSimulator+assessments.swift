import HTTPTypes
public import Screening

extension ATSSimulator {
    /// Orders an assessment from a partner, as Greenhouse does when a recruiter sends a test: asks for the tests, checks that answer as strictly,
    /// sends the test and remembers the partner's id. Calling twice orders two assessments.
    /// - Parameters:
    ///   - partner: where the partner's routes begin, such as `http://127.0.0.1:8080/ats/acme/assessments`.
    ///   - test: the test to order; nil: the first that the partner lists.
    /// - Throws: ``ATSProblem`` where the answer is refused; what the transport throws.
    @discardableResult
    public func orderAssessment(at partner: String, test: String? = nil, candidate: Candidate) async throws -> Assessment {
        let tests = try await tests(of: partner)
        guard let chosen = test ?? tests.first?.id, tests.contains(where: { $0.id == chosen }) else {
            throw ATSProblem(call: "list_tests", status: 200, message: "the wanted test is not in the list")
        }
        return try await sendTest(add(partner: partner, test: chosen, candidate: candidate))
    }

    /// Sends an assessment again, as after a lost answer: the same test, candidate and address.
    /// - Throws: as ``orderAssessment(at:test:candidate:)``.
    @discardableResult
    public func sendTest(_ assessment: Assessment) async throws -> Assessment {
        let person = assessment.candidate
        let number = assessment.number
        let body: JSON = [
            "partner_test_id": .string(assessment.testID),
            "candidate": [
                "first_name": .string(person.firstName.value), "last_name": .string(person.lastName.value), "preferred_name": .null,
                "resume_url": .null, "phone_number": JSON(person.phone?.value), "email": .string(person.email.value),
                "greenhouse_profile_url": .string("\(environment.publicURL)/ats/greenhouse/people/\(number)?application_id=\(number)"),
            ],
            "sent_by": "recruiter@example.test", "url": .string(assessment.url),
        ]
        let response = try await call("send_test", signed(WireRequest(.post, "\(assessment.partner)/send_test", json: body)))
        guard (200..<300).contains(response.status) else { throw ATSProblem(call: "send_test", status: response.status, message: response.reason) }
        guard let id = response.json?["partner_interview_id"]?.text, !id.isEmpty else {
            try await complain("send_test", "partner_interview_id is missing or not a string", assessment)
            throw ATSProblem(call: "send_test", status: response.status, message: "partner_interview_id is missing or not a string")
        }
        change(number) { $0.interviewID = id }
        return self.assessment(number) ?? assessment
    }

    /// Asks the partner for an assessment's status and remembers the answer.
    /// - Throws: ``ATSProblem``; what the transport throws.
    @discardableResult
    public func readStatus(_ number: Int) async throws -> JSON {
        guard let assessment = assessment(number), let id = assessment.interviewID else {
            throw ATSProblem(call: "test_status", status: 0, message: "the partner has given no partner_interview_id yet")
        }
        let url = assessment.partner + "/test_status?" + FormEncoding.text([("partner_interview_id", id)])
        let response = try await call("test_status", signed(WireRequest(.get, url)))
        guard (200..<300).contains(response.status) else { throw ATSProblem(call: "test_status", status: response.status, message: response.reason) }
        let body = response.json ?? .null
        change(number) { $0.statuses.append(body) }
        if let fault = Self.fault(inStatus: body) {
            try await complain("test_status", fault, assessment)
            throw ATSProblem(call: "test_status", status: response.status, message: fault)
        }
        return body
    }

    /// What the timer queue does after a completion: as ``readStatus(_:)``, with the problem remembered instead of thrown.
    func readAssessment(_ number: Int) async {
        do {
            try await readStatus(number)
        } catch {
            change(number) { if $0.errors.last != "\(error)" { $0.errors.append("\(error)") } }
        }
    }

    private func tests(of partner: String) async throws -> [ScreeningPackage] {
        let response = try await call("list_tests", signed(WireRequest(.get, "\(partner)/list_tests")))
        guard (200..<300).contains(response.status) else { throw ATSProblem(call: "list_tests", status: response.status, message: response.reason) }
        let tests = response.json?.items?.map { item -> ScreeningPackage? in
            guard let id = item["partner_test_id"]?.text, let name = item["partner_test_name"]?.text else { return nil }
            return ScreeningPackage(id: id, name: name)
        }
        guard let tests, !tests.contains(nil) else {
            let fault = "the body must be a list of objects with partner_test_id and partner_test_name as strings"
            let report: JSON = ["api_call": "list_tests", "errors": [.string(fault)]]
            _ = try await call("response_error", signed(WireRequest(.post, "\(partner)/response_error", json: report)))
            throw ATSProblem(call: "list_tests", status: response.status, message: fault)
        }
        return tests.compactMap { $0 }
    }

    /// What is wrong with the answer to `test_status`; nil where nothing is.
    static func fault(inStatus body: JSON) -> String? {
        guard let status = body["partner_status"]?.text, !status.isEmpty else { return "partner_status is missing or not a string" }
        if status == "complete", body["partner_profile_url"]?.text?.isEmpty != false { return "partner_profile_url is required when complete" }
        if let score = body["partner_score"], !score.isNull, score.number == nil { return "partner_score is not a number" }
        if let metadata = body["metadata"], !metadata.isNull {
            guard let members = metadata.members else { return "metadata is not an object" }
            if members.pairs.contains(where: { $0.value.members != nil || $0.value.items != nil }) { return "metadata is not flat" }
        }
        return nil
    }

    private func complain(_ call: String, _ message: String, _ assessment: Assessment) async throws {
        change(assessment.number) { $0.errors.append("\(call): \(message)") }
        let report: JSON = [
            "api_call": .string(call), "errors": [.string(message)], "partner_test_id": .string(assessment.testID),
            "partner_interview_id": JSON(assessment.interviewID), "candidate_email": .string(assessment.candidate.email.value),
        ]
        _ = try await self.call("response_error", signed(WireRequest(.post, "\(assessment.partner)/response_error", json: report)))
    }

    /// With the shared key as the user's name and an empty password.
    private func signed(_ request: WireRequest) -> WireRequest {
        var request = request
        request.headers[.authorization] = "Basic " + Array("\(settings.assessmentKey.value):".utf8).base64
        return request
    }
}

extension WireResponse {
    /// What an answer gives as its reason, for an error text.
    var reason: String { json?["message"]?.text ?? json?["detail"]?.text ?? "no reason given" }
}
