import Foundation
import Screening
import Synchronization

/// What a script logs in one attempt, redacted before anybody sees it.
final class ScriptNotes: Sendable {
    private struct State {
        /// Made of the input with the first note: most runs log nothing.
        var redactor: Redactor?
        var entries: [JSON] = []
    }

    private let input: JSON
    private let clock: any WallClock
    private let state = Mutex(State())

    /// - Parameter input: what the run was given; its personal values are taken out of every note.
    init(input: JSON, clock: any WallClock) {
        self.input = input
        self.clock = clock
    }

    /// Takes one note as the prelude sent it: `{level, message, fields}`.
    func add(_ bytes: [UInt8]) {
        guard let given = try? JSON(parsing: bytes) else { return }
        let moment = clock.now()
        state.withLock { state in
            let redactor = state.redactor ?? Redactor(input: input)
            state.redactor = redactor
            state.entries.append([
                "at": JSON(moment), "level": given["level"] ?? "info", "message": .string(redactor.redacted(given["message"]?.text ?? "")),
                "fields": redactor.redacted(given["fields"] ?? [:]),
            ])
        }
    }

    func all() -> [JSON] { state.withLock { $0.entries } }
}

/// Takes personal data out of what a script logs: the values of the input's personal members, e-mail addresses, and long runs of digits.
struct Redactor: Sendable {
    private let values: [String]

    /// A redactor for what one run was given.
    init(input: JSON) {
        var found: Set<String> = []
        Redactor.collect(input, personal: false, into: &found)
        if let raw = input["raw"]?.text, let body = try? JSON(parsing: raw) { Redactor.collect(body, personal: false, into: &found) }
        values = found.sorted { $0.utf8.count > $1.utf8.count }
    }

    func redacted(_ text: String) -> String {
        let known = values.reduce(text) { $0.replacing($1, with: "‹personal›") }
        return known.replacing(/[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/, with: "‹personal›").replacing(/\+?\d[\d ()\-]{7,}\d/, with: "‹personal›")
    }

    func redacted(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): return .string(redacted(text))
        case .array(let items): return .array(items.map { redacted($0) })
        case .object(let members):
            return .object(
                JSON.Members(
                    members.pairs.map { name, member in (name, Redactor.isPersonal(name) && member.text != nil ? "‹personal›" : redacted(member)) }
                )
            )
        default: return value
        }
    }

    private static func isPersonal(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["name", "email", "phone", "mobile", "address", "birth", "street", "postcode"].contains { name.contains($0) }
    }

    private static func collect(_ value: JSON, personal: Bool, into found: inout Set<String>) {
        switch value {
        case .string(let text): if personal, text.utf8.count >= 3, text.utf8.count <= 320 { found.insert(text) }
        case .array(let items): for item in items { collect(item, personal: personal, into: &found) }
        case .object(let members):
            for (name, member) in members.pairs { collect(member, personal: personal && member.members == nil || isPersonal(name), into: &found) }
        default: break
        }
    }
}
