import Foundation
import Screening

/// Writes to the terminal at once: what a person waits for must not sit in a buffer.
enum Terminal {
    /// Writes lines to standard output. What a terminal would act on is written out: any text may hold what a stranger sent.
    static func say(_ text: String) { write(Array((text.printable + "\n").utf8), to: .standardOutput) }

    /// Writes lines to standard error, as ``say(_:)`` does.
    static func complain(_ text: String) { write(Array((text.printable + "\n").utf8), to: .standardError) }

    /// Writes JSON to standard output, and ends the line. It means the same whatever is written out in it.
    static func say(json: [UInt8]) {
        let text = String(decoding: json, as: UTF8.self).printableJSON
        write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: .standardOutput)
    }

    /// Writes bytes to standard output as they are, for another program or a file; to a terminal as ``say(_:)`` does.
    static func say(raw bytes: [UInt8]) {
        if isatty(FileHandle.standardOutput.fileDescriptor) == 1 { return say(String(decoding: bytes, as: UTF8.self)) }
        write(bytes, to: .standardOutput)
    }

    // A reader that went away, as with `| head`, is not an error.
    private static func write(_ bytes: [UInt8], to file: FileHandle) { try? file.write(contentsOf: Data(bytes)) }
}
