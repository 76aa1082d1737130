import Foundation
import HTTPTypes
import Screening
import Synchronization
import Testing
import Web

/// A real `fairlead serve` in a process of its own, which a test may kill.
final class ServeProcess: Sendable {
    let port: Int
    private let settings: URL
    private let transport: HTTPTransport
    private let process = Mutex<Process?>(nil)

    static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    init(settings: URL, port: Int, transport: HTTPTransport) {
        self.settings = settings
        self.port = port
        self.transport = transport
    }

    /// Starts it and returns when it answers.
    /// - Parameters:
    ///   - log: the file that takes what it logs.
    ///   - level: from what on it logs.
    func start(log: URL? = nil, level: String = "error") async throws {
        if try await !startIfItCan(log: log, level: level) { Issue.record("fairlead serve did not answer; is the port free and the settings right?") }
    }

    /// The same, where it may refuse to start. Returns whether it answers.
    func startIfItCan(log: URL? = nil, level: String = "error") async throws -> Bool {
        let process = Process()
        process.executableURL = ServeProcess.products.appending(path: "fairlead")
        process.arguments = ["serve", "--config", settings.path, "--log-level", level]
        process.currentDirectoryURL = settings.deletingLastPathComponent()
        process.standardOutput = FileHandle.nullDevice
        if let log { try Data().write(to: log) }
        process.standardError = try log.map { try FileHandle(forWritingTo: $0) } ?? FileHandle.nullDevice
        try process.run()
        self.process.withLock { $0 = process }
        for _ in 0..<300 {
            if let response = try? await transport.send(WireRequest(.get, "http://127.0.0.1:\(port)/healthz", timeout: .seconds(2))),
                response.status == 200
            {
                return true
            }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Kills it as the kernel would: nothing of it runs on.
    func kill() {
        guard let process = process.withLock({ $0 }), process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Its process; 0 where it does not run.
    var pid: Int32 { process.withLock { $0 }.flatMap { $0.isRunning ? $0.processIdentifier : nil } ?? 0 }

    /// Kills the workers of a host, and not itself.
    static func killWorkers(of host: Int32) {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(entry), let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { continue }
            // "pid (name) state parent …": a name may hold anything but ends at the last parenthesis.
            let fields = status.drop { $0 != ")" }.split(separator: " ")
            if status.contains("(fairlead-lua)"), fields.count > 2, fields[2] == "\(host)" { Foundation.kill(pid, SIGKILL) }
        }
    }

    /// Asks it to end and returns its exit status.
    func terminate() -> Int32 {
        guard let process = process.withLock({ $0 }), process.isRunning else { return -1 }
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Gives its API a command.
    @discardableResult
    func post(_ path: String, _ body: JSON) async throws -> WireResponse {
        let token: HTTPFields = [.authorization: "Bearer test-admin-token"]
        return try await transport.send(WireRequest(.post, "http://127.0.0.1:\(port)/api/v1\(path)", headers: token, json: body))
    }

    /// Asks its API.
    func get(_ path: String) async throws -> JSON? {
        let request = WireRequest(.get, "http://127.0.0.1:\(port)/api/v1\(path)", headers: [.authorization: "Bearer test-admin-token"])
        return try await transport.send(request).json
    }
}

/// A port of this machine that nobody listens on at this moment.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 }
    }
    try #require(bound)
    return Int(UInt16(bigEndian: address.sin_port))
}
