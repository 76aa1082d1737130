import Screening

extension Verification {
    /// As ``causes(_:secrets:others:now:)``, for credentials that are sent as they are.
    func credentialCauses(
        _ read: ReadRequest,
        _ failure: VerificationFailure,
        secrets: [String: [Secret]],
        others: [(name: String, secrets: [Secret])]
    ) -> [VerificationCause] {
        let request = read.request
        let live = secretNames.flatMap { secrets[$0] ?? [] }.filter { !$0.value.isEmpty }
        func isOne(_ text: String, _ secrets: [Secret]) -> Bool { secrets.contains { !$0.value.isEmpty && $0.matches(text) } }
        var causes: [VerificationCause] = []
        let given: [String]
        switch self {
        case .basic:
            let text = request.headers["authorization"].flatMap { BasicCredentials.credential(in: $0, scheme: "basic") }
            let pair = text.flatMap { [UInt8](base64: $0) }.map { String(decoding: $0, as: UTF8.self) } ?? request.headers["authorization"] ?? ""
            let halves = pair.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            given = halves
            if halves.count == 2, isOne(halves[0], live) != isOne(halves[1], live) {
                let isUser = isOne(halves[0], live)
                causes.append(
                    VerificationCause(
                        "half",
                        "the \(isUser ? "user name is right and the password is not" : "password is right and the user name is not")"
                    )
                )
            }
            if halves.count == 1, isOne(pair, live) {
                causes.append(VerificationCause("not_basic", "the secret is sent bare, not as Basic credentials"))
            }
            if let credential = request.headers["authorization"].flatMap({ BasicCredentials.credential(in: $0, scheme: "bearer") }),
                isOne(String(credential), live)
            {
                causes.append(VerificationCause("not_basic", "the secret is sent as Bearer, not as Basic"))
            }
        case .bearer(_, let header):
            let value = request.headers[header] ?? ""
            given = [BasicCredentials.credential(in: value, scheme: "bearer").map { String($0) } ?? value, value]
            if header == "authorization", isOne(value, live) {
                causes.append(VerificationCause("no_bearer", "the secret stands in authorization without Bearer before it"))
            }
            if header != "authorization", let bare = BasicCredentials.credential(in: value, scheme: "bearer"), isOne(String(bare), live) {
                causes.append(
                    VerificationCause("extra_bearer", "Bearer stands before the secret in \(header), where the rule wants the secret alone")
                )
            }
        case .token(_, let name):
            given = [request.query[name] ?? ""]
            for (other, value) in request.query.sorted(by: { $0.key < $1.key }) where other != name && isOne(value, live) {
                causes.append(VerificationCause("other_place", "the secret stands in the parameter \(other), not in \(name)"))
            }
        case .hmac, .standardWebhooks, .bodyHMAC, .none: return []
        }
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
            let bare = BasicCredentials.credential(in: value, scheme: "bearer").map { String($0) }
            if case .bearer(_, name) = self { continue }
            if case .basic = self, name == "authorization" { continue }
            if isOne(value, live) || bare.map({ isOne($0, live) }) == true {
                causes.append(VerificationCause("other_place", "the secret stands in the header \(name)"))
            }
        }
        for text in given where !text.isEmpty {
            let trimmed = text.trimmed
            if trimmed != text, isOne(trimmed, live) { causes.append(VerificationCause("white_space", "there is white space around what is sent")) }
            if live.contains(where: { $0.value != $0.value.trimmed && Secret($0.value.trimmed).matches(trimmed) }) {
                causes.append(VerificationCause("secret_white_space", "there is white space around the secret in the settings"))
            }
            if trimmed.count > 2, "\"'".contains(trimmed.first ?? " "), isOne(String(trimmed.dropFirst().dropLast()), live) {
                causes.append(VerificationCause("quotes", "what is sent stands in quotation marks"))
            }
            if live.contains(where: { $0.value != text && Secret($0.value.lowercased()).matches(text.lowercased()) }) {
                causes.append(VerificationCause("case", "only upper and lower case differ"))
            }
            for (name, secrets) in others where isOne(text, secrets) {
                causes.append(VerificationCause("other_secret", "it is the \(name)"))
            }
        }
        var seen: Set<String> = []
        return Array(causes.filter { seen.insert($0.sentence).inserted }.prefix(3))
    }
}
