import Foundation
import Testing

/// The built program `fairlead`, run in a process of its own in a folder of its own.
struct Program {
    /// What a finished run left.
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String

        var lines: [String] { output.split(separator: "\n").map { String($0) } }
        var errorLines: [String] { errors.split(separator: "\n").map { String($0) } }
    }

    static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folder that it runs in.
    let folder: URL
    /// Its environment, besides what every process needs.
    var environment: [String: String] = [:]

    /// A program with an empty folder.
    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Removes the folder.
    func remove() { try? FileManager.default.removeItem(at: folder) }

    func write(_ text: String, to name: String) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func text(of name: String) -> String {
        FileManager.default.contents(atPath: folder.appending(path: name).path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Runs it to its end.
    func run(_ arguments: String...) async throws -> Outcome { try await run(arguments) }

    /// The same.
    func run(_ arguments: [String]) async throws -> Outcome {
        let running = try start(arguments)
        let code = await running.end()
        return Outcome(code: code, output: running.output, errors: running.errors)
    }

    /// Runs a line of a shell in its folder to its end.
    func shell(_ line: String) async throws -> Outcome {
        let running = try start(["-c", line], executable: URL(filePath: "/bin/sh"))
        let code = await running.end()
        return Outcome(code: code, output: running.output, errors: running.errors)
    }

    /// Starts a host, and has whatever is run from now on speak to it.
    mutating func serve() async throws -> RunningProgram {
        let host = try start(["serve"])
        environment["FAIRLEAD_URL"] = try await host.line(with: Self.listening).replacing(Self.listening, with: "")
        return host
    }

    private static let listening = "Fairlead listens on "

    /// Starts it.
    func start(_ arguments: [String], executable: URL = Program.products.appending(path: "fairlead")) throws -> RunningProgram {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ["PATH": "/usr/bin:/bin", "COLUMNS": "100"].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return try RunningProgram(process, folder: folder)
    }
}

/// The program at work. What it writes goes to files, so that it never waits for a reader.
final class RunningProgram: Sendable {
    private let process: Process
    private let outputFile: URL
    private let errorFile: URL
    private let ends: AsyncStream<Int32>

    init(_ process: sending Process, folder: URL) throws {
        let name = UUID().uuidString
        outputFile = folder.appending(path: "out-\(name)")
        errorFile = folder.appending(path: "err-\(name)")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        ends = stream
        process.terminationHandler = {
            continuation.yield($0.terminationReason == .exit ? $0.terminationStatus : 128 + $0.terminationStatus)
            continuation.finish()
        }
        try process.run()
        self.process = process
    }

    var output: String { text(outputFile) }
    var errors: String { text(errorFile) }

    /// Waits for its end; gives the exit code, or 128 and the signal that ended it.
    func end() async -> Int32 {
        for await code in ends { return code }
        return -1
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits until it has written a line to standard output that holds `text`, and gives that line.
    func line(with text: String) async throws -> String {
        for _ in 0..<1500 {
            // Only lines that are whole: the last one may still be on its way.
            let whole = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = whole.first(where: { $0.contains(text) }) { return String(line) }
            if !process.isRunning { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the program did not say \(text): \(errors)")
        return ""
    }

    private func text(_ file: URL) -> String {
        FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
