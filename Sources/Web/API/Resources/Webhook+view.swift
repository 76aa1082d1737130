import Screening

extension WebhookEndpoint {
    static let schema = Schema("Webhook", always: members, sometimes: publicKey)
    static let newSchema = Schema("NewWebhook", always: members, sometimes: secretMembers, "The only time that `secret` is shown")

    private static let publicKey: JSON = ["public_key": .anyText]
    private static let secretMembers: JSON = ["public_key": .anyText, "secret": .anyText]
    private static let members: JSON = [
        "id": .anyText, "url": .anyText, "events": .list(of: .anyText), "connections": JSON.list(of: .anyText).orNull,
        "accounts": JSON.list(of: .anyText).orNull, "enabled": .yesOrNo, "signature": .values(Algorithm.self),
        "keys": .list(of: .object(always: ["created_at": .timestamp, "expires_at": JSON.timestamp.orNull])),
        "disabled": Problem.schema.reference.orNull, "failures": .wholeNumber, "failing_since": JSON.timestamp.orNull,
        "throttled_until": JSON.timestamp.orNull, "from": ["type": "string", "enum": ["api", "settings"]], "created_at": .timestamp,
        "updated_at": .timestamp,
    ]

    /// The endpoint without its secrets; an address's path and query, which may hold one, only for who may change it.
    func view(_ principal: Principal, showingSecret: Bool = false) -> JSON {
        func names(_ names: Set<String>?) -> JSON { names.map { .array($0.sorted().map { .string($0) }) } ?? .null }
        let shown = principal.scopes.contains(.admin) ? url : (URLParts(url)?.origin ?? "") + "/…"
        var view: JSON = [
            "id": .string(id), "url": .string(shown), "events": .array(events.words.map { .string($0) }), "connections": names(connections),
            "accounts": names(accounts), "enabled": .bool(isEnabled), "signature": .string(algorithm.rawValue),
            "keys": .array(keys.map { ["created_at": JSON($0.createdAt), "expires_at": $0.expiresAt.map { JSON($0) } ?? .null] }),
            "disabled": disabled?.json ?? .null, "failures": .int(Int64(health.failures)),
            "failing_since": health.failingSince.map { JSON($0) } ?? .null, "throttled_until": health.throttledUntil.map { JSON($0) } ?? .null,
            "from": isFromSettings ? "settings" : "api", "created_at": JSON(createdAt), "updated_at": JSON(updatedAt),
        ]
        view["public_key"] = keys.first.flatMap { StandardWebhooks.publicKey(of: $0.secret) }.map { .string($0) }
        if showingSecret, algorithm == .hmac { view["secret"] = keys.first.map { .string($0.secret.value) } }
        return view
    }
}

extension WebhookDelivery {
    static let schema = Schema(
        "WebhookDelivery",
        always: [
            "id": .anyText, "webhook": .anyText, "notification": .anyText, "type": .values(Notice.Kind.self), "about": .anyText,
            "state": .values(State.self), "attempt": .wholeNumber, "status": JSON.wholeNumber.orNull, "ms": JSON.wholeNumber.orNull,
            "error": JSON.anyText.orNull, "next_attempt_at": JSON.timestamp.orNull, "created_at": .timestamp,
            "attempts": .list(
                of: .object(
                    always: ["at": .timestamp, "ms": .wholeNumber, "status": JSON.wholeNumber.orNull, "error": JSON.anyText.orNull],
                    sometimes: ["answer": .anyText]
                )
            ),
        ]
    )

    /// The delivery with its attempts; what was answered only for who may read personal data, for a receiver may answer anything.
    func view(_ principal: Principal) -> JSON {
        let shown = attempts.map { attempt -> JSON in
            var view: JSON = [
                "at": JSON(attempt.at), "ms": .int(Int64(attempt.milliseconds)), "status": attempt.status.map { .int(Int64($0)) } ?? .null,
                "error": JSON(attempt.error),
            ]
            if principal.seesPersonal { view["answer"] = attempt.answer.map { .string($0.value) } }
            return view
        }
        let last = shown.last
        return [
            "id": .string(id), "webhook": .string(endpoint), "notification": .string(notice), "type": .string(kind.rawValue),
            "about": .string(subject), "state": .string(state.rawValue), "attempt": .int(Int64(attemptCount)), "status": last?["status"] ?? .null,
            "ms": last?["ms"] ?? .null, "error": last?["error"] ?? .null, "next_attempt_at": nextAttemptAt.map { JSON($0) } ?? .null,
            "created_at": JSON(createdAt), "attempts": .array(shown),
        ]
    }
}
