/// One cause that needs a person, told from all others by its parts. However much is held up by it, and whichever replica sees it, it is one issue.
/// Nothing in it is personal data.
public struct IssueCause: Sendable, Hashable {
    public var kind: IssueKind
    /// The connection that it is about; nil where it is about none, or about all of an account's.
    public var connection: String?
    public var account: String?
    /// What went wrong, as a code for programs.
    public var code: String?
    public var plugin: String?
    public var hook: String?
    /// The script's line, from 1.
    public var line: Int?
    /// The host, or the place in the settings, that it is about.
    public var host: String?

    public init(
        _ kind: IssueKind,
        connection: String? = nil,
        account: String? = nil,
        code: String? = nil,
        plugin: String? = nil,
        hook: String? = nil,
        line: Int? = nil,
        host: String? = nil
    ) {
        self.kind = kind
        self.connection = connection
        self.account = account
        self.code = code
        self.plugin = plugin
        self.hook = hook
        self.line = line
        self.host = host
    }

    /// Its parts as one text, the same for the same cause: by it stores find the issue.
    public var key: String {
        let parts: [JSON] = [
            .string(kind.rawValue), JSON(connection), JSON(account), JSON(code), JSON(plugin), JSON(hook), line.map { .int(Int64($0)) } ?? .null,
            JSON(host),
        ]
        return JSON.array(parts).string()
    }

    /// A cause from its ``key``; nil where the text is none, or of a kind that this version does not know.
    public init?(key: String) {
        guard let parts = try? JSON(parsing: Array(key.utf8)).items, parts.count == 8,
            let kind = parts[0].text.flatMap(IssueKind.init(rawValue:))
        else { return nil }
        self.init(
            kind,
            connection: parts[1].text,
            account: parts[2].text,
            code: parts[3].text,
            plugin: parts[4].text,
            hook: parts[5].text,
            line: parts[6].integer.map { Int(clamping: $0) },
            host: parts[7].text
        )
    }
}

extension RunSummary {
    /// How long an update may go on failing before somebody should know.
    static let untoldPatience = Duration.seconds(1800)
    /// The same for a notifier: while it fails, nobody is told of anything.
    static let unheardPatience = Duration.seconds(300)

    /// The cause that keeps it from ending well, where it needs a person; nil where it does not. Runs that failed alike have the same.
    public var cause: IssueCause? {
        switch state {
        case .dead:
            if let failure, failure.isTheScripts {
                let file = failure.script.flatMap { RunFailure.isFile($0) ? $0 : nil }
                return IssueCause(
                    .scriptFailing,
                    connection: connection,
                    code: failure.causeCode,
                    plugin: file ?? plugin,
                    hook: hook,
                    line: file == nil ? nil : failure.line
                )
            }
            return unfinished(code: failure?.causeCode ?? "unreadable")
        case .parked: return unfinished(code: "parked")
        case .waiting:
            guard let lastFailure else { return nil }
            let failing = lastFailure.at - createdAt
            switch hook {
            case "on_update" where failing >= RunSummary.untoldPatience: return unfinished(code: lastFailure.failure.causeCode)
            case "on_notification" where failing >= RunSummary.unheardPatience:
                return IssueCause(.webhookFailing, connection: connection, code: lastFailure.failure.causeCode, plugin: plugin, hook: hook)
            default: return nil
            }
        case .queued, .running, .done, .skipped, .rejected, .discarded: return nil
        }
    }

    private func unfinished(code: String) -> IssueCause {
        IssueCause(
            hook == "on_update" ? .updatesNotTold : .deadLetters,
            connection: connection,
            code: code,
            plugin: plugin,
            hook: hook
        )
    }
}

extension Run {
    /// The cause that keeps it from ending well, where it needs a person; nil where it does not.
    public var cause: IssueCause? { summary.cause }
}

extension RunFailure {
    /// Whether it is the script's own fault, at a line that its author can mend.
    fileprivate var isTheScripts: Bool { line != nil || code == "script_error" }

    /// What others are told of it. A script may choose its code, out of what it was sent: file and line say which fault it is.
    package var causeCode: String { isTheScripts ? "script_error" : String(code.prefix(64)) }

    /// Whether a script's name is a plugin's file: a script may name what it loads itself, by any words.
    package static func isFile(_ name: String) -> Bool {
        name.utf8.count <= 200 && name.hasSuffix(".lua") && name.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "_./-".utf8.contains($0) }
    }
}
