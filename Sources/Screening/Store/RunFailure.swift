/// Why an attempt at a hook failed, so that the script's author finds the place. Holds no personal data.
public struct RunFailure: Sendable, Hashable {
    /// A stable code for programs, such as `script_error`.
    public var code: String
    /// What happened, in one sentence.
    public var message: String
    public var plugin: String?
    public var hook: String?
    /// The script at fault, such as `greenhouse/main.lua`.
    public var script: String?
    /// The line in it, from 1.
    public var line: Int?
    /// The script's line with the one before it.
    public var excerpt: [String]
    /// The payload's path that was not as expected.
    public var path: String?
    public var expected: String?
    /// What was found there: a kind of value, never a person's value.
    public var found: String?
    public var hint: String?

    /// A failure; parts that are not known are left out.
    public init(
        _ code: String,
        _ message: String,
        plugin: String? = nil,
        hook: String? = nil,
        script: String? = nil,
        line: Int? = nil,
        excerpt: [String] = [],
        path: String? = nil,
        expected: String? = nil,
        found: String? = nil,
        hint: String? = nil
    ) {
        self.code = code
        self.message = message.printable
        self.plugin = plugin
        self.hook = hook
        self.script = script
        self.line = line
        self.excerpt = excerpt
        self.path = path?.printable
        self.expected = expected?.printable
        self.found = found?.printable
        self.hint = hint?.printable
    }

    /// The problem that it causes for an order or event.
    public func problem(at timestamp: Timestamp) -> Problem { Problem(code: code, message: message, at: timestamp) }

    /// `{code, message, plugin, hook, script, line, excerpt, path, expected, found, hint}` with what is known, as the API shows it and the store keeps it.
    public var json: JSON {
        var json: JSON = ["code": .string(code), "message": .string(message)]
        for (name, value) in [("plugin", plugin), ("hook", hook), ("script", script)] { json[name] = value.map { .string($0) } }
        json["line"] = line.map { .int(Int64($0)) }
        if !excerpt.isEmpty { json["excerpt"] = .array(excerpt.map { .string($0) }) }
        for (name, value) in [("path", path), ("expected", expected), ("found", found), ("hint", hint)] { json[name] = value.map { .string($0) } }
        return json
    }

    /// A failure from its JSON form; nil where it has no code.
    public init?(json: JSON) {
        guard let code = json["code"]?.text else { return nil }
        self.init(
            code,
            json["message"]?.text ?? code,
            plugin: json["plugin"]?.text,
            hook: json["hook"]?.text,
            script: json["script"]?.text,
            line: json["line"]?.integer.map { Int(clamping: $0) },
            excerpt: json["excerpt"]?.items?.compactMap(\.text) ?? [],
            path: json["path"]?.text,
            expected: json["expected"]?.text,
            found: json["found"]?.text,
            hint: json["hint"]?.text
        )
    }
}

/// An attempt at a run that failed.
public struct FailedAttempt: Sendable, Hashable {
    /// The attempt's number, from 1. An attempt that did not count has the number of the next one that does.
    public let attempt: Int
    public let at: Timestamp
    public let failure: RunFailure

    public init(attempt: Int, at: Timestamp, _ failure: RunFailure) {
        self.attempt = attempt
        self.at = at
        self.failure = failure
    }

    /// The failure's members with `attempt` and `at` before them.
    public var json: JSON {
        let own: [(String, JSON)] = [("attempt", .int(Int64(attempt))), ("at", JSON(at))]
        return .object(JSON.Members(own + (failure.json.members?.pairs ?? []).map { ($0.name, $0.value) }))
    }

    /// A failed attempt from its JSON form; nil where it is none.
    public init?(json: JSON) {
        guard let attempt = json["attempt"]?.integer, let at = json["at"]?.text.flatMap({ Timestamp(iso8601: $0) }),
            let failure = RunFailure(json: json)
        else { return nil }
        self.init(attempt: Int(clamping: attempt), at: at, failure)
    }
}
