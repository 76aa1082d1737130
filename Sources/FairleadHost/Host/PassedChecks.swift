import Crypto
import Foundation
import LuaRuntime
import Screening

/// Remembers in a file beside the store which plugins and connections' scripts passed the ``ReloadCheck``, so that what has not changed is not tried again
/// at the next start.
///
/// What is remembered is a code over everything that was read of them, over the check, and over the two programs. The code is made with the store's key
/// where there is one: whoever can write the file alone makes nothing pass. A store on PostgreSQL has no folder, and nothing is remembered.
struct PassedChecks: Sendable {
    private let file: String?
    private let key: SymmetricKey
    /// What a code is over, beside its subject.
    private let surroundings: [String]

    /// - Parameter identity: the check's; nil where nothing is to be remembered.
    init(_ settings: Settings, identity: String?) {
        if case .sqlite(let path) = settings.store, identity != nil { file = path + ".checked" } else { file = nil }
        let secret = settings.encryptionKeys.first?.bytes ?? []
        key = SymmetricKey(data: Array(SHA256.hash(data: Array("fairlead passed checks".utf8) + secret)))
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
        surroundings = [identity ?? "", FileFingerprint.of([program]), FileFingerprint.of([settings.workers.configuration.workerPath])]
    }

    /// The code of a subject, by everything that it consists of.
    func code(_ parts: [String]) -> String {
        var code = HMAC<SHA256>(key: key)
        for part in surroundings + parts {
            // Lengths keep parts apart that stand one after the other.
            withUnsafeBytes(of: UInt64(part.utf8.count).bigEndian) { code.update(data: Array($0)) }
            code.update(data: Array(part.utf8))
        }
        return Array(code.finalize()).hex
    }

    /// The codes that the file holds; none where there is no file, or another text in it.
    func read() -> Set<String> {
        guard let file, let handle = FileHandle(forReadingAtPath: file), let data = try? handle.read(upToCount: PassedChecks.largest) else {
            return []
        }
        return Set(String(decoding: data, as: UTF8.self).split(separator: "\n").map { String($0) })
    }

    /// Keeps codes in place of those in the file.
    /// - Throws: where the file cannot be written.
    func write(_ codes: Set<String>) throws {
        guard let file, codes != read() else { return }
        try Data((codes.sorted().joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: file), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }

    private static let largest = 1 << 20
}
