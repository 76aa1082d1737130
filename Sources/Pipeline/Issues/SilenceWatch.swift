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
        let rules = try await rhythms(at: now).filter { isConfigured($0.subject) }.map { rhythm in
            // What came while nobody listened was not heard.
            SilenceRule(rhythm: rhythm, since: max(heard[rhythm.subject] ?? listening, listening), now: now)
        }
        // A day on which nobody works is quiet in many places at once; one webhook that was switched off is not.
        let regular = rules.count(where: \.isRegular)
        let quiet = rules.count(where: \.isQuiet)
        let areTogether = quiet >= SilenceRule.many && quiet * 2 >= regular
        for rule in rules {
            let (subject, last) = (rule.rhythm.subject, heard[rule.rhythm.subject])
            let isSilent = rule.isSilent(together: areTogether)
            readings.append(SilenceReading(subject: subject, lastHeardAt: last, ratio: rule.isKnown ? rule.missed : nil, isSilent: isSilent))
            guard isSilent else { continue }
            var details: JSON = ["usual": .string(rule.usual), "last_heard_at": JSON(last)]
            if areTogether { (details["quiet"], details["regular"]) = (.int(Int64(quiet)), .int(Int64(regular))) }
            causes[IssueCause(silent: subject)] = details
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
