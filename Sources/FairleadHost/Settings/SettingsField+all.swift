import Pipeline
import Screening

extension SettingsField {
    /// Every key of a settings file beyond accounts and connections.
    package static let all: [SettingsField] = [
        SettingsField("server.host", \.server.host, .text, .restart, starter: "127.0.0.1", "The address to listen on."),
        SettingsField(
            "server.port",
            \.server.port,
            .integer(0...65_535),
            .restart,
            starter: "8080",
            "The port to listen on; 0 lets the system choose."
        ),
        SettingsField(
            "server.public_url",
            \.server.publicURL,
            .baseURL,
            .restart,
            example: "https://screening.example.test",
            "How ATSs and providers reach this host. Without it providers get no callback address and are polled."
        ),
        SettingsField("server.max_body", \.server.maxBody, .size(1024...100 << 20), .restart, "The largest body taken; more is answered 413."),
        SettingsField(
            "server.max_connections",
            \.server.maxConnections,
            .integer(1...1_000_000),
            .restart,
            "How many connections may be open at once."
        ),
        SettingsField(
            "server.body_budget",
            \.server.bodyBudget,
            .size(1 << 20...64 << 30),
            .restart,
            "How much memory all bodies under way may take together; at least `server.max_body`."
        ),
        SettingsField(
            "server.trusted_proxies",
            \.server.trustedProxies,
            .trustedProxies,
            .restart,
            example: "{ from: [10.0.0.5/32], header: X-Remote-User, scopes: [order] }",
            "Proxies that sign people in for the dashboard and name them in a header, which they must take away where a browser sent it. `from` is where they "
                + "are, `scopes` what these people may. Others sign in with a token."
        ),
        SettingsField(
            "store.url",
            \.store,
            .store,
            .restart,
            initial: "sqlite:fairlead.db",
            starter: "\"sqlite:fairlead.db\"",
            "`sqlite:FILE` for one process and nothing to install, or `postgres://USER@HOST/DATABASE` for any number of replicas; libpq's own options "
                + "(`?sslmode=verify-full`, several hosts, …) are honoured, and PgBouncer in transaction mode is noticed by itself."
        ),
        SettingsField(
            "encryption.keys",
            \.encryptionKeys,
            .encryptionKeys,
            .restart,
            starter: "[\"${env:FAIRLEAD_KEY}\"]",
            "Base64 of 32 bytes each; `fairlead key new` prints one. The first seals the store, all open it. Keep a copy: without it the data is lost. "
                + "Without a key the host serves on loopback only."
        ),
        SettingsField(
            "encryption.allow_unsealed",
            \.servesUnsealed,
            .yesOrNo,
            .restart,
            initial: "false",
            "Whether to serve without a key although `server.public_url` is an address that others reach: people's data is then readable to whoever can read "
                + "the store."
        ),
        SettingsField(
            "admin.token",
            \.adminToken,
            .secret,
            .live,
            starter: "\"${env:FAIRLEAD_ADMIN_TOKEN}\"",
            "The first token for the API and the dashboard, at least 12 characters; it may do everything. `openssl rand -base64 32` makes one that nobody "
                + "guesses, `fairlead token create` further ones with less power."
        ),
        SettingsField(
            "plugins.paths",
            \.pluginPaths,
            .folders,
            .live,
            initial: "[plugins]",
            "The folders that hold plugins; of two of a name the first stands. Without it `plugins` beside this file, then the plugins that came with the "
                + "program: in `plugins` beside it, or in `../share/fairlead/plugins` from a `bin`."
        ),
        SettingsField(
            "network.allow",
            \.allowedNetworks,
            .addressRanges,
            .live,
            starter: "[]",
            "Ranges outside the public internet that may be called, such as `10.1.0.0/16`, or `127.0.0.0/8` while trying things out with `fairlead "
                + "simulate`. Providers at such an address need it too. IPv4 ranges are written as IPv4, not as `::ffff:…`."
        ),
        SettingsField("workers.count", \.workers.count, .workerCount, .restart, initial: "auto", "How many worker processes run scripts."),
        SettingsField(
            "workers.path",
            \.workers.path,
            .program,
            .restart,
            initial: "beside `fairlead`",
            example: "/usr/bin/fairlead-lua",
            "The worker's program."
        ),
        SettingsField(
            "workers.confinement",
            \.workers.confinement,
            .word(),
            .restart,
            "`best_effort`: serve even where the system cannot confine a worker, and say so."
        ),
        SettingsField(
            "workers.isolation",
            \.workers.isolation,
            .word(),
            .restart,
            "`in_process`: scripts run in the host itself; only for scripts you trust as much as the host."
        ),
        SettingsField(
            "workers.limits",
            \.workers.limits,
            .scriptLimits,
            .live,
            initial: "the defaults",
            example: "{ memory_mb: 64, run_seconds: 60 }",
            "The most that a plugin may use, whatever its manifest asks for."
        ),
        SettingsField(
            "retries.attempts",
            \.retries.attempts,
            .integer(1...100),
            .restart,
            "Attempts at a run or a submission whose failure may pass."
        ),
        SettingsField(
            "retries.span",
            \.retries.span,
            .duration(.seconds(1) ... .seconds(30 * 86_400)),
            .restart,
            "The time from the first of them to the last: quickly at first, then spread evenly. `Retry-After` and `ctx.retry` go before it."
        ),
        SettingsField(
            "retries.script_errors",
            \.retries.scriptErrors,
            .integer(1...20),
            .restart,
            "Attempts at a run whose script raised an error of its own, within half a minute."
        ),
        SettingsField(
            "health.patience",
            \.patience,
            .duration(.seconds(1) ... .seconds(86_400)),
            .restart,
            "How long accepted work may be due without being attempted before `/readyz` fails."
        ),
        SettingsField(
            "telemetry.otlp",
            \.telemetry.otlp,
            .baseURL,
            .restart,
            example: "http://collector:4318",
            "An OpenTelemetry collector that traces and metrics are sent to by OTLP over HTTP, without `/v1/traces`. It is yours: `network.allow` need not name "
                + "it. `/metrics` is there in any case."
        ),
        SettingsField(
            "telemetry.authorization",
            \.telemetry.authorization,
            .secret,
            .restart,
            "The value of the `Authorization` header that the collector asks for, such as `Bearer …`."
        ),
        SettingsField(
            "telemetry.sample_percent",
            \.telemetry.samplePercent,
            .integer(0...100),
            .restart,
            "Of a hundred traces, how many are recorded; all spans of one or none, on all replicas where they have `encryption.keys`."
        ),
        SettingsField(
            "access.reasons",
            \.accessReasons,
            .word(),
            .live,
            "`required`: who reads personal data says why in the header `Access-Reason`; it is kept, sealed, in the audit."
        ),
        SettingsField(
            "erasure.window",
            \.erasureWindow,
            .duration(.seconds(86_400) ... .seconds(3650 * 86_400)),
            .live,
            "How long copies of the data keys are kept, at most: the certificate of an erasure says so long older copies may open what was erased."
        ),
        SettingsField(
            "retention.events",
            \.retention.events,
            .age,
            .live,
            initial: "none",
            example: "90d",
            "How long raw deliveries are kept, with their runs and steps. See [retention](retention.md)."
        ),
        SettingsField(
            "retention.reports",
            \.retention.reports,
            .age,
            .live,
            initial: "none",
            example: "1y",
            "How long what providers said is kept once an order has ended: webhooks, answers, checks, report links, the timeline."
        ),
        SettingsField(
            "retention.candidates",
            \.retention.candidates,
            .age,
            .live,
            initial: "none",
            example: "2y",
            "How long it is kept whose an order was, once it has ended. Then its key is destroyed; that it was ordered is not forgotten."
        ),
        SettingsField(
            "backup.path",
            \.backup.path,
            .newFolder,
            .restart,
            example: "/var/backups/fairlead",
            "The folder that the host puts backups into by itself, one replica for all; without it, it makes none. Each is `fairlead-TIME.backup` with "
                + "`fairlead-TIME.backup.keys` beside it, opened and checked before an older one goes."
        ),
        SettingsField("backup.every", \.backup.every, .duration(.seconds(60) ... .seconds(30 * 86_400)), .restart, "The time between two backups."),
        SettingsField("backup.keep", \.backup.keep, .integer(1...10_000), .restart, "How many backups are kept."),
        SettingsField("reload", \.reload, .word(), .live, "`watch`: take changes over when a file is saved, as after SIGHUP."),
    ]
}
