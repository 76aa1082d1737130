import Screening
import Synchronization

/// What a script logs in one attempt, redacted before anybody sees it.
final class ScriptNotes: Sendable {
    private let clock: any WallClock
    private let notes = Mutex<[(at: Timestamp, bytes: [UInt8])]>([])
    private let named = Mutex<[[UInt8]]>([])

    init(clock: any WallClock) { self.clock = clock }

    /// Takes one note as the prelude sent it: `{level, message, fields}`. It runs on a worker's thread, so it only stores the note.
    func add(_ bytes: [UInt8]) {
        let timestamp = clock.now()
        notes.withLock { $0.append((timestamp, bytes)) }
    }

    /// Takes what the script says it is about: `{external_id, candidate}`.
    func add(subject bytes: [UInt8]) { named.withLock { if $0.count < 20 { $0.append(bytes) } } }

    /// Adds what the script said it is about.
    func add(to subjects: inout RunSubjects) {
        for bytes in named.withLock({ $0 }) { if let subject = try? JSON(parsing: bytes) { subjects.add(subject) } }
    }

    /// The notes, redacted.
    /// - Parameter redactor: made only if there are notes; it knows what the run was given and answered.
    func all(redactedBy redactor: @autoclosure () -> Redactor) -> [JSON] {
        let kept = notes.withLock { $0 }
        guard !kept.isEmpty else { return [] }
        let redactor = redactor()
        return kept.compactMap { note in
            guard let given = try? JSON(parsing: note.bytes) else { return nil }
            return [
                "at": JSON(note.at), "level": given["level"] ?? "info", "message": .string(redactor.redacted(given["message"]?.text ?? "")),
                "fields": redactor.redacted(given["fields"] ?? [:]),
            ]
        }
    }
}
