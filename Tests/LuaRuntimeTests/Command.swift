import Foundation
import Testing

/// Runs another program to its end, on a thread of its own: tests share two threads that must not wait.
enum Command {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Returns what it wrote to standard output. Throws where it fails, with what it wrote to standard error.
    static func run(_ path: String, _ arguments: [String], input: String = "") async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try runHere(path, arguments, input: input) }) }
        }
    }

    private static func runHere(_ path: String, _ arguments: [String], input: String) throws -> String {
        let process = Process()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
        try Data(input.utf8).write(to: names[0])
        for name in names.dropFirst() { try Data().write(to: name) }
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: names[0])
        process.standardOutput = try FileHandle(forWritingTo: names[1])
        process.standardError = try FileHandle(forWritingTo: names[2])
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self))
        }
        return String(decoding: try Data(contentsOf: names[1]), as: UTF8.self)
    }
}
