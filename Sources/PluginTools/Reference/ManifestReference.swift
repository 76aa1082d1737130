import Plugins

/// Every key of `plugin.yaml`, and the page made of them. A test checks the reader of manifests against it.
public enum ManifestReference {
    /// An object of a manifest.
    struct Block {
        /// Its place in the reference.
        let title: String
        let note: String
        let keys: [Key]
    }

    /// A key of an object.
    struct Key {
        let name: String
        let value: String
        let note: String

        init(_ name: String, _ value: String, _ note: String) {
            self.name = name
            self.value = value
            self.note = note
        }
    }

    static let blocks = [
        Block(
            title: "plugin.yaml",
            note: "Data only: it is read without running anything. An unknown key is an error with a suggestion.",
            keys: [
                Key("name", "text, required", "The folder's name, too."), Key("version", "text, required", "Every run records it."),
                Key("contract", "1, required", "What host and plugin agree on. A host refuses a contract that it does not know."),
                Key("kind", "ats, provider or notifier, required", "What the plugin speaks to."), Key("title", "text", "Its name for people."),
                Key("settings", "JSON Schema of an object", "What a connection may set; see below."),
                Key("secrets", "object", "A secret's name, and what it is; see below."),
                Key("inbound", "list", "Which requests are taken in; the first whose path matches stands, for routes too. No match is answered 404."),
                Key("permissions", "object", "Which origins scripts may call; see below."),
                Key("callbacks", "object", "Addresses that orders and deliveries name to be called back; see below."),
                Key("limits", "object", "What its runs may use, where that is not the default. An operator's `workers.limits` caps it."),
            ]
        ),
        Block(
            title: "secrets.NAME",
            note:
                "Scripts use a secret as `ctx.secret.NAME` and never see its value. A connection may give a list: all are accepted, the first signs.",
            keys: [
                Key("title", "text", "A line for people."), Key("required", "true or false", "Whether a connection must have it (false)."),
                Key(
                    "to",
                    "list of origins",
                    "The only origins that it may be sent to, or sign for. Without it those of `permissions.http` that are written out or that settings "
                        + "name; never one that an order, a delivery or a secret names, which must be written here."
                ),
            ]
        ),
        Block(
            title: "callbacks",
            note:
                "For entries of `permissions.http` and of a secret's `to` that are `${order.…}` or `${request.…}` alone: whoever may send a delivery chooses "
                + "such an address. A connection's `callback_hosts` says which it may be. Where neither says so, `check` and `serve` refuse the connection.",
            keys: [
                Key(
                    "hosts",
                    "list",
                    "The ATS's own hosts, where its documents name them: `https://*.ats.example.com` stands for every host below. They hold where a connection "
                        + "has no `callback_hosts`."
                ),
                Key("setting", "dotted name", "The setting without which deliveries name no address; `callback_hosts` is needed only beside it."),
            ]
        ),
        Block(
            title: "inbound[]",
            note: "Verified over the raw bytes, in constant time; a request that fails is answered 401.",
            keys: [
                Key("path", "text, required", "After `/ats/CONNECTION`, exact; `/*` at its end stands for the rest of the path."),
                Key("verify", "object, required", "How a request proves where it comes from; by `scheme`, below."),
                Key("dedupe", "object or none", "When two deliveries are one; `none`: never (`{ body_hash: true, within: 10m }`)."),
                Key("body", "json, form or text", "How the body is read; see below (`json`)."),
                Key("occurred_at", "object", "Where a delivery says when it happened."),
                Key("group", "object", "What a delivery belongs to: those of one group are worked on one at a time, in the order received."),
                Key("handshake", "object", "A request that is only to be echoed."),
            ]
        ),
        Block(
            title: "inbound[].dedupe",
            note:
                "One of the first three, or one of the first two with `body_hash`: both must be equal. A header or a value that is not among what is signed never decides alone: the body must be equal, too. What is signed only in a row with others (`${body.PATH}`, or `${header.NAME}` without a text behind it that its value does not hold) is compared with all that is signed. A delivery without it is known by its body. A duplicate is answered 200 with the first event's id and `\"duplicate\": true`, orders nothing, and is counted: in the event's `duplicate_count` and in `fairlead_intake_total`.",
            keys: [
                Key("header", "text", "Equal in this header."), Key("body", "dotted path", "Equal at this place of the body."),
                Key("body_hash", "true", "Equal bodies, and equal parameters of the URL."),
                Key(
                    "within",
                    "time, such as 10m",
                    "How long after the first one others are duplicates (`body_hash`: 10m; else as long as the first is kept)."
                ),
            ]
        ),
        Block(
            title: "inbound[].occurred_at",
            note:
                "One of these. ISO 8601 in its usual spellings (without a zone: UTC), an HTTP date, or seconds or milliseconds since 1970; anything else, and a "
                + "date without a time, counts as not said. With it an older delivery that comes late does not undo a newer one.",
            keys: [
                Key("body", "dotted path, or a list", "At this place of the body; of several the first that says it."),
                Key("header", "text", "In this header."),
            ]
        ),
        Block(
            title: "inbound[].group",
            note:
                "One of these, such as the application's id. A delivery that waits for its next attempt holds up those behind it; one that gave up or was "
                + "discarded does not. Routes are answered at once, whatever their group.",
            keys: [
                Key("body", "dotted path, or a list", "Text or a whole number at this place of the body; of several the first that has one."),
                Key("header", "text", "In this header."),
            ]
        ),
        Block(
            title: "inbound[].handshake",
            note: "Such as `{ echo_header: X-Hook-Secret }`.",
            keys: [Key("echo_header", "text, required", "A request with this header is answered 200 with the same header.")]
        ),
        Block(
            title: "plugin.yaml of a provider",
            note:
                "With `kind: provider` these, too. Settings and secrets are an account's then, and `inbound` is the one way that its webhooks come.",
            keys: [
                Key("capabilities", "object, required", "What can be done; what is not listed is never called."),
                Key("environments", "object", "A base URL for each environment; without it an account gives its `base_url`."),
                Key("poll", "time, such as 15m", "How often an order is read that changed within a day (15m)."),
                Key("results_per_minute", "whole number", "Reads at most."),
                Key("candidate", "object", "What of a candidate the provider needs."),
            ]
        ),
        Block(
            title: "candidate",
            note: "",
            keys: [
                Key(
                    "required",
                    "list",
                    "Fields that an order must have, beside names and e-mail address: `phone`, `country`. Without them it is refused."
                )
            ]
        ),
        Block(
            title: "capabilities",
            note: "Each `true` promises a hook of the script.",
            keys: [
                Key("packages", "true or false", "`packages(ctx)` lists packages."),
                Key("report", "true or false", "`report(reference, ctx)` reads an order."),
                Key("webhooks", "true or false", "`interpret(webhook, ctx)` reads a webhook."),
                Key("signed_webhooks", "true or false", "`inbound` verifies them."),
                Key("timestamped_webhooks", "true or false", "They carry a signed timestamp."),
                Key("cancel", "true, false or words", "`cancel(reference, ctx)`; words say until when."),
                Key("find", "true or false", "`find(order, ctx)` finds an order whose answer was lost."),
                Key("requests", "true or false", "`requests(order, ctx)` lists the requests among which a person may look for a lost one."),
                Key("idempotent_create", "true or false", "Creating twice with one key creates once."),
            ]
        ),
        Block(
            title: "permissions",
            note: "",
            keys: [Key("http", "list of origins", "What `ctx.http` may call; see below. `${secret.NAME}` by itself: a secret that is a whole URL.")]
        ),
        Block(
            title: "limits",
            note: "Whole numbers.",
            keys: ScriptLimits.Name.allCases.map { Key($0.rawValue, "\($0.range.lowerBound)–\($0.range.upperBound)", limits[$0] ?? "") }
        ),
    ]

    /// The keys of `verify` beside `scheme`.
    static let schemes: [(scheme: String, keys: [Key])] = [
        (
            "hmac",
            [
                Key("secret", "name, required", "The secret."), Key("header", "text, required", "The header with the code."),
                Key("part", "text", "Of a header such as `t=…,v1=…`, the name before `=`; several parts of that name are several codes."),
                Key("algorithm", "sha1, sha256 or sha512", "(sha256); `check` warns of sha1."),
                Key("encoding", "hex, base64, base64url or hex_base64", "(hex)"),
                Key("prefix", "text", "What stands before each code, such as `sha256=`."),
                Key("signed", "template", "What is signed, of `${body}`, `${header.NAME}`, `${header.NAME.PART}` and `${body.path}` (`${body}`)."),
                Key("list", "text", "What separates several codes in the header."),
                Key(
                    "timestamp",
                    "object",
                    "`{header, part, tolerance}`: a signed timestamp, and how far off it may be. A `part` alone is one of the same header."
                ),
            ]
        ),
        (
            "standard_webhooks",
            [
                Key("secret", "name, required", "The secret: base64, with or without `whsec_`."),
                Key("header_prefix", "text", "What stands before `-id`, `-timestamp` and `-signature`, such as `svix` (`webhook`)."),
            ]
        ),
        (
            "basic",
            [
                Key("username", "name, required", "The secret that is the user name."),
                Key("password", "name", "The secret that is the password; a missing one must be empty."),
            ]
        ),
        (
            "bearer",
            [
                Key("secret", "name, required", "The secret."),
                Key("header", "text", "The header: after `Bearer ` in `authorization`, else its whole value (`authorization`)."),
            ]
        ),
        (
            "body_hmac",
            [
                Key("secret", "name, required", "The secret."), Key("signature", "dotted path, required", "Where the code stands in the body."),
                Key("signed", "template, required", "What is signed; what it does not name is not covered."),
                Key("algorithm", "sha1, sha256 or sha512", "(sha256); `check` warns of sha1."),
                Key("encoding", "hex, base64, base64url or hex_base64", "(hex)"),
            ]
        ),
        (
            "token",
            [
                Key("secret", "name, required", "The secret."),
                Key(
                    "query",
                    "text, required",
                    "The parameter of the URL that holds it; it is neither stored nor logged. `check` warns: others log URLs."
                ),
            ]
        ), ("none", []),
    ]

    private static let limits: [ScriptLimits.Name: String] = [
        .sliceMilliseconds: "Milliseconds of CPU between two host calls (250).", .runSeconds: "Seconds of a run without its waits (60).",
        .memoryMegabytes: "Megabytes of memory (64).", .outputKilobytes: "Kilobytes of a call's arguments, the result, all log lines (1024).",
        .replyKilobytes: "Kilobytes of a reply's body (1024).", .steps: "Host calls of a run (200).", .logLines: "Log lines of a run (500).",
        .nesting: "How deeply values are nested (64).", .repliesMegabytes: "Megabytes of all replies of a run (16).",
        .journalMegabytes: "Megabytes of all that a run's steps hold: calls and replies (32).", .orders: "Orders of a run (20).",
        .ordersPerHour: "Orders of a connection's scripts in an hour (1000).",
        .valueMegabytes: "Megabytes of what a connection's scripts keep (16).",
        .storedMegabytesPerDay: "Megabytes of a connection that are stored in a day (1024).",
    ]

    /// The page. Calling twice gives the same.
    public static var page: String {
        var lines = [
            "# Plugin manifest", "",
            "<!-- Generated by `fairlead plugin types --reference manifest`; `make check` compares. Change Sources/PluginTools/Reference instead. -->",
            "",
        ]
        for block in blocks { lines += section("## `\(block.title)`", block.note, block.keys) }
        lines += ["## Verification", "", "`verify.scheme` is one of these; the other keys of `verify` are the scheme's.", ""]
        for (scheme, keys) in schemes { lines += section("### `scheme: \(scheme)`", keys.isEmpty ? open : "", keys) }
        return (lines + [rest]).joined(separator: "\n") + "\n"
    }

    private static let open = "Anybody may send. It must be written out, and `check` warns of it."

    private static func section(_ title: String, _ note: String, _ keys: [Key]) -> [String] {
        var lines = [title, ""]
        if !note.isEmpty { lines += [note, ""] }
        guard !keys.isEmpty else { return lines }
        lines += ["| key | value | |", "|---|---|---|"]
        for key in keys { lines.append("| `\(key.name)` | \(key.value) | \(key.note) |") }
        return lines + [""]
    }

    private static let rest = """
        ## Bodies

        | `body` | `event.body` |
        |---|---|
        | `json` | The JSON's value. |
        | `form` | An object of the form's fields; a name that stands several times has a list. A field `payload` that holds an object or a list in JSON is read. |
        | `text` | The text; nil where it is none. |

        What has one meaning is read: a byte order mark is skipped, of two equal members the last one stands, half a character becomes U+FFFD, control
        characters may stand in text, a whole number is an integer however it is written (`4101.0`, `4.101e3`), and one beyond 64 bits is the text of its
        digits. The text may be UTF-8, UTF-16 with a byte order mark, or ISO-8859-1 where `Content-Type` says so; the body may be coded as gzip or deflate,
        up to 4 MB and 200 times its coded size. Other codings, and two at once, are answered 415. What cannot be read runs no script: a delivery becomes a dead letter with the code `unreadable_body` that says
        at which byte and what was expected, and a route's caller is answered 400. Signatures are over the bytes as received, and `event.raw` holds these.

        ## Settings

        A JSON Schema with the keywords `type`, `required`, `properties`, `additionalProperties`, `items`, `enum`, `const`, `pattern`, `minLength`,
        `maxLength`, `minimum`, `maximum`, `minItems`, `maxItems`, `default`, and for people `title`, `description` and `examples`. Settings that the schema
        does not name are errors unless `additionalProperties` says otherwise. Defaults are in place when a script reads `ctx.settings`.

        ## Permissions

        An entry of `permissions.http` is an origin: scheme, host, and port where it is not the scheme's own. The host may begin with `*.` for one label,
        and may contain `${settings.NAME}`. An entry may also be one `${…}` alone whose value is a URL: `${settings.base_url}`,
        `${order.metadata.callback_url}` (pinned when the order is placed) or `${request.callback_url}`; then that URL's origin is permitted. Addresses
        that are private, loopback or metadata services are refused whatever the manifest says, unless the operator's `network.allow` permits them.
        """
}
