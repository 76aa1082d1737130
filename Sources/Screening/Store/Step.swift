/// One host call inside a run: performed once, remembered, replayed.
public struct Step: Sendable, Equatable {
    /// Its place in the run, from 1.
    public let number: Int
    /// The call, such as `http` or `orders.place`.
    public let kind: String
    /// SHA-256 of kind and request, in hexadecimal: a replay that asks for something else here is an error.
    public let requestHash: String
    /// The call's arguments, as JSON.
    public let request: Personal<JSON>
    /// What was answered; nil while the answer is not known.
    public var reply: Personal<JSON>?
    /// Whether a new attempt of the run sends it again although it was answered (a failure that may pass).
    public var repeatable: Bool
    /// How often it was sent.
    public var attempts: Int
    /// When it was last begun.
    public var at: Timestamp
    /// How long the answer took, in milliseconds; nil while there is none.
    public var milliseconds: Int?
    /// Which of the run's branches it belongs to, from 0: a run branches when what it asks again is answered differently, and makes other calls from there
    /// on. ``leftBehind`` for a step of an earlier branch that the present one does not reach.
    public var branch = 0
    /// Where the script made the call; nil where that is not known.
    public var place: Place?

    /// A line of a script.
    public struct Place: Sendable, Equatable {
        /// Its file, such as `greenhouse/main.lua`.
        public let script: String
        /// From 1.
        public let line: Int

        public init(script: String, line: Int) {
            self.script = script
            self.line = line
        }
    }

    public init(
        number: Int,
        kind: String,
        requestHash: String,
        request: JSON,
        reply: JSON? = nil,
        repeatable: Bool = false,
        attempts: Int = 1,
        at: Timestamp,
        milliseconds: Int? = nil
    ) {
        self.number = number
        self.kind = kind
        self.requestHash = requestHash
        self.request = Personal(request)
        self.reply = reply.map { Personal($0) }
        self.repeatable = repeatable
        self.attempts = attempts
        self.at = at
        self.milliseconds = milliseconds
    }

    /// The branch of steps that the run does not reach any more.
    public static let leftBehind = -1
    /// Whether the run does not reach the step any more.
    public var isLeftBehind: Bool { branch == Self.leftBehind }

    /// The order that the call found or had cancelled; nil where there is none.
    public var orderFound: String? {
        guard let value = reply?.value["value"], !value.isNull else { return nil }
        return switch kind {
        case "orders.get", "orders.find", "orders.place": value["id"]?.text ?? value["ends"]?["order"]?.text
        case "orders.cancel": request.value["id"]?.text
        default: nil
        }
    }

    /// The step as the API shows it, with its personal data.
    public var json: JSON {
        [
            "n": .int(Int64(number)), "kind": .string(kind), "request": request.value, "reply": reply?.value ?? .null, "at": JSON(at),
            "ms": milliseconds.map { .int(Int64($0)) } ?? .null, "attempts": .int(Int64(attempts)), "script": JSON(place?.script),
            "line": place.map { .int(Int64($0.line)) } ?? .null,
        ]
    }
}

/// What a step does to the store, in the transaction that remembers it.
public indirect enum StepEffect: Sendable {
    /// Does something where the connection's quota allows it, decided in the same transaction. Else nothing is remembered or done, and
    /// ``StoreError/overQuota(_:)`` is thrown.
    case within(Quota, StepEffect)
    /// Places an order, and notes that the run and its event made it; the step's reply is made from the order that stands afterwards, the one given or the one that was there.
    ///
    /// A withdrawal that keeps an order from being placed which is asked for at `asked` is a ``StoreError/conflict``, see
    /// ``Occurrence/isBlocked(by:isFirst:)``; nil where no withdrawal matters. `reorder` says whether an order that ended gives way to it; one that is just
    /// being cancelled, see ``Order/isBeingWithdrawn(before:)``, is a ``StoreError/conflict`` as well.
    case place(Order, asked: Occurrence? = nil, reorder: Reorder? = nil, reply: @Sendable (Order) -> JSON)
    /// Notes that the candidate of an external id was withdrawn. The latest withdrawal is kept; where one does not say when it happened, that is forgotten.
    case withdraw(connection: String, externalID: String, Occurrence)
    /// Sets a value of the connection's; nil deletes it. Dropped at `expires`.
    case value(connection: String, key: String, JSON?, expires: Timestamp?)
}

/// A step as lists hold it: its request and reply only where there was room for them.
public struct StepSummary: Sendable {
    public let number: Int
    public let kind: String
    public let attempts: Int
    public let at: Timestamp
    public let milliseconds: Int?
    /// The bytes that request and reply take in the store.
    public let size: Int
    /// The whole step; nil where it was not to be read.
    public let step: Step?

    public init(number: Int, kind: String, attempts: Int, at: Timestamp, milliseconds: Int?, size: Int, step: Step? = nil) {
        self.number = number
        self.kind = kind
        self.attempts = attempts
        self.at = at
        self.milliseconds = milliseconds
        self.size = size
        self.step = step
    }

    /// The step as the API shows it, without request and reply.
    public var json: JSON {
        [
            "n": .int(Int64(number)), "kind": .string(kind), "at": JSON(at), "ms": milliseconds.map { .int(Int64($0)) } ?? .null,
            "attempts": .int(Int64(attempts)),
        ]
    }
}
