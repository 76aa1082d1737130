import ArgumentParser
import Foundation
import Screening

/// How text is drawn: for a terminal of some width, or whole, for files and other programs.
struct OutputStyle: Sendable, Equatable {
    /// How many columns there are; nil for as many as are needed.
    var width: Int?
    /// How many lines there are; nil for as many as are needed.
    var height: Int?
    var isColoured = false
    /// The present, from which times are told; nil for times as they stand.
    var now: Timestamp?

    /// Everything whole: for files and other programs.
    static let plain = OutputStyle()

    /// What standard output is.
    static func standard(_ colour: ColourChoice, environment: [String: String] = ProcessInfo.processInfo.environment) -> OutputStyle {
        let isTerminal = isatty(FileHandle.standardOutput.fileDescriptor) == 1
        let isColoured =
            switch colour {
            case .always: true
            case .never: false
            case .auto: isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
            }
        guard isTerminal else { return OutputStyle(isColoured: isColoured) }
        let size = Terminal.size
        return OutputStyle(width: size.columns, height: size.rows, isColoured: isColoured, now: SystemClock().now())
    }
}

/// When output is coloured.
enum ColourChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// On a terminal, unless `NO_COLOR` is set.
    case auto
    case always
    case never
}
