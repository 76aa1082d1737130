public import Logging
import Synchronization

/// Keeps every line that is logged, metadata included, so that a test can look for what must not be there.
public final class LogRecorder: Sendable {
    private let kept = Mutex<[String]>([])

    public init() {}

    /// A logger of every level that writes into this record.
    public var logger: Logger {
        var logger = Logger(label: "test", factory: { _ in RecordingHandler(recorder: self) })
        logger.logLevel = .trace
        return logger
    }

    /// The lines so far: level, message, then metadata sorted by name.
    public var lines: [String] { kept.withLock { $0 } }

    fileprivate func keep(_ line: String) { kept.withLock { $0.append(line) } }
}

private struct RecordingHandler: LogHandler {
    let recorder: LogRecorder
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let written = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        recorder.keep("\(event.level) \(event.message)\(written)")
    }
}
