extension HostAPI {
    static let values: [Part] = [
        Part(
            name: "event",
            kind: .value,
            note: "What an ATS sent, verified: the first argument of `on_event` and, as `request`, of a route.",
            members: [
                field("id", "string", "The event's id."),
                field("kind", "string", "`ats`."),
                field("received_at", "string", "When it came, ISO 8601."),
                field("occurred_at", "string?", "When it happened, ISO 8601, where the manifest's `occurred_at` finds it."),
                field("method", "string", "The method."),
                field("path", "string", "The path after the connection, with a leading slash."),
                field("params", "table<string, string>", "What stands for the `{name}` parts of a route's path."),
                field("query", "table<string, string>", "The query's parameters."),
                field("headers", "table<string, string>", "Header fields, names in lower case."),
                field("body", "any", "What the body says, as the manifest's `body` reads it; nil where a route was called without one."),
                field("raw", "string", "The body's bytes as received."),
            ]
        ),
        Part(
            name: "update",
            kind: .value,
            note: "A change of an order: the first argument of `on_update`.",
            members: [
                field("order", "fairlead.order", "The order as it is now."),
                field("previous", "{state: string, outcome: string?}", "What it was before."),
                field("cause", "\"webhook\"|\"poll\"|\"operator\"|\"submit\"", "What brought the change."),
            ]
        ),
        Part(
            name: "person",
            kind: .value,
            note: """
                Somebody who was erased: the first argument of `on_erase`. Called once the keys are gone, as a run of its own that is tried again like any
                other; by then the orders cannot be found any more. Only what others know the person by, and only of this connection. What was destroyed,
                name and address among it, is not there. How it ends stands in the erasure's certificate, under `told`; the run itself is then destroyed.
                """.replacing("\n", with: " "),
            members: [
                field("erasure", "string", "The erasure's id."),
                field("external_ids", "string[]", "What the ATS knows the person's applications by."),
                field(
                    "orders",
                    "{id: string, external_id: string, account: string, provider: string, provider_ref: string?}[]",
                    "The orders that were, with what the provider knows them by."
                ),
            ]
        ),
        Part(
            name: "notification",
            kind: .value,
            note: "What a notifier is told: the first argument of `on_notification`. Identifiers, states and texts, never personal data.",
            members: [
                field("id", "string", "Its id: the same for every attempt."),
                field("type", "string", "`issue.opened`, `order.updated`, …; see [notifiers](notifiers.md)."),
                field("at", "string", "When it happened, ISO 8601."),
                field("issue", "table<string, any>?", "The issue, where it is about one."),
                field("order", "table<string, any>?", "The order, where it is about one."),
                field("data", "table<string, any>", "All that is told."),
            ]
        ),
        Part(
            name: "order",
            kind: .value,
            note: "What is null is nil to a script.",
            members: [
                field("id", "string", "The order's id."), field("connection", "string", "Its connection."),
                field("account", "string", "Its account."),
                field("provider", "string", "Its provider."), field("external_id", "string", "What the ATS knows it by."),
                field("package", "string", "The provider's package."), field("candidate", "fairlead.candidate", "Whom it is about."),
                field("state", "string", "Where it stands; see [the states](states.md)."),
                field("outcome", "\"clear\"|\"consider\"|\"refer\"|nil", "The result, where there is one. It is advice for a person."),
                field("waiting_on", "\"candidate\"|\"recruiter\"|\"provider\"|\"operator\"|nil", "Whose turn it is."),
                field("provider_ref", "string?", "What the provider knows it by."),
                field("provider_status", "table<string, string>", "The provider's own words."),
                field("report_url", "string?", "Where the report is."),
                field("checks", "fairlead.check[]", "The checks of the package."),
                field("metadata", "table<string, any>", "What the order was placed with."),
                field("problem", "{code: string, message: string, at: string}?", "What is wrong with it."),
                field("created_at", "string", "ISO 8601."), field("updated_at", "string", "ISO 8601."),
                field("caused_by", "{event: string?, run: string}?", "The event and the run that placed it."),
                field("previous", "string?", "The order of the same external id before it."),
                field("replaced_by", "string?", "The order that took its place."),
                field("created", "boolean?", "Of what `ctx.orders.place` gives: whether the call placed it."),
            ]
        ),
        Part(
            name: "candidate",
            kind: .value,
            note: "Empty texts and nulls are left out. Other members of text are handed to the provider as they are; at most 64.",
            members: [
                field("first_name", "string", "Required."), field("last_name", "string", "Required."), field("email", "string", "Required."),
                field("phone", "string?", "Best as `+441632960000`; see `text.phone_e164`."), field("country", "string?", "ISO 3166, two letters."),
            ]
        ),
        Part(
            name: "check",
            kind: .value,
            note: "A check of an order.",
            members: [
                field("name", "string", "Its name."), field("type", "string?", "Its kind."), field("status", "string", "The provider's word."),
                field("category", "string?", "Where the provider gives one."),
            ]
        ),
        Part(
            name: "place_options",
            kind: .value,
            note: "What `ctx.orders.place` takes.",
            members: [
                field("external_id", "string|integer", "What the ATS knows the request by: the same one is the same order."),
                field("candidate", "fairlead.candidate", "Whom to screen."), field("package", "string|integer", "The provider's package."),
                field("account", "string?", "One of the connection's accounts; the first where none is named."),
                field("metadata", "table<string, any>?", "What updates and pinned permissions need later."),
                field("present", "boolean?", "Whether the ATS was just asked and says so at present: a withdrawal before that does not count."),
                field("reorder", "boolean?", "Whether an order that ended without a result before this event gives way to a new one."),
            ]
        ),
        Part(
            name: "start_options",
            kind: .value,
            note: "What `screening.start` takes.",
            members: [
                field("external_id", "string|integer", "What the ATS knows the request by: the same one is the same order."),
                field("candidate", "table<string, any>", "Whom to screen, as `screening.candidate` takes it."),
                field("chosen", "string?", "The package that a person chose for this candidate."),
                field("words", "string[]?", "Names of the job and its department, the most particular first."),
                field("without_email", "string?", "What a person is to do where there is no e-mail address."),
                field("metadata", "table<string, any>?", "What updates and pinned permissions need later."),
                field("present", "boolean?", "Whether the ATS was just asked and says so at present: a withdrawal before that does not count."),
            ]
        ),
        Part(
            name: "find_options",
            kind: .value,
            note: "What `ctx.orders.find` takes.",
            members: [field("external_id", "string|integer", "What the ATS knows the request by.")]
        ),
        Part(
            name: "cancellation",
            kind: .value,
            note: "What `ctx.orders.cancel` gives.",
            members: [field("cancelled", "boolean", "Whether it is cancelled."), field("reason", "\"too_late\"|\"unsupported\"|nil", "Why not.")]
        ),
        Part(
            name: "http_options",
            kind: .value,
            note: """
                At most one of `json`, `form` and `body`. Secrets may stand in `headers`, `query`, `json`, `form`, `body` and `auth`, and go only where
                `secrets.NAME.to` of the manifest says. `accept-encoding`, `host` and the like are the host's to write.
                """,
            members: requestFields
        ),
        Part(
            name: "request_options",
            kind: .value,
            note: "What `ctx.http.request` takes: the options above, and these.",
            members: [
                field("method", "string", "The method."),
                field("url", "string|fairlead.secret", "The URL; or a secret that is one, where `permissions.http` names it."),
            ] + requestFields
        ),
        Part(
            name: "reply",
            kind: .value,
            note: "What an HTTP call gives.",
            members: [
                field("status", "integer", "The HTTP status."), field("headers", "table<string, string>", "Names in lower case."),
                field("body", "string", "The bytes."), field("json", "any", "The decoded body; nil where it is no JSON."),
                field("error", "string?", "Why the connection failed, with `on_error = \"return\"`; all else is then nil."),
            ]
        ),
        Part(
            name: "retry_options",
            kind: .value,
            note: "What `ctx.retry` takes.",
            members: [
                field(
                    "after",
                    "number|string?",
                    "Seconds, or what a `Retry-After` header says; where missing or not understood, the host's own schedule. Never less than a tenth of it."
                ),
                field("reason", "string", "Why, for people."),
                field("keep", "boolean?", "Whether what was only read stays remembered, too."),
            ]
        ),
        Part(name: "kv_options", kind: .value, note: "What `ctx.kv.set` takes.", members: [field("ttl", "number?", "Seconds to keep it.")]),
        Part(name: "package", kind: .value, note: "A package.", members: [field("id", "string", "Its id."), field("name", "string", "Its name.")]),
        Part(
            name: "connection",
            kind: .value,
            note: "The connection that a script runs for.",
            members: [
                field("id", "string", "Its name."), field("plugin", "string", "Its plugin."),
                field("accounts", "string[]", "The accounts it may order from; the first is the default."),
            ]
        ),
        Part(
            name: "account",
            kind: .value,
            note: "The account that a provider's script speaks for.",
            members: [
                field("id", "string", "Its name."), field("environment", "string?", "`staging` or `production`, where it has one."),
                field("base_url", "string", "Where the provider is called, without a trailing slash."),
            ]
        ),
        Part(
            name: "run",
            kind: .value,
            note: "The run that a hook is called in.",
            members: [field("id", "string", "Its id."), field("attempt", "integer", "Counted from 1.")]
        ),
        Part(
            name: "secret",
            kind: .value,
            note: """
                A placeholder. Encoding, joining or printing it does not yield the value. Replies are scrubbed of values: as they are, percent-encoded,
                escaped as in JSON or HTML, in base64 and in hexadecimal, in headers too. Scrubbing is a net, not a wall: a host that may be sent a
                secret and gives it back reversed, cut up, in another case or enciphered shows it to the script. What keeps a secret is `secrets.NAME.to`.
                """,
            members: []
        ),
    ]

    private static let requestFields = [
        field("headers", "table<string, string|fairlead.secret>?", "Header fields."),
        field("query", "table<string, any>?", "The query's parameters."),
        field("json", "any", "A body in JSON."), field("form", "table<string, any>?", "A body of form fields."),
        field("body", "string|fairlead.secret|nil", "A body as it is."),
        field("auth", "{bearer: string|fairlead.secret}|{basic: any[]}|nil", "`{bearer = …}` or `{basic = {user, password}}`."),
        field("timeout", "number?", "Seconds (10)."),
        field("on_error", "\"return\"|\"retry\"|nil", "What a failed connection does: the attempt ends, or the call returns `{error = \"…\"}`."),
        field("creates", "boolean?", "In a provider's `submit`: false for a call that only prepares, and orders nothing."),
        field(
            "sign",
            "{standard_webhooks: fairlead.secret, id: string}?",
            "Signs the request as Standard Webhooks whenever it is sent. The secret is base64, with or without `whsec_`; other text is the key itself."
        ),
    ]
}
