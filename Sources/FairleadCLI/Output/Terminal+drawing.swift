import Foundation
import Screening

extension Terminal {
    /// Writes to standard output what is drawn: colours and movements stay. Everything in it that others wrote has been made printable before.
    static func draw(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }

    /// How large the terminal is.
    static var size: (columns: Int, rows: Int) {
        var size = winsize()
        if ioctl(FileHandle.standardOutput.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
            return (Int(size.ws_col), max(4, Int(size.ws_row)))
        }
        let environment = ProcessInfo.processInfo.environment
        return (environment["COLUMNS"].flatMap { Int($0) } ?? 80, environment["LINES"].flatMap { Int($0) } ?? 24)
    }
}
