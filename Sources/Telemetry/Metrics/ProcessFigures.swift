import Foundation

/// What the operating system says about this process. Nothing where it does not say it (it is read from Linux's `/proc`).
public struct ProcessFigures: Sendable {
    /// Seconds of processor time, user's and system's.
    public let cpuSeconds: Double?
    public let residentBytes: Double?
    public let openFiles: Double?
    public let mostFiles: Double?
    /// In seconds since 1970.
    public let startTime: Double?

    /// The figures at this moment.
    public init() {
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        // The name, in parentheses, may hold anything: what follows the last one is read.
        let fields = ProcessFigures.text("/proc/self/stat").flatMap { text in
            text.lastIndex(of: ")").map { text[text.index(after: $0)...].split(separator: " ").map { Double($0) } }
        }
        func field(_ number: Int) -> Double? { fields.flatMap { $0.count > number ? $0[number] : nil } }
        cpuSeconds = field(11).flatMap { user in field(12).map { (user + $0) / ticks } }
        residentBytes = field(21).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
        openFiles = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) }
        var limit = rlimit()
        mostFiles = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Double(limit.rlim_cur) : nil
        let boot = ProcessFigures.text("/proc/stat").flatMap { text in
            text.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
        }
        startTime = field(19).flatMap { started in boot.map { $0 + started / ticks } }
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
