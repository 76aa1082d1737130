public import LuaRuntime
public import Screening

/// Runs hooks: starts the script in the pool, answers its host calls from the journal, and says how the attempt ended.
public struct HookRunner: Sendable {
    private let pool: LuaPool
    private let trace: ScriptTrace?
    private let scrubbers = Scrubbers()

    /// Runs hooks in `pool`.
    /// - Parameter trace: is given every line that runs, where the pool runs scripts in this process.
    public init(pool: LuaPool, trace: ScriptTrace? = nil) {
        self.pool = pool
        self.trace = trace
    }

    /// What one attempt left behind.
    public struct Attempt: Sendable {
        public let end: HookEnd
        /// Steps that are not remembered yet, to be written with the run's new state.
        public let unwritten: [Step]
        /// What the script logged, redacted.
        public let logs: [JSON]
        /// What the script was about.
        public let subjects: RunSubjects
        let redaction: Redaction

        init(end: HookEnd, unwritten: [Step], logs: [JSON], subjects: RunSubjects = RunSubjects(), redaction: Redaction) {
            self.end = end
            self.unwritten = unwritten
            self.logs = logs
            self.subjects = subjects
            self.redaction = redaction
        }

        /// An attempt that was not made by a ``HookRunner``.
        package init(end: HookEnd, unwritten: [Step] = [], logs: [JSON] = [], input: JSON) {
            self.init(end: end, unwritten: unwritten, logs: logs, redaction: Redaction(input: input))
        }

        /// A script's text (the reason it gave) without the personal values that it was called with or answered.
        public func redacted(_ text: String) -> String { redaction.redactor.redacted(text) }
    }

    /// Makes one attempt. `remembered` are the steps of the attempts before, in order: their answers are given again, nothing is done twice.
    ///
    /// - Throws: `CancellationError`, and what ``RememberingScriptHost/remember(_:doing:)`` throws (``StoreError``): the attempt then does not count.
    public func run(_ call: HookCall, remembered: [Step], host: any ScriptHost) async throws -> Attempt {
        let journal = ScriptJournal(call, remembered: remembered, host: host, scrubbers: scrubbers)
        let notes = ScriptNotes(clock: host.clock)
        var limits = call.limits.sandbox
        limits.trace = trace?.detail ?? .off
        var end: HookEnd
        var looksAgain = false
        do {
            let request = call.request(secrets: Array(host.secrets.keys))
            let runEnd = try await pool.run(
                call.scripts.bundle,
                request: request.json,
                attachment: request.body,
                limits: limits,
                tenant: call.connection,
                note: { [trace] note in
                    switch note.op {
                    case "trace": trace?.take(note.args, run: call.run.id)
                    case "subject": notes.add(subject: note.args)
                    default: notes.add(note.args)
                    }
                },
                call: { [pool] asked in
                    let (reply, spent) = try await journal.counted(asked)
                    pool.charge(spent, to: call.connection)
                    return reply
                }
            )
            switch runEnd {
            case .finished(let bytes):
                let json = (try? JSON(parsing: bytes)) ?? .null
                end = HookEnd(json: json, at: host.clock.now())
                if case .retry = end { looksAgain = json["keep"]?.boolean != true }
            case .failed(let error):
                end = .failed(HookFailure(error, in: call, redactor: Redactor(input: call.input, replies: await journal.replies)))
            case .interrupted(let why): end = .interrupted(why)
            }
        } catch let failure as AttemptFailure {
            end = .failed(HookFailure(failure, in: call))
        } catch let error as PoolError {
            end = .interrupted(String(describing: error))
        } catch {
            // Whoever goes on has to know what was done outside. In a task of its own, which the cancellation does not reach.
            try? await Task { try await journal.writeOwedAnswer() }.value
            throw error
        }
        if let failure = await journal.fatal { end = .failed(HookFailure(failure, in: call, raised: end)) }
        let redaction = Redaction(input: call.input, replies: await journal.replies)
        let logs = notes.all(redactedBy: redaction.redactor)
        let isWhole = if case .failed = end { false } else if case .interrupted = end { false } else { true }
        let unwritten = await journal.unwritten(looksAgain: looksAgain, isWhole: isWhole)
        var subjects = await journal.subjects
        notes.add(to: &subjects)
        return Attempt(end: end, unwritten: unwritten, logs: logs, subjects: subjects, redaction: redaction)
    }

    /// What a connection's scripts offer. Runs their top level in the sandbox, with nothing to reach.
    /// - Throws: ``HookFailure``.
    public func describe(_ scripts: ConnectionScripts, plugin: String, connection: String) async throws -> HookList {
        let request: JSON = ["op": "describe", "base": "main", "overlay": scripts.hasOverlay ? "overlay" : .null]
        let end = try await pool.run(scripts.bundle, request: request.bytes(), limits: Limits(), tenant: connection, note: { _ in }) { _ in
            throw AttemptFailure("script_error", "a script called the host while it was being loaded", retryable: false)
        }
        switch end {
        case .finished(let bytes): return HookList(json: (try? JSON(parsing: bytes)) ?? .null)
        case .failed(let error): throw HookFailure(error, plugin: plugin, hook: "(loading)", scripts: scripts)
        case .interrupted(let why): throw HookFailure(RunFailure("interrupted", why), retry: .later)
        }
    }

    /// Why scripts cannot be run at present, in a sentence; nil where they can. Asks a worker.
    public func whyNotAble() async throws -> String? {
        do {
            _ = try await pool.check(Script(name: "ready", chunk: "ready", source: ""))
            return nil
        } catch let error as PoolError {
            return "scripts cannot be run: \(error)"
        }
    }

    /// Compiles a script without running it; nil when it compiles.
    public func check(_ script: Script) async throws -> HookFailure? {
        try await pool.check(script).map { HookFailure($0, plugin: nil, hook: nil) }
    }
}

extension HookFailure {
    init(_ error: ScriptError, in call: HookCall, redactor: Redactor) {
        self.init(error, plugin: call.plugin, hook: call.hook, scripts: call.scripts, redactor: redactor, settings: call.settings)
    }

    init(
        _ error: ScriptError,
        plugin: String?,
        hook: String?,
        scripts: ConnectionScripts? = nil,
        redactor: Redactor = Redactor(input: .null),
        settings: JSON = .null
    ) {
        let value = error.value.flatMap { try? JSON(parsing: $0) }
        // The script chooses these texts: a code must be a word, but not one reserved for the sandbox; the rest is shown without the run's own data.
        let chosen = value?["code"]?.text.flatMap { $0.wholeMatch(of: /[a-z_]{1,40}/) == nil || Self.reserved.contains($0) ? nil : $0 }
        let code = chosen ?? error.code.rawValue
        func shownLines(_ name: String) -> String? { (value?[name]?.text).map(redactor.redacted) }
        var failure = RunFailure(
            code,
            redactor.redacted(value?["message"]?.text ?? Self.plain(error.message)),
            plugin: plugin,
            hook: hook,
            // Where no line is known, the fault comes from the last script that contributed to the hooks.
            script: (error.line == nil ? scripts?.overlayFile : nil) ?? error.script,
            line: error.line,
            path: shownLines("path"),
            expected: shownLines("expected"),
            found: shownLines("found"),
            hint: shownLines("hint")
        )
        if let script = error.script, let line = error.line, let lines = scripts?.lines(of: script) {
            failure.excerpt = scripts?.excerpt(script: script, line: line) ?? []
            if code == "script_error", value == nil, let explanation = LuaErrorExplainer(error.message, line: line, settings: settings, script: lines)
            {
                (failure.path, failure.expected) = (explanation.path, explanation.expected)
                (failure.found, failure.hint) = (explanation.found, explanation.hint)
            }
        }
        self.init(failure, retry: error.isWorthRetrying && !ScriptLimits.Name.final.contains(code) ? .soon : .never)
    }

    /// Lua's message in JSON's terms: what Lua calls userdata is the payload's null.
    private static func plain(_ message: String) -> String { message.replacing("a userdata value", with: "null") }

    private static let reserved: Set = [
        "cpu_limit", "memory_limit", "output_limit", "nesting_limit", "worker_killed", "worker_crashed", "interrupted", "nondeterministic_script",
        "plugin_paused", "host_paused", "deadline",
    ]

    /// - Parameter raised: how the script ended after it was told, which names the line.
    init(_ failure: AttemptFailure, in call: HookCall, raised: HookEnd? = nil) {
        var error = RunFailure(
            failure.code,
            failure.message,
            plugin: call.plugin,
            hook: call.hook,
            expected: failure.expected,
            found: failure.found,
            hint: failure.hint
        )
        if case .failed(let raised)? = raised {
            (error.script, error.line, error.excerpt) = (raised.error.script, raised.error.line, raised.error.excerpt)
        }
        self.init(error, retry: failure.notBefore.map { .notBefore($0) } ?? (failure.retryable ? .later : .never))
    }
}
