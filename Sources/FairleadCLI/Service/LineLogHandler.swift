import Logging
import Screening

/// Writes each log entry as one line to standard error: `{"time","level","event","message",…}`, or text for people. docs/logs.md is the schema.
///
/// What is logged holds no personal data; that is the business of whoever logs.
struct LineLogHandler: LogHandler {
    let isJSON: Bool
    /// Whether the journal reads it: a line begins with its priority then, which the journal takes away.
    let isJournal: Bool
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?
    private let clock = SystemClock()

    init(isJSON: Bool, isJournal: Bool = false) {
        self.isJSON = isJSON
        self.isJournal = isJournal
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { Terminal.complain(line(of: event)) }

    /// The line of an entry.
    func line(of event: LogEvent) -> String {
        var all = metadata
        all.merge(metadataProvider?.get() ?? [:]) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        // Of a library, which has no names of ours for what happens.
        let name = all.removeValue(forKey: "event").map { "\($0)" } ?? "log"
        let fields = all.sorted { $0.key < $1.key }
        let priority = isJournal ? "<\(event.level.priority)>" : ""
        let now = clock.now().iso8601
        guard isJSON else {
            let text = fields.map { " \($0.key)=\(LineLogHandler.plain("\($0.value)"))" }.joined()
            // The journal has the time.
            let time = isJournal ? "" : now + " "
            return "\(priority)\(time)\(event.level.rawValue) \(name): \(LineLogHandler.plain("\(event.message)"))\(text)"
        }
        var line: JSON = [
            "time": .string(now), "level": .string(event.level.rawValue), "event": .string(name), "message": .string("\(event.message)"),
        ]
        for (name, value) in fields { line[name] = LineLogHandler.json(value) }
        return priority + line.string().printableJSON
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): number(value) ?? .string(value.description)
        case .array(let items): .array(items.map(json))
        case .dictionary(let members): .object(JSON.Members(members.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) }))
        @unknown default: .string("\(value)")
        }
    }

    private static func number(_ value: any CustomStringConvertible) -> JSON? {
        switch value {
        case let number as any BinaryInteger: Int64(exactly: number).map { .int($0) }
        case let number as Double: .double(number)
        case let holds as Bool: .bool(holds)
        default: nil
        }
    }

    // An entry is always one line, even where it quotes text with line breaks.
    private static func plain(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}

extension Logger.Level {
    /// The priority as syslog numbers it.
    fileprivate var priority: Int {
        switch self {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
