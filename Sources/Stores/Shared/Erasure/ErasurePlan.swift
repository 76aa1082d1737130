import Screening

/// What one erasure destroys, as it is written down before it does: identifiers, numbers of keys and keyed hashes, nothing that names anybody.
struct ErasurePlan: Sendable, Equatable {
    /// A mark that is left.
    struct Mark: Sendable, Hashable {
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
    /// The data keys to be destroyed.
    var keys: Set<Int64> = []
    var marks: Set<Mark> = []
    /// External ids of orders, by their hashes.
    var places: Set<Mark> = []
    /// Kept values and kept answers that name them.
    var values: Set<Mark> = []
    var answers: Set<[UInt8]> = []

    var isEmpty: Bool { orders.isEmpty && events.isEmpty && runs.isEmpty && values.isEmpty && answers.isEmpty }

    mutating func formUnion(_ other: ErasurePlan) {
        addresses.formUnion(other.addresses)
        orders.formUnion(other.orders)
        events.formUnion(other.events)
        runs.formUnion(other.runs)
        keys.formUnion(other.keys)
        marks.formUnion(other.marks)
        places.formUnion(other.places)
        values.formUnion(other.values)
        answers.formUnion(other.answers)
    }

    var counts: [String: Int] {
        [
            "orders": orders.count, "events": events.count, "runs": runs.count, "keys": keys.count, "values": values.count, "answers": answers.count,
        ]
    }

    var json: JSON {
        func list(_ texts: Set<String>) -> JSON { .array(texts.sorted().map { .string($0) }) }
        func list(_ marks: Set<Mark>) -> JSON {
            .array(marks.map { "\($0.key.hex) \($0.connection)" }.sorted().map { .string($0) })
        }
        return [
            "addresses": .array(addresses.map { "\($0.key) \($0.connection)" }.sorted().map { .string($0) }), "orders": list(orders),
            "events": list(events), "runs": list(runs), "keys": .array(keys.sorted().map { .int($0) }), "marks": list(marks), "places": list(places),
            "values": list(values), "answers": .array(answers.map(\.hex).sorted().map { .string($0) }),
        ]
    }

    init() {}

    init(json: JSON?) {
        func texts(_ name: String) -> [String] { (json?[name]?.items ?? []).compactMap(\.text) }
        func marks(_ name: String) -> Set<Mark> {
            Set(
                texts(name).compactMap { text in
                    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                    return [UInt8](hex: parts[0]).map { Mark(connection: parts.count > 1 ? String(parts[1]) : "", key: $0) }
                }
            )
        }
        addresses = Set(
            texts("addresses").compactMap { text in
                let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                return Int64(parts[0]).map { Address(connection: parts.count > 1 ? String(parts[1]) : "", key: $0) }
            }
        )
        (orders, events, runs) = (Set(texts("orders")), Set(texts("events")), Set(texts("runs")))
        keys = Set((json?["keys"]?.items ?? []).compactMap(\.integer))
        (self.marks, places, values) = (marks("marks"), marks("places"), marks("values"))
        answers = Set(texts("answers").compactMap { [UInt8](hex: $0) })
    }
}

/// An erasure as it is written down outside the store's backups: first what it will destroy, and in the end that it did.
struct LedgerEntry: Sendable {
    var erasure: Erasure
    var plan: ErasurePlan

    var text: String { (["erasure": erasure.json, "plan": plan.json] as JSON).string(.sorted) }

    init(_ erasure: Erasure, _ plan: ErasurePlan) { (self.erasure, self.plan) = (erasure, plan) }

    /// Nil where the text is no entry: the last line of a file whose writer was killed.
    init?(_ text: String) {
        guard let json = try? JSON(parsing: Array(text.utf8)), let erasure = json["erasure"].flatMap({ Erasure(json: $0) }) else { return nil }
        (self.erasure, plan) = (erasure, ErasurePlan(json: json["plan"]))
    }
}
