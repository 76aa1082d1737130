/// A command for many things, which the host gives one after the other: what it is for was written down when it was asked for.
public struct BulkJob: Sendable, Equatable {
    /// What is done with each.
    public enum Verb: String, Sendable, CaseIterable {
        case replayEvents = "event.replay"
        case discardEvents = "event.discard"
        case retryRuns = "run.retry"
        case discardRuns = "run.discard"
        case refreshOrders = "order.refresh"
        case cancelOrders = "order.cancel"
        case retryOrders = "order.retry"
        case discardOrders = "order.discard"
    }

    /// How far it has come.
    public enum State: String, Sendable, CaseIterable {
        case running
        case done
        /// A person stopped it, or whoever asked for it may no longer: what it had done by then stays done.
        case stopped
    }

    /// One of its things that it could not be done for, and why.
    public struct Refusal: Sendable, Equatable {
        /// The identifier of the event, run or order.
        public let item: String
        /// Why, as a code for programs.
        public let code: String
        /// Why, in a sentence, which may hold what a provider or a script said.
        public let message: Personal<String>

        public init(item: String, code: String, message: Personal<String>) {
            self.item = item
            self.code = code
            self.message = message
        }
    }

    /// How many of them are kept.
    package static let keptRefusals = 1000

    /// `blk_…`
    public let id: String
    public let verb: Verb
    /// Who asked for it.
    public let actor: Actor
    /// Why; kept with each of the things.
    public let note: Personal<String>?
    /// The connections that whoever asked may see; nil for all. Who may see them all may see the job.
    public let connections: Set<String>?
    /// How many things it is for.
    public let count: Int
    /// Whether none of its things was one that a person had let be. What is one by now was let be since, and is left alone; of other jobs that is told by the
    /// clock.
    public let sparesDiscarded: Bool
    /// How many of them it has gone through.
    public var position = 0
    /// How many it was done for.
    public var done = 0
    /// How many it could not be done for.
    public var refused = 0
    /// How many of these are updates that were skipped because the ATS was told of a later change already.
    public var superseded = 0
    public var state = State.running
    public let createdAt: Timestamp
    public var endedAt: Timestamp?
    /// What it could not be done for just now; kept by itself when it is written. Not read again with the job.
    public var newRefusal: Refusal?
    /// Why the host stopped it, in a sentence without personal data; nil where a person did, or nobody.
    public var reason: String?

    public init(
        id: String,
        verb: Verb,
        actor: Actor,
        note: String?,
        connections: Set<String>?,
        count: Int,
        sparesDiscarded: Bool = false,
        createdAt: Timestamp
    ) {
        self.id = id
        self.verb = verb
        self.actor = actor
        self.note = note.map { Personal($0) }
        self.connections = connections
        self.count = count
        self.sparesDiscarded = sparesDiscarded
        self.createdAt = createdAt
    }

    /// The token that asked for it; nil where none did.
    package var token: String? { if case .token(let id, _) = actor { id } else { nil } }

    /// The work of going on with it. The jobs of one token share a lane, so that nobody's many things keep another's waiting.
    package func work(due: Timestamp) -> QueuedWork { QueuedWork(.bulk(id), connection: token, due: due) }

    /// How many things are stored together.
    package static let chunk = 500
    /// How long one that ended is kept, in milliseconds.
    package static let kept: Int64 = 30 * 86_400_000
}
