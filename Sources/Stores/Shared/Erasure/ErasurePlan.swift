import Screening

/// What one erasure destroys, as it is written down before it does: identifiers, numbers of keys and keyed hashes, nothing that names anybody.
struct ErasurePlan: Sendable, Equatable {
    /// A mark that is left.
    struct Mark: Sendable, Hashable {
        let connection: String
        let key: [UInt8]
        /// The application that it is of, by the hash of its external id; ``nobodys`` where none was ordered for it. All marks of one are lifted together.
        var place: [UInt8] = nobodys

        static let nobodys: [UInt8] = [0]
    }

    /// Something of a connection, by its hash.
    struct Place: Sendable, Hashable {
        let connection: String
        let key: [UInt8]
    }

    /// An address as events are found by it.
    struct Address: Sendable, Hashable {
        let connection: String
        let key: Int64
    }

    var addresses: Set<Address> = []
    var orders: Set<String> = []
    var events: Set<String> = []
    var runs: Set<String> = []
    /// Events of others, and runs of none, whose runs read of the person: what these were answered goes, and nothing else.
    var journals: Set<String> = []
    /// The data keys to be destroyed.
    var keys: Set<Int64> = []
    var marks: Set<Mark> = []
    /// External ids of orders, by their hashes.
    var places: Set<Place> = []
    /// Kept values and kept answers that name them.
    var values: Set<Place> = []
    var answers: Set<[UInt8]> = []
    /// Runs of nobody alone that go on: what they read goes once they have ended.
    var later: Set<String> = []
    /// Notes of people on issues that name them: the cause and when it was written.
    var notes: Set<Note> = []
    /// Entries of the audit, by number, whose words name them.
    var audits: Set<Int64> = []
    /// Commands for many whose note names them.
    var commands: Set<String> = []

    /// Views that people keep under a name that names them.
    var views: Set<View> = []
    /// What could not be read while it was looked for.
    var unread = UnreadThings()

    /// A view that somebody keeps.
    struct View: Sendable, Hashable {
        let owner: [UInt8]
        let id: String
    }

    /// A note on an issue.
    struct Note: Sendable, Hashable {
        let cause: String
        let at: Int64
    }

    var isEmpty: Bool { orders.isEmpty && events.isEmpty && runs.isEmpty && journals.isEmpty && values.isEmpty && answers.isEmpty && notes.isEmpty }

    mutating func formUnion(_ other: ErasurePlan) {
        addresses.formUnion(other.addresses)
        orders.formUnion(other.orders)
        events.formUnion(other.events)
        runs.formUnion(other.runs)
        journals.formUnion(other.journals)
        keys.formUnion(other.keys)
        marks.formUnion(other.marks)
        places.formUnion(other.places)
        values.formUnion(other.values)
        answers.formUnion(other.answers)
        later.formUnion(other.later)
        notes.formUnion(other.notes)
        audits.formUnion(other.audits)
        commands.formUnion(other.commands)
        views.formUnion(other.views)
        unread.formUnion(other.unread)
    }

    var counts: [String: Int] {
        [
            "orders": orders.count, "events": events.count, "runs": runs.count, "journals": journals.count, "keys": keys.count,
            "values": values.count, "answers": answers.count, "notes": notes.count + audits.count + commands.count + views.count,
        ]
    }

    var json: JSON {
        func list(_ texts: Set<String>) -> JSON { .array(texts.sorted().map { .string($0) }) }
        func list(_ places: Set<Place>) -> JSON {
            .array(places.map { "\($0.key.hex) \($0.connection)" }.sorted().map { .string($0) })
        }
        let marks = marks.map { "\($0.key.hex) \($0.place.hex) \($0.connection)" }.sorted()
        var json: JSON = [
            "addresses": .array(addresses.map { "\($0.key) \($0.connection)" }.sorted().map { .string($0) }), "orders": list(orders),
            "events": list(events), "runs": list(runs), "journals": list(journals),
            "keys": .array(keys.sorted().map { .int($0) }), "marks": .array(marks.map { .string($0) }),
            "places": list(places),
            "values": list(values), "answers": .array(answers.map(\.hex).sorted().map { .string($0) }),
            "later": list(later), "notes": .array(notes.map { "\($0.at) \($0.cause)" }.sorted().map { .string($0) }),
            "audits": .array(audits.sorted().map { .int($0) }), "commands": list(commands),
            "views": list(Set(views.map { "\($0.owner.hex) \($0.id)" })),
        ]
        if !unread.isEmpty { json["unread"] = .array(unread.texts.map { .string($0) }) }
        return json
    }

    init() {}

    init(json: JSON?) {
        func texts(_ name: String) -> [String] { (json?[name]?.items ?? []).compactMap(\.text) }
        func places(_ name: String) -> Set<Place> {
            Set(
                texts(name).compactMap { text in
                    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                    return [UInt8](hex: parts[0]).map { Place(connection: parts.count > 1 ? String(parts[1]) : "", key: $0) }
                }
            )
        }
        marks = Set(
            texts("marks").compactMap { text in
                let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count > 1, let key = [UInt8](hex: parts[0]) else { return nil }
                // Written before marks named their application.
                guard parts.count == 3 else { return Mark(connection: String(parts[1]), key: key) }
                guard let place = [UInt8](hex: parts[1]) else { return nil }
                return Mark(connection: String(parts[2]), key: key, place: place)
            }
        )
        addresses = Set(
            texts("addresses").compactMap { text in
                let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                return Int64(parts[0]).map { Address(connection: parts.count > 1 ? String(parts[1]) : "", key: $0) }
            }
        )
        (orders, events, runs) = (Set(texts("orders")), Set(texts("events")), Set(texts("runs")))
        journals = Set(texts("journals"))
        keys = Set((json?["keys"]?.items ?? []).compactMap(\.integer))
        (self.places, values, later) = (places("places"), places("values"), Set(texts("later")))
        notes = Set(
            texts("notes").compactMap { text in
                let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                return parts.count == 2 ? Int64(parts[0]).map { Note(cause: String(parts[1]), at: $0) } : nil
            }
        )
        audits = Set((json?["audits"]?.items ?? []).compactMap(\.integer))
        commands = Set(texts("commands"))
        views = Set(
            texts("views").compactMap { text in
                let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                return parts.count == 2 ? [UInt8](hex: parts[0]).map { View(owner: $0, id: String(parts[1])) } : nil
            }
        )
        unread = UnreadThings(texts: texts("unread"))
        answers = Set(texts("answers").compactMap { [UInt8](hex: $0) })
    }
}

/// An erasure as it is written down outside the store's backups: first what it will destroy, and in the end that it did.
struct LedgerEntry: Sendable {
    var erasure: Erasure
    var plan: ErasurePlan
    /// Whether it was not done, because something of it was put on legal hold first: as if it had not been written down.
    var isWithdrawn = false

    var text: String {
        var json: JSON = ["erasure": erasure.json, "plan": plan.json]
        if isWithdrawn { json["withdrawn"] = true }
        return json.string(.sorted)
    }

    init(_ erasure: Erasure, _ plan: ErasurePlan) { (self.erasure, self.plan) = (erasure, plan) }

    /// Nil where the text is no entry: the last line of a file whose writer was killed.
    init?(_ text: String) {
        guard let json = try? JSON(parsing: Array(text.utf8)), let erasure = json["erasure"].flatMap({ Erasure(json: $0) }) else { return nil }
        (self.erasure, plan) = (erasure, ErasurePlan(json: json["plan"]))
        isWithdrawn = json["withdrawn"]?.boolean == true
    }
}
