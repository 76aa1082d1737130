import ArgumentParser
import Logging

/// How much is logged, and in what form. Logs go to standard error.
struct LogOptions: ParsableArguments {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case trace, debug, info, notice, warning, error
    }

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, text
    }

    @Option(help: "The least that is logged.")
    var logLevel = Level.info

    @Option(help: "One JSON object a line, or text for people.")
    var logFormat = Format.json

    /// A logger as the options say.
    var logger: Logger {
        var logger = Logger(label: "fairlead") { _ in LineLogHandler(isJSON: logFormat == .json) }
        logger.logLevel = Logger.Level(rawValue: logLevel.rawValue) ?? .info
        return logger
    }
}
