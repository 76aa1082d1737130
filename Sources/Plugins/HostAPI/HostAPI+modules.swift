extension HostAPI {
    static let modules: [Part] = [
        Part(
            name: "json",
            kind: .module,
            note: "Decoded `[]` and `{}` keep their kind. Objects keep the order of their members.",
            members: [
                function("decode", [("text", "string")], "any", "The value of a JSON text, read as bodies are; an error where it is none."),
                function("encode", [("value", "any")], "string", "The value as JSON."),
                function("array", [("table?", "table")], "table", "Marks a table as a list, an empty one too. An empty plain table is `{}`."),
                field("null", "lightuserdata", "JSON's null, in what comes from outside and in what is sent."),
            ]
        ),
        Part(
            name: "crypto",
            kind: .module,
            note: "Over bytes in Lua strings.",
            members: [
                function("sha256", [("data", "string")], "string", "The hash's 32 bytes."),
                function(
                    "hmac",
                    [("algorithm", "\"sha256\"|\"sha512\""), ("key", "string|fairlead.secret"), ("data", "string")],
                    "string",
                    "The code's bytes. Over `ctx.secret.NAME` the host computes it: a step."
                ),
                function("hex", [("data", "string")], "string", "In lower-case hexadecimal."),
                function("unhex", [("text", "string")], "string?", "The bytes, or nil."),
                function("base64", [("data", "string")], "string", "In Base64."),
                function("unbase64", [("text", "string")], "string?", "The bytes, or nil."),
                function("base64url", [("data", "string")], "string", "In Base64 for URLs, without padding."),
                function("unbase64url", [("text", "string")], "string?", "The bytes, or nil."),
                function("equal", [("a", "string"), ("b", "string")], "boolean", "Whether both are equal, in constant time."),
            ]
        ),
        Part(
            name: "text",
            kind: .module,
            note: "What people write, made ready for machines.",
            members: [
                function("trim", [("value", "string")], "string", "Without white space at the ends, Unicode's and what nobody sees included."),
                function(
                    "tidy",
                    [("value", "string")],
                    "string",
                    "As a name is kept: Unicode's form C, one space for each run of white space, none at the ends, nothing that nobody sees."
                ),
                function("lower", [("value", "string")], "string", "In lower case, letters with accents too."),
                function(
                    "fold",
                    [("value", "string")],
                    "string",
                    "For comparing words from people: two that differ in case, white space, unseen characters or the typing of accents give the same."
                ),
                function("slug", [("value", "string")], "string", "Lower-case letters, digits and hyphens only."),
                function(
                    "split_name",
                    [("full", "string")],
                    "string?, string?, string?",
                    """
                    First names with middle names, and the last name with its `de la` or `van der`. Titles, pronouns and letters behind a name are \
                    dropped. One name alone has no last name. Where it cannot be told: nil, nil and why not.
                    """
                ),
                function("email", [("value", "string")], "string", "An address without unseen characters and white space at the ends, `＠` as `@`."),
                function(
                    "phone_e164",
                    [("value", "string?"), ("country?", "string")],
                    "string?",
                    """
                    `+441632960000`, or nil where it is no number or could be read in two ways. The national 0 is dropped or kept by the rules of the \
                    number's own country; an extension is left out.
                    """
                ),
                function("is_email", [("value", "any")], "boolean", "Whether it is an e-mail address."),
            ]
        ),
        Part(
            name: "time",
            kind: .module,
            note: "Times are seconds since 1970, as `ctx.now()` gives them.",
            members: [
                function("parse", [("text", "string")], "number?", "The time that an ISO 8601 text names; without a zone it is taken as UTC."),
                function("format", [("seconds", "number")], "string", "ISO 8601 in UTC."),
                function("format_date", [("seconds", "number")], "string", "The date alone, in UTC."),
            ]
        ),
        Part(
            name: "map",
            kind: .module,
            note: """
                `map(value)` wraps a decoded payload; its functions are called with a colon and read by paths such as `a.b[1].c` or `["a name"]`. List
                indexes start at 1. Null, missing and unreachable read as nil. Errors name the path from the payload's root.
                """,
            members: [
                function("get", [("path", "string")], "any", "The value, or nil."),
                function(
                    "text",
                    [("path", "string")],
                    "string?",
                    "Text or a number, as text without white space at the ends; nil for blank text. A whole number is its plain digits."
                ),
                function(
                    "optional",
                    [("path", "string")],
                    "string?",
                    "As `text`, but an error where something else than text or a number stands there."
                ),
                function("path", [("path", "string")], "string", "Where the path leads from the payload's root, for messages."),
                function(
                    "required",
                    [("path", "string"), ("kind?", "string")],
                    "any",
                    "The value; an error where it is missing, null, blank or not of `kind`: string, number, integer, boolean, table, list, email."
                ),
                function("default", [("path", "string"), ("value", "any")], "any", "The value, or `value` where it is missing, null or blank."),
                function(
                    "one_of",
                    [("path", "string"), ("words", "table<any, any>")],
                    "any",
                    "What `words` has for the word there, by the rule of `text.fold`; an error for another."
                ),
                function("at", [("path", "string")], "fairlead.map", "A map of the part at the path; its errors still name the whole path."),
            ]
        ),
        Part(
            name: "screening",
            kind: .module,
            note: "What is the same in whatever ATS a screening starts. The shipped plugins are made of it.",
            members: [
                function(
                    "id",
                    [("value", "any")],
                    "string?",
                    "The text if it can stand in a URL's path as an identifier, else nil. A whole number is its plain digits, however it was written."
                ),
                function(
                    "payload",
                    [("ctx", "fairlead.ctx"), ("delivery", "fairlead.event")],
                    "fairlead.map",
                    "A map of the delivery's body. Ends the run, as `unreadable` does, where the body is no JSON object."
                ),
                function(
                    "given",
                    [("ctx", "fairlead.ctx"), ("payload", "fairlead.map"), ("path", "string")],
                    "string?",
                    "The text there, nil where there is nothing. Ends the run where something else stands there."
                ),
                function(
                    "needed",
                    [("ctx", "fairlead.ctx"), ("payload", "fairlead.map"), ("path", "string")],
                    "string",
                    "The text there. Ends the run where there is none; the reason names the path."
                ),
                function(
                    "needed_id",
                    [("ctx", "fairlead.ctx"), ("payload", "fairlead.map"), ("path", "string")],
                    "string",
                    "The identifier there, as `id` takes it. Ends the run where there is none."
                ),
                function(
                    "needed_word",
                    [("ctx", "fairlead.ctx"), ("payload", "fairlead.map"), ("path", "string"), ("known", "string[]")],
                    "string",
                    "The one of the words that stands there. Ends the run where it is none of them."
                ),
                function(
                    "unreadable",
                    [("ctx", "fairlead.ctx"), ("message", "string")],
                    "",
                    "Ends the run because what was sent cannot be read: a route rejects it, another hook is parked. Never skip for this."
                ),
                function(
                    "listed",
                    [("list", "string[]?"), ("...", "any")],
                    "boolean",
                    "Whether any of the values is in the list, by the rule of `text.fold`."
                ),
                function("same", [("a", "any"), ("b", "any")], "boolean", "Whether both are the same word or number, by the rule of `text.fold`."),
                function(
                    "find",
                    [("settings", "table<string, any>?"), ("word", "any")],
                    "any, string?",
                    "What a table of settings has for a person's word, and its key, by the rule of `text.fold`; nil where nothing."
                ),
                function(
                    "package",
                    [("settings", "table<string, any>"), ("chosen", "string?"), ("words", "string[]")],
                    "string?, string?",
                    """
                    The package by what a person chose, by the first of `words` that `settings.packages` has, or `settings.default_package`; else nil and \
                    why. What was chosen and is not known is never replaced by the default.
                    """
                ),
                function(
                    "offered",
                    [("ctx", "fairlead.ctx")],
                    "fairlead.package[]",
                    "The packages to offer in the ATS: those of the setting `packages` by their names there, else all of the account's."
                ),
                function(
                    "candidate",
                    [("ctx", "fairlead.ctx"), ("given", "table<string, any>")],
                    "table<string, any>, string?",
                    """
                    The candidate of an order: names and address tidied, a `name` in one piece split, the telephone number completed by \
                    `settings.phone_country`. Where the name cannot be split, why not comes second, and `place` says it too.
                    """
                ),
                function(
                    "place",
                    [("ctx", "fairlead.ctx"), ("request", "fairlead.place_options")],
                    "fairlead.order?, string?",
                    "Places the order; nil and what is wrong where the ATS can mend it: candidate, external_id, package, metadata. Other errors stay errors."
                ),
                function(
                    "order",
                    [("ctx", "fairlead.ctx"), ("request", "fairlead.place_options")],
                    "fairlead.order?, string?",
                    """
                    The same with `reorder`. Also nil, and why, where the order that stands ended without a result and nothing was ordered: what asks is not \
                    newer than that, or the provider may have it.
                    """
                ),
                function(
                    "not_ordered",
                    [("order", "fairlead.order")],
                    "string?",
                    "Why an order that `ctx.orders.place` gave means that nothing was ordered; nil where it was placed, goes on, or has its result."
                ),
                function(
                    "start",
                    [("ctx", "fairlead.ctx"), ("asked", "fairlead.start_options")],
                    "fairlead.order?, string?",
                    "All of it: `package`, `candidate`, then `order`. Gives the order, or nil and what a person can mend in the ATS."
                ),
                function(
                    "cancel",
                    [("ctx", "fairlead.ctx"), ("external_id", "string")],
                    "fairlead.order, string?",
                    """
                    Cancels the order of a withdrawn candidate; gives it, and what the ATS must be told when it goes on. Skips the run where there is none \
                    or it has ended.
                    """
                ),
                function(
                    "retry_after",
                    [("reply", "fairlead.reply")],
                    "string?",
                    "Its `Retry-After` header, for the `after` of `ctx.retry`; nil where it has none."
                ),
                function(
                    "answered",
                    [("ctx", "fairlead.ctx"), ("reply", "fairlead.reply"), ("name", "string"), ("look_at?", "string")],
                    "",
                    """
                    Ends the run where the ATS, called `name` in the reason, did not deal with a call: 408, 429 and 5xx are tried again, 401 and 403 parked \
                    with `look_at` in the reason. Other answers are yours, and 401 and 403 where `look_at` is left out.
                    """
                ),
                function(
                    "told",
                    [
                        ("ctx", "fairlead.ctx"), ("reply", "fairlead.reply"),
                        ("told", "{name: string, thing: string, look_at?: string, wait?: number}"),
                    ],
                    "fairlead.reply",
                    """
                    Of a call that writes to the ATS: ends the run unless it was taken. What `answered` tries again is tried again; everything else, 404 and \
                    410 too, is parked with the ATS's reason, so that a person sees that it was not told.
                    """
                ),
                function(
                    "reason",
                    [("reply", "fairlead.reply")],
                    "string",
                    "What the answer says was wrong, in whatever shape it says it; `no reason given` where it does not."
                ),
                function(
                    "unclear",
                    [("ctx", "fairlead.ctx"), ("name", "string"), ("why", "string")],
                    "",
                    "Ends the attempt after a read whose answer cannot be trusted: tried again a few times, then parked. Nothing may be cancelled for it."
                ),
                function("has_result", [("order", "fairlead.order")], "boolean", "Whether it is finished with an outcome that is understood."),
                function(
                    "words",
                    [("changes?", "table<string, string>")],
                    "table<string, string>",
                    "The usual words for the states, for `word`, with your changes in place of some."
                ),
                function(
                    "word",
                    [("words", "table<string, string>"), ("order", "fairlead.order"), ("settings", "table<string, any>")],
                    "string",
                    """
                    The ATS's word: by `state_outcome`, else by state, else the words' member `unknown`; `settings.words` goes first. Never nil: the usual \
                    words stand in.
                    """
                ),
                function("note", [("order", "fairlead.order"), ("word?", "string")], "string", "What a person reads in the ATS, on several lines."),
            ]
        ),
    ]
}
