import Screening

/// The schemas of what the API shows.
enum Schemas {
    static let all = JSON.Members([
        ("Problem", problem), ("Candidate", candidate), ("Order", order), ("Check", check), ("OrderProblem", orderProblem),
        ("TimelineEntry", timelineEntry), ("Actor", actor), ("Event", event), ("Run", run), ("Step", step), ("Account", account),
        ("Package", package),
        ("Connection", connection), ("Provider", provider), ("Plugin", plugin), ("Capabilities", capabilities),
        ("Token", token(isNew: false)), ("NewToken", token(isNew: true)),
    ])

    private static let maybeMoment: JSON = ["type": ["string", "null"], "format": "date-time"]
    private static let maybeText: JSON = ["type": ["string", "null"]]
    private static let whole: JSON = ["type": "integer"]
    private static let truth: JSON = ["type": "boolean"]
    private static let texts: JSON = ["type": "array", "items": ["type": "string"]]

    private static func object(_ properties: JSON, required: [JSON] = [], _ description: String? = nil) -> JSON {
        var schema: JSON = ["type": "object", "properties": properties]
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["description"] = description.map { .string($0) }
        return schema
    }

    private static func wordsOrNull<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> JSON {
        ["enum": .array(Word.allCases.map { .string($0.rawValue) } + [.null])]
    }

    private static let problem = object(
        ["type": .anyText, "title": .anyText, "status": whole, "detail": .anyText, "code": .anyText],
        required: ["type", "title", "status", "detail", "code"],
        "A problem as RFC 9457 has it"
    )

    private static let candidate = object(
        ["first_name": .anyText, "last_name": .anyText, "email": .anyText, "phone": .anyText, "country": .anyText],
        required: ["first_name", "last_name", "email"]
    )

    private static let order = object(
        [
            "id": .anyText, "connection": .anyText, "account": .anyText, "provider": .anyText, "external_id": .anyText, "package": .anyText,
            "candidate": .reference("Candidate"), "state": .words(OrderState.self), "outcome": wordsOrNull(Outcome.self),
            "waiting_on": wordsOrNull(Party.self), "provider_ref": maybeText, "provider_status": .anyObject, "report_url": maybeText,
            "checks": ["type": "array", "items": .reference("Check")], "metadata": .anyObject,
            "problem": ["oneOf": [.reference("OrderProblem"), ["type": "null"]]], "created_at": .moment, "updated_at": .moment,
            "next_attempt_at": maybeMoment, "next_read_at": maybeMoment,
        ],
        required: ["id", "connection", "account", "provider", "external_id", "package", "state", "created_at", "updated_at"],
        "Without read_personal there is no candidate, report_url, metadata or check's name"
    )

    private static func token(isNew: Bool) -> JSON {
        var properties: JSON = [
            "id": .anyText, "name": .anyText, "scopes": ["type": "array", "items": .words(Scope.self)],
            "connections": ["type": ["array", "null"], "items": .anyText],
            "created_at": .moment, "expires_at": maybeMoment,
        ]
        var required: [JSON] = ["id", "name", "scopes", "connections", "created_at", "expires_at"]
        if isNew {
            properties["token"] = .anyText
            required.append("token")
        }
        return object(properties, required: required, isNew ? "The only time that `token`, the secret, is told" : nil)
    }

    private static let check = object(["name": .anyText, "type": maybeText, "category": .anyText, "status": .anyText], required: ["status"])
    private static let orderProblem = object(["code": .anyText, "message": .anyText, "at": .moment], required: ["code", "message", "at"])
    private static let timelineEntry = object(
        [
            "at": .moment, "kind": .anyText, "text": .anyText, "details": .anyObject,
            "actor": ["oneOf": [.reference("Actor"), ["type": "null"]]], "note": maybeText,
        ],
        required: ["at", "kind", "text", "details", "actor"],
        "note only with read_personal"
    )

    private static let actor = object(
        ["kind": ["type": "string", "enum": ["token", "person", "script", "system"]], "id": maybeText, "name": maybeText],
        required: ["kind", "id", "name"]
    )

    private static let event = object(
        [
            "id": .anyText, "kind": .words(Event.Kind.self), "connection": maybeText, "account": maybeText, "order": maybeText, "path": .anyText,
            "received_at": .moment, "state": .words(Event.State.self), "problem": ["oneOf": [.reference("OrderProblem"), ["type": "null"]]],
            "duplicate_count": whole, "runs": texts, "request": .anyObject,
        ],
        required: ["id", "kind", "received_at", "state"],
        "request only for one event and with read_personal"
    )

    private static let run = object(
        [
            "id": .anyText, "connection": .anyText, "plugin": .anyText, "plugin_version": .anyText, "script": .anyText, "hook": .anyText,
            "event": maybeText,
            "order": maybeText, "state": .words(Run.State.self), "attempt": whole, "next_attempt_at": maybeMoment,
            "result": ["type": ["object", "null"]], "error": ["type": ["object", "null"]],
            "earlier_errors": ["type": "array", "items": .anyObject], "logs": ["type": "array", "items": .anyObject],
            "created_at": .moment, "ended_at": maybeMoment, "steps": ["type": "array", "items": .reference("Step")],
            "input": ["type": "object", "description": "What the hook was called with, for read_personal"],
        ],
        required: ["id", "connection", "hook", "state", "attempt", "created_at"],
        "steps only for one run"
    )

    private static let step = object(
        ["n": whole, "kind": .anyText, "request": [:], "reply": [:], "at": .moment, "ms": ["type": ["integer", "null"]], "attempts": whole],
        required: ["n", "kind", "at"]
    )

    private static let account = object([
        "id": .anyText, "provider": .anyText, "environment": maybeText, "base_url": .anyText, "capabilities": .reference("Capabilities"),
        "poll": maybeText,
        "results_per_minute": ["type": ["integer", "null"]],
    ])
    private static let package = object(["id": .anyText, "name": .anyText], required: ["id", "name"])
    private static let connection = object([
        "id": .anyText, "plugin": .anyText, "plugin_version": .anyText, "accounts": texts, "hooks": texts, "settings": .anyObject, "secrets": texts,
    ])
    private static let provider = object(["name": .anyText, "title": .anyText, "capabilities": .reference("Capabilities"), "environments": texts])
    private static let plugin = object(["name": .anyText, "version": .anyText, "contract": whole, "kind": .anyText, "title": .anyText])
    private static let capabilities = object([
        "packages": truth, "report": truth, "webhooks": truth, "signed_webhooks": truth, "timestamped_webhooks": truth, "cancel": maybeText,
        "find": truth, "idempotent_create": truth,
    ])
}
