#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Foundation
import Screening

/// What stands in `FILE.lock`, one line of JSON: which store is in the file, and who has it open.
struct LockNote: Sendable {
    /// The store's identifier; it stays when nobody has the store open, and when the file is gone.
    var store: String?
    var pid: Int?
    var host: String?

    /// What a file says; nil where it says nothing.
    static func read(_ path: String) -> LockNote? {
        guard let data = FileManager.default.contents(atPath: path), let line = data.split(separator: 10).first else { return nil }
        guard let json = try? JSON(parsing: Array(line)), json.members != nil else { return nil }
        let note = LockNote(store: json["store"]?.text, pid: json["pid"]?.integer.map { Int($0) }, host: json["host"]?.text)
        return note.store == nil && note.pid == nil ? nil : note
    }

    /// The line.
    var bytes: [UInt8] {
        var json: JSON = [:]
        json["store"] = store.map { .string($0) }
        json["pid"] = pid.map { .int(Int64($0)) }
        json["host"] = host.map { .string($0) }
        return json.bytes() + [10]
    }

    /// Who has the store open, as an error says it.
    var holder: String {
        guard let pid else { return "another process" }
        return "another process: pid \(pid)" + (host.map { " on \($0)" } ?? "")
    }

    /// A note of this process.
    static func own(store: String?) -> LockNote { LockNote(store: store, pid: Int(getpid()), host: machine) }

    /// The machine's own name for itself; no name server is asked.
    private static var machine: String? {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
