extension HostAPI {
    /// The members of `ctx` that only the scripts of providers have.
    package static let ofProviders: Set = ["account", "ok"]

    static let context = Part(
        name: "ctx",
        kind: .context,
        note: """
            The last argument of every hook, and all that a script can reach. Reading something it does not have is an error with a suggestion.
            Every call that asks the host is a step: done once, remembered, and answered the same when the run is tried again. Sent again are HTTP calls that did
            not connect or were answered 408, 425, 429 or 500 and above, with the same `Idempotency-Key`. After `ctx.retry` the run looks again: what it only
            read since it last changed something (`http` GET and HEAD, `kv.get`, `orders.get`, `orders.find`, `packages`) is asked anew, and may lead the
            script to other calls; what it changed, and everything before that, stays remembered. `ctx.retry { keep = true, … }` remembers all of it.
            """,
        members: [
            field("settings", "table<string, any>", "The connection's settings, with the manifest's defaults."),
            field("connection", "fairlead.connection", "The connection: `{id, plugin, accounts}`."),
            field("account", "fairlead.account", "Of a provider's script, in place of `connection`: the account that the hook speaks for."),
            field(
                "run",
                "fairlead.run",
                "The run: `{id, attempt}`. `attempt` must not go into a step's request, for it differs when the run is tried again."
            ),
            field(
                "secret",
                "table<string, fairlead.secret>",
                "`ctx.secret.NAME`: a placeholder for a secret of the manifest, for `ctx.http` and `crypto.hmac`. The script never sees the value."
            ),
            field("orders", "fairlead.orders", "Placing, finding and cancelling orders of this connection."),
            field("http", "fairlead.http", "Calls to the origins that the manifest's `permissions.http` lists."),
            field("kv", "fairlead.kv", "What the connection remembers from one run to the next."),
            field("log", "fairlead.log", "Lines of the run's log."),
            function(
                "packages",
                [("account?", "string")],
                "fairlead.package[]",
                "The packages of an account, the connection's first where none is named."
            ),
            function("now", [], "number", "The time in seconds since 1970."),
            function("uuid", [], "string", "A random UUID."),
            function("random", [], "number", "A random number from 0 up to, not including, 1."),
            function("reject", [("message", "string")], "nil", "Ends the run and tells the ATS why. A route answers 422 with `{\"message\"}`."),
            function("skip", [("reason", "string")], "nil", "Ends the run: there is nothing to do."),
            function("park", [("reason", "string")], "nil", "Ends the run until a person retries or discards it."),
            function(
                "ok",
                [("reply", "fairlead.reply"), ("path?", "string")],
                "any",
                """
                Of a provider's script: the decoded body of a reply of 2xx. Any other reply ends the hook as the provider's answer, with the message \
                at `path` of its body, such as `error.message`.
                """
            ),
            function("retry", [("options", "fairlead.retry_options")], "nil", "Ends the attempt; the run is tried again later, and looks again."),
        ]
    )

    static let contextParts: [Part] = [
        Part(
            name: "ctx.orders",
            kind: .context,
            note: "Orders of this connection. Another connection's can be neither found nor cancelled.",
            members: [
                function(
                    "place",
                    [("options", "fairlead.place_options")],
                    "fairlead.order",
                    """
                    Places an order and gives it, with `created`. The same `external_id` on one connection gives the same order, whatever else is asked for. \
                    With `reorder = true` an order that was refused, cancelled or given up before this event happened, and surely is not at the provider, gives \
                    way to a new one; one that is open or completed never does, nor for an older or repeated event. \
                    What is missing or malformed is an error that names the field.
                    """
                ),
                function("get", [("id", "string")], "fairlead.order?", "The order of that id, or nil."),
                function("find", [("options", "fairlead.find_options")], "fairlead.order?", "The order of that external id, or nil."),
                function(
                    "withdraw",
                    [("options", "fairlead.find_options")],
                    "fairlead.order?",
                    """
                    The candidate was withdrawn: gives the order of that external id to cancel, or nil. What was asked for before the withdrawal places no \
                    order any more: that run ends `skipped`. Where the manifest's `occurred_at` says of one of both no time, a request that is received \
                    later is `parked`, and a person's `run retry` orders. A withdrawal from before the order was asked for ends `skipped` itself.
                    """
                ),
                function(
                    "cancel",
                    [("id", "string"), ("reason?", "string")],
                    "fairlead.cancellation",
                    "Asks the provider to cancel: `{cancelled = true}`, or `{cancelled = false, reason = \"too_late\"}` or `\"unsupported\"`."
                ),
            ]
        ),
        Part(
            name: "ctx.http",
            kind: .context,
            note: """
                Any HTTP status is returned; redirects are not followed. A connection that fails or times out ends the attempt, and the run is tried
                again, unless `on_error = "return"`. A URL that the manifest does not permit is an error that `pcall` can catch. Every request
                but GET and HEAD carries an `Idempotency-Key`, the same whenever the step is sent again.
                """,
            members: ["get", "post", "put", "patch", "delete"].map { method in
                function(
                    method,
                    [("url", "string|fairlead.secret"), ("options?", "fairlead.http_options")],
                    "fairlead.reply",
                    "Sends a \(method.uppercased()) request."
                )
            } + [function("request", [("options", "fairlead.request_options")], "fairlead.reply", "Sends a request of any method.")]
        ),
        Part(
            name: "ctx.kv",
            kind: .context,
            note: "Values that JSON can hold, up to 64 KB each, by connection.",
            members: [
                function("get", [("key", "string")], "any", "The value, or nil."),
                function("set", [("key", "string"), ("value", "any"), ("options?", "fairlead.kv_options")], "", "Keeps a value; `ttl` in seconds."),
                function("delete", [("key", "string")], "", "Forgets a value; nothing where there is none."),
            ]
        ),
        Part(
            name: "ctx.log",
            kind: .context,
            note: "Personal data is taken out of what is logged. `print` writes at level info.",
            members: ["debug", "info", "warn"].map { function($0, [("message", "string"), ("fields?", "table<string, any>")], "", "Logs a line.") }
        ),
    ]
}
