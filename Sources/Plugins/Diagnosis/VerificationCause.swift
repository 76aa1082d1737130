public import Screening

/// A reason why a request was refused that fits: with this mended it would have been accepted.
public struct VerificationCause: Sendable, Equatable {
    /// A word for programs.
    public let code: String
    /// A sentence for people, without a secret.
    public let sentence: String

    public init(_ code: String, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    func and(_ other: VerificationCause) -> VerificationCause {
        VerificationCause("\(code)+\(other.code)", "\(sentence); and \(other.sentence)")
    }
}

extension Verification {
    /// What a refused request would have been accepted as, the likeliest first: each is tried with the rule itself. Empty where nothing that is known fits.
    ///
    /// - Parameters:
    ///   - others: secrets elsewhere, by what to call them, such as `connection acme, secret signing`.
    ///   - now: the present time, for schemes that sign it.
    public func causes(
        _ read: ReadRequest,
        secrets: [String: [Secret]],
        others: [(name: String, secrets: [Secret])] = [],
        now: Timestamp
    ) -> [VerificationCause] {
        guard let failure = failure(read, secrets: secrets, now: now) else { return [] }
        let elsewhere =
            secrets.filter { !secretNames.contains($0.key) }.sorted { $0.key < $1.key }.map { (name: "secret \($0.key)", secrets: $0.value) } + others
        guard let trial = SignatureTrial(self, read, secrets: secrets) else {
            return credentialCauses(read, failure, secrets: secrets, others: elsewhere)
        }
        if case .timestampOutside(let sent, _, let isOld, _) = failure, verify(read, secrets: secrets, now: sent) {
            let what =
                isOld
                ? "but for its age it is right: it would have been accepted at \(sent.iso8601)"
                : "but for its timestamp it is right: the sender's clock is ahead of this one, or it counts in another unit"
            return [VerificationCause(isOld ? "only_old" : "only_ahead", what)]
        }
        return SignatureSearch(trial: trial, secrets: secretNames.flatMap { secrets[$0] ?? [] }, others: elsewhere).causes()
    }

    /// The signature that a request would have been accepted with, as it stands in its header, by the first secret. Whoever has it can send this request:
    /// it is to be shown only to somebody who asks for it. Nil for schemes that do not sign, and where something to sign is missing.
    public func rightSignature(_ read: ReadRequest, secrets: [String: [Secret]]) -> String? {
        SignatureTrial(self, read, secrets: secrets)?.rightSignature
    }

    /// Which of a list of secrets a request was accepted by, counted from one; nil where there is one secret, and for schemes without.
    public func acceptedBy(_ read: ReadRequest, secrets: [String: [Secret]], now: Timestamp) -> Int? {
        guard let name = secretNames.first, let list = secrets[name], list.count > 1 else { return nil }
        return list.indices.first { index in
            verify(read, secrets: secrets.merging([name: [list[index]]]) { $1 }, now: now)
        }.map { $0 + 1 }
    }
}
