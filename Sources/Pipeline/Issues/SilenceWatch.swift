import Screening
import Synchronization

/// Finds out from whom nothing was heard for far longer than is usual at this hour of the week.
final class SilenceWatch: Sendable {
    private let environment: Environment
    private let store: any Store
    let snapshot = SilenceSnapshot()
    private let known = Mutex<(rhythms: [ContactRhythm], readAt: Timestamp)?>(nil)

    /// The rhythm is that of weeks: it does not change in between.
    private static let freshness = Duration.seconds(600)

    init(environment: Environment, store: any Store) {
        self.environment = environment
        self.store = store
    }

    /// The silent ones at present, with what is known of each.
    /// - Parameter heard: when something was last heard, by subject.
    func look(_ heard: [OperatingState.Subject: Timestamp]) async throws -> [IssueCause: JSON] {
        let now = environment.clock.now()
        let listening = try await store.listening(at: now)
        var readings: [SilenceReading] = []
        var causes: [IssueCause: JSON] = [:]
        for rhythm in try await rhythms(at: now) where isConfigured(rhythm.subject) {
            let last = heard[rhythm.subject]
            // What came while nobody listened was not heard.
            let rule = SilenceRule(rhythm: rhythm, since: max(last ?? listening, listening), now: now)
            readings.append(
                SilenceReading(subject: rhythm.subject, lastHeardAt: last, ratio: rule.isKnown ? rule.missed : nil, isSilent: rule.isSilent)
            )
            guard rule.isSilent else { continue }
            causes[IssueCause(silent: rhythm.subject)] = [
                "usual": .string(rule.usual), "last_heard_at": JSON(last),
            ]
        }
        snapshot.set(readings.sorted { ($0.subject.kind, $0.subject.id) < ($1.subject.kind, $1.subject.id) })
        return causes
    }

    private func rhythms(at now: Timestamp) async throws -> [ContactRhythm] {
        if let known = known.withLock({ $0 }), known.readAt <= now, now < known.readAt + Self.freshness { return known.rhythms }
        let rhythms = try await store.rhythms()
        known.withLock { $0 = (rhythms, now) }
        return rhythms
    }

    /// What was taken out of the settings is silent for a reason.
    private func isConfigured(_ subject: OperatingState.Subject) -> Bool {
        switch subject {
        case .account(let id): environment.registry.account(id) != nil
        case .connection(let id): environment.registry.connection(id) != nil
        case .store: false
        }
    }
}

extension IssueCause {
    init(silent subject: OperatingState.Subject) { self.init(.silent, about: subject) }

    init(_ kind: IssueKind, about subject: OperatingState.Subject, code: String? = nil) {
        switch subject {
        case .account(let id): self.init(kind, account: id, code: code)
        case .connection(let id): self.init(kind, connection: id, code: code)
        case .store: self.init(kind, code: code)
        }
    }
}
