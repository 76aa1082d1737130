import Foundation

/// A file that a command reads, or standard input.
enum InputFile {
    /// The bytes; `-` is standard input.
    static func bytes(of file: String) throws -> [UInt8] {
        if file == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file): the file is not there or cannot be read.")
        }
        return Array(data)
    }
}
