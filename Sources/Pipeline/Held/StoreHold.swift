public import Screening

/// The hold of a store: everything is taken in and nothing leaves, until a person lets go. It is the store's own pause, so all replicas see it.
public struct StoreHold: Sendable, Equatable {
    /// Why a store is held.
    public enum Reason: String, Sendable, CaseIterable {
        /// A person asked for it.
        case byPerson = "held by a person"
        /// It was restored from a backup, and is a store in the past until it is reconciled.
        case restored
    }

    /// Since when, by whom and with what note.
    public let pause: OperatingState.Pause
    /// Why.
    public var reason: Reason { pause.isRestored ? .restored : .byPerson }

    public init(_ pause: OperatingState.Pause) { self.pause = pause }
}

extension OperatingState.Pause {
    /// Whether it is the hold of the whole store.
    public var isHold: Bool { problem.code == Problem.held }

    /// Whether it is the hold of a store that was restored from a backup.
    public var isRestored: Bool { backupAt != nil }

    /// What keeps a connection's work waiting by it.
    func obstacle(of connection: String) -> Obstacle { .paused(isHold ? .store : .connection(connection), self) }
}

extension OperatingState.Subject {
    /// What it is called in a sentence.
    var name: String { self == .store ? "the store" : "the \(kind) \(id)" }
}

extension Problem {
    /// The code of what waits because the store is held.
    public static let held = "held"

    /// Whether a code means that somebody keeps something from being sent.
    static func isBrake(_ code: String) -> Bool { code == paused || code == held }
}

extension Notice.Kind {
    /// Whether it says what became of orders and of what leads to them: that is not told while the store is held. Issues are.
    var tellsOfOrders: Bool {
        switch self {
        case .orderCreated, .orderUpdated, .deadLetter: true
        case .issueOpened, .issueReopened, .issueResolved, .webhookFailing, .webhookRecovered, .webhookDisabled, .test: false
        }
    }
}

extension Run {
    /// Whether it may send something that is about orders: every run but those by which a notifier is told of something else.
    var tellsOfOrders: Bool {
        guard hook == Notifier.hook, case .update(let notice) = input else { return true }
        return notice.value["type"]?.text.flatMap(Notice.Kind.init(rawValue:))?.tellsOfOrders ?? true
    }
}
