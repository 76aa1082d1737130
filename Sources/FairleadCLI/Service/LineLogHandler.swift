import Logging
import Screening

/// Writes each log entry as one line to standard error: `{"time","level","message",…}`, or text for people.
///
/// What is logged holds no personal data; that is the business of whoever logs.
struct LineLogHandler: LogHandler {
    let isJSON: Bool
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?
    private let clock = SystemClock()

    init(isJSON: Bool) { self.isJSON = isJSON }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        all.merge(metadataProvider?.get() ?? [:]) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        let fields = all.sorted { $0.key < $1.key }
        let now = clock.now().iso8601
        guard isJSON else {
            let text = fields.map { " \($0.key)=\(LineLogHandler.plain("\($0.value)"))" }.joined()
            Terminal.complain("\(now) \(event.level.rawValue) \(LineLogHandler.plain("\(event.message)"))\(text)")
            return
        }
        var line: JSON = ["time": .string(now), "level": .string(event.level.rawValue), "message": .string("\(event.message)")]
        for (name, value) in fields { line[name] = LineLogHandler.json(value) }
        Terminal.complain(line.string().printableJSON)
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): (value as? Int).map { .int(Int64($0)) } ?? .string(value.description)
        case .array(let items): .array(items.map(json))
        case .dictionary(let members): .object(JSON.Members(members.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) }))
        @unknown default: .string("\(value)")
        }
    }

    // An entry is always one line, even where it quotes text with line breaks.
    private static func plain(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}
