import Screening

/// What a provider needs to know about a candidate. Checked before ordering, so that the ATS gets a clear message at once.
enum CandidateRules {
    /// Whether the provider needs a mobile number.
    enum Mobile: Sendable {
        /// It is passed on where there is one.
        case optional
        /// There must be one: `+` or none, then 8 to 15 digits; spaces, hyphens, dots and brackets between them do not count.
        case required
    }

    /// The fields that are missing or malformed. Never holds a value.
    static func problems(with draft: OrderDraft, mobile: Mobile) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        func need(_ path: String, _ text: String, _ expected: String) {
            if text.trimmed.isEmpty { problems.append(FieldProblem(path: path, expected: expected, found: "nothing")) }
        }
        need("package", draft.package, "a package")
        need("candidate.first_name", draft.candidate.firstName.value, "a first name")
        need("candidate.last_name", draft.candidate.lastName.value, "a last name")
        need("candidate.email", draft.candidate.email.value, "an e-mail address")
        if !draft.candidate.email.value.trimmed.isEmpty && !Candidate.looksLikeEmail(draft.candidate.email.value.trimmed) {
            problems.append(FieldProblem(path: "candidate.email", expected: "an e-mail address", found: "text that is not one"))
        }
        if mobile == .required {
            let phone = draft.candidate.phone?.value.trimmed ?? ""
            need("candidate.phone", phone, "a mobile number")
            if !phone.isEmpty && !looksLikePhone(phone) {
                problems.append(
                    FieldProblem(
                        path: "candidate.phone",
                        expected: "a mobile number of 8 to 15 digits",
                        found: "text that is not one"
                    )
                )
            }
        }
        return problems
    }

    private static func looksLikePhone(_ text: String) -> Bool {
        let digits = text.drop { $0 == "+" }
        guard text.count - digits.count <= 1 else { return false }
        let number = digits.filter { !" -.()".contains($0) }
        return (8...15).contains(number.count) && number.utf8.allSatisfy(\.isASCIIDigit)
    }
}
