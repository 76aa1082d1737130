import ArgumentParser
import Foundation
import Logging
import Telemetry

/// How much is logged, and in what form. Logs go to standard error.
struct LogOptions: ParsableArguments {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case trace, debug, info, notice, warning, error
    }

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, text
    }

    @Option(help: "The least that is logged; debug has a line for each request.")
    var logLevel = Level.info

    @Option(help: "One JSON object a line, or text for people.")
    var logFormat = Format.json

    /// A logger as the options say.
    var logger: Logger {
        let isJournal = LogOptions.isJournal(ProcessInfo.processInfo.environment["JOURNAL_STREAM"])
        var logger = Logger(label: "fairlead") { _ in
            var handler = LineLogHandler(isJSON: logFormat == .json, isJournal: isJournal)
            handler.metadataProvider = TraceContext.metadataProvider
            return handler
        }
        logger.logLevel = Logger.Level(rawValue: logLevel.rawValue) ?? .info
        return logger
    }

    /// Says why the program cannot go on, in the form of the log: as a line of it for machines, as plain sentences for people.
    func report(_ text: String, _ event: String, _ logger: Logger) {
        if logFormat == .json { logger.error("\(text)", metadata: ["event": "\(event)"]) } else { Terminal.complain(text) }
    }

    /// Whether standard error is systemd's journal, which takes a line's priority from its beginning.
    /// - Parameter stream: device and inode of the journal's socket, as systemd names them.
    static func isJournal(_ stream: String?) -> Bool {
        var status = stat()
        guard let stream, fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}
