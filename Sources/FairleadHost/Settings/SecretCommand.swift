import ConfigurationFiles
import Foundation
import Synchronization

/// A program that prints a secret, as `${exec:PROGRAM ARGUMENT …}` names it: a key service's or a vault's own client, for one.
///
/// It is run as it is, without a shell: `$`, `*`, `|` and the like mean nothing. What it prints is never logged and never part of an error; of what it says
/// on standard error the first line is, without what may be a secret.
struct SecretCommand: Sendable {
    /// Why there is no secret, to be said after the key's name.
    struct Failure: Error { let message: String }

    /// How long it may take.
    static let patience = DispatchTimeInterval.seconds(10)
    /// How much it may print, in bytes.
    static let limit = 65_536
    private static let tooMuch = "prints more than 64 KiB"

    private let words: [String]

    /// - Parameter text: the program and its arguments, separated by spaces; quotes keep what stands between them together.
    /// - Throws: ``Failure`` where there is no program, or a quote has no end.
    init(_ text: String) throws(Failure) {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw Failure(message: "has a ${exec: with a quote that does not end") }
        if let word { words.append(word) }
        guard !words.isEmpty, !words[0].isEmpty else { throw Failure(message: "has a ${exec: without a program") }
        self.words = words
    }

    /// Runs the program and returns what it prints, without the line ends at its end. Calling twice runs it twice.
    /// - Parameters:
    ///   - folder: what a relative path of the program is relative to; a name without a slash is looked for in the environment's `PATH`.
    ///   - environment: what it runs with.
    /// - Throws: ``Failure`` where it cannot be run, fails, takes too long, prints too much or nothing.
    func run(in folder: String, environment: [String: String]) throws(Failure) -> String {
        let name = words[0]
        guard let program = Self.program(name, folder, environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin") else {
            throw Failure(message: "the program \(name) is not there or cannot be run")
        }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = Array(words.dropFirst())
        // Other secrets of the host's are not handed on.
        process.environment = environment.filter { !$0.key.hasPrefix("FAIRLEAD_") }
        if FileManager.default.fileExists(atPath: folder) { process.currentDirectoryURL = URL(filePath: folder) }
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Output(limit: Self.limit), Output(limit: Self.limit))
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do { try process.run() } catch { throw Failure(message: "the program \(name) cannot be run") }
        let readers = DispatchGroup()
        for part in [output, errors] { part.read(in: readers) { kill(process.processIdentifier, SIGKILL) } }
        guard ended.wait(timeout: .now() + Self.patience) == .success, readers.wait(timeout: .now() + .seconds(1)) == .success else {
            kill(process.processIdentifier, SIGKILL)
            // What a program started may go on after it, and hold its ways out open.
            let isOver = output.isOver || errors.isOver
            throw Failure(message: "the program \(name) \(isOver ? Self.tooMuch : "did not end within ten seconds")")
        }
        guard !output.isOver, !errors.isOver else { throw Failure(message: "the program \(name) \(Self.tooMuch)") }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let said = errors.text.map { ": " + Self.brief($0, without: output.text ?? "") } ?? ""
            throw Failure(message: "the program \(name) ended with \(process.terminationStatus)\(said.count > 2 ? said : "")")
        }
        guard let text = output.text, !text.isEmpty else { throw Failure(message: "the program \(name) prints nothing that is readable text") }
        return text
    }

    private static func program(_ name: String, _ folder: String, _ path: String) -> String? {
        let candidates =
            name.contains("/") ? [FilePath.absolute(name, in: folder)] : path.split(separator: ":").map { FilePath.absolute(name, in: String($0)) }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The first line of what it said, without what it printed, and without words that look like a credential: programs say in their errors what they tried.
    static func brief(_ text: String, without printed: String) -> String {
        let line = String((text.split(whereSeparator: \.isNewline).first ?? "").prefix(200))
        let secrets = Set(printed.split(whereSeparator: \.isWhitespace).map(String.init).filter { $0.count >= 4 })
        let words = line.split(whereSeparator: { " \t=\"'".contains($0) }).map(String.init)
        var brief = line.filter { !$0.isASCII || $0 >= " " }
        for word in words where secrets.contains(where: { word.contains($0) }) || isTelling(word) { brief = brief.replacing(word, with: "…") }
        return brief
    }

    /// Whether a word may be a credential: long, of letters and digits, and no path.
    private static func isTelling(_ word: String) -> Bool {
        word.count >= 16 && word.contains(where: \.isNumber) && word.contains(where: \.isLetter) && !word.hasPrefix("/") && !word.hasPrefix("./")
    }
}

/// What a program writes to one of its two ways out.
private final class Output: Sendable {
    private struct State {
        var bytes = Data()
        var isOver = false
    }

    let pipe = Pipe()
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Whether it was more than the limit.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// What was written, without the line ends at its end; nil where it is no text.
    var text: String? { state.withLock { TextFile.text($0.bytes)?.withoutMarks } }

    /// Reads to the end, or to the limit, and says so then.
    func read(in group: DispatchGroup, whenOver: @escaping @Sendable () -> Void) {
        DispatchQueue.global().async(group: group) { [self] in
            while let next = try? pipe.fileHandleForReading.read(upToCount: 4096), !next.isEmpty {
                let isOver = state.withLock { state in
                    state.bytes.append(next)
                    state.isOver = state.bytes.count > limit
                    return state.isOver
                }
                guard isOver else { continue }
                whenOver()
                // Whoever else writes there, ends by it.
                try? pipe.fileHandleForReading.close()
                return
            }
        }
    }
}
