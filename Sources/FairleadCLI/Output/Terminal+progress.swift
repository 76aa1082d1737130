import Foundation
import Screening

extension Terminal {
    /// Shows how far something has come, on standard error: on a terminal over what it showed before, else not at all.
    static func progress(_ text: String) {
        guard isatty(FileHandle.standardError.fileDescriptor) == 1 else { return }
        try? FileHandle.standardError.write(contentsOf: Data(("\r\u{1B}[K" + text.printable).utf8))
    }

    /// Takes the line of ``progress(_:)`` away.
    static func endProgress() {
        guard isatty(FileHandle.standardError.fileDescriptor) == 1 else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8))
    }
}
