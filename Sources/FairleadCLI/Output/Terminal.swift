import Foundation

/// Writes to the terminal at once: what a person waits for must not sit in a buffer.
enum Terminal {
    /// Writes lines to standard output.
    static func say(_ text: String) { write(Array((text + "\n").utf8), to: .standardOutput) }

    /// Writes lines to standard error.
    static func complain(_ text: String) { write(Array((text + "\n").utf8), to: .standardError) }

    /// Writes bytes to standard output as they are, and ends the line.
    static func say(bytes: [UInt8]) { write(bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")], to: .standardOutput) }

    // A reader that went away, as with `| head`, is not an error.
    private static func write(_ bytes: [UInt8], to file: FileHandle) { try? file.write(contentsOf: Data(bytes)) }
}
