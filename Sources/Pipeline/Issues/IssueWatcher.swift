import Logging
import Screening
import ServiceLifecycle
import Synchronization

/// Opens issues for what needs a person, and resolves those whose cause is gone.
///
/// What the store shows (runs, orders, events, pauses, silence) is looked at every few seconds: it is seen even where the host died before it could say so, and by
/// every replica alike. What only this process sees is written as it comes.
final class IssueWatcher: Sendable {
    private let environment: Environment
    private let store: any Store
    private let sources: IssueSources
    /// When this process last wrote that a cause stands, and how much it held up then.
    private let written = Mutex<[IssueCause: (at: Timestamp, amount: IssueSighting.Amount, details: JSON)]>([:])
    private let forgotten = Mutex<Timestamp?>(nil)

    private static let flushPause = Duration.seconds(3)
    private static let lookPause = Duration.seconds(15)
    /// How often it is written that a cause is still there although nothing about it changed.
    private static let repetition = Duration.seconds(60)

    private var collector: IssueCollector { environment.issues }

    init(environment: Environment, store: any Store, sources: IssueSources) {
        self.environment = environment
        self.store = store
        self.sources = sources
    }

    /// Watches until shutdown, and writes once more then.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                await cancelWhenGracefulShutdown { for await _ in self.collector.firsts { await self.flush() } }
            }
            group.addTask { [self] in
                var last: Timestamp?
                while !Task.isShuttingDownGracefully, !Task.isCancelled {
                    let now = environment.clock.now()
                    if last.map({ now < $0 || now - $0 >= Self.lookPause }) ?? true {
                        last = now
                        await look()
                    }
                    do { try await cancelWhenGracefulShutdown { try await self.environment.clock.sleep(for: Self.flushPause) } } catch { break }
                    await flush()
                }
                await flush()
            }
        }
    }

    /// Writes what was seen since.
    func flush() async {
        let (sightings, gone) = collector.take { environment.identifier(.issue) }
        guard !sightings.isEmpty || !gone.isEmpty else { return }
        do {
            note(try await store.observe(sightings))
            note(try await store.resolve(gone, at: environment.clock.now(), unseenSince: nil))
        } catch {
            environment.storeFailed(error, "writing what needs a person", .debug)
            collector.putBack(sightings, gone)
        }
    }

    /// Looks at everything once.
    func look() async {
        do { try await lookOnce() } catch {
            if case StoreError.unavailable(let why) = error, StoreFailureKind(why).isFull {
                collector.saw(IssueCause(.storeNearlyFull), at: environment.clock.now())
            }
            environment.storeFailed(error, "looking for what needs a person", .debug)
        }
    }

    /// Whether an issue's cause is there at this moment, as far as this process sees.
    func isPresent(_ issue: IssueRecord) async throws -> Bool {
        guard issue.cause.kind.ending != .reported else { return true }
        return try await sources.present(open: [issue.cause])[issue.cause] != nil
    }

    private func lookOnce() async throws {
        let begun = environment.clock.now()
        let open = try await openIssues()
        let known = Set(open.map(\.cause))
        let present = try await sources.present(open: known)
        let due = written.withLock { written in
            written = written.filter { present[$0.key] != nil }
            return present.filter { cause, found in
                guard let last = written[cause], known.contains(cause) else { return true }
                return last.amount != found.amount || last.details != found.details || begun < last.at || begun - last.at >= Self.repetition
            }
        }
        let sightings = due.sorted { $0.key.key < $1.key.key }.map { cause, found in
            IssueSighting(cause, id: environment.identifier(.issue), at: begun, found.amount, details: found.details)
        }
        note(try await store.observe(sightings))
        written.withLock { for sighting in sightings { $0[sighting.cause] = (begun, sighting.amount, sighting.details) } }
        try await resolve(open.filter { present[$0.cause] == nil }, begun)
        try await forget(begun)
    }

    /// Resolves what is gone. What another replica saw in the meantime is not.
    private func resolve(_ issues: [IssueRecord], _ begun: Timestamp) async throws {
        var stored: [IssueCause] = []
        for issue in issues {
            switch issue.cause.kind.ending {
            case .stored: stored.append(issue.cause)
            case .unseen(let patience):
                if issue.lastSeenAt < begun + (.zero - patience) {
                    note(try await store.resolve([issue.cause], at: begun, unseenSince: begun + (.zero - patience)))
                } else if sources.isOver(issue, at: begun) {
                    note(try await store.resolve([issue.cause], at: begun, unseenSince: begun))
                }
            case .reported: break
            }
        }
        note(try await store.resolve(stored, at: begun, unseenSince: begun))
    }

    private func openIssues() async throws -> [IssueRecord] {
        var query = IssueQuery()
        (query.states, query.at) = ([.open, .snoozed], environment.clock.now())
        var (issues, page) = ([IssueRecord](), PageRequest(limit: 200))
        repeat {
            let next = try await store.issues(query, page)
            issues += next.items
            page.cursor = next.next
        } while page.cursor != nil
        return issues
    }

    private func forget(_ now: Timestamp) async throws {
        let isDue = forgotten.withLock { last in
            if let last, last <= now, now - last < .seconds(3600) { return false }
            defer { last = now }
            return last != nil
        }
        if isDue { try await store.forgetIssues(resolvedBefore: store.removalTime + (.zero - IssueRecord.kept)) }
    }

    /// Says in the log what needs a person, and what does not any more.
    private func note(_ transitions: [IssueTransition]) {
        for transition in transitions where transition.kind != .none {
            let cause = transition.issue.cause
            var metadata: Logger.Metadata = [
                "event": "issue.\(transition.kind.rawValue)", "issue": "\(transition.issue.id)", "kind": "\(cause.kind.rawValue)",
            ]
            for (name, value) in [
                ("connection", cause.connection), ("account", cause.account), ("code", cause.code), ("plugin", cause.plugin), ("host", cause.host),
            ] { metadata[name] = value.map { "\($0)" } }
            let isOver = transition.kind == .resolved
            environment.logger.log(
                level: isOver ? .notice : .warning,
                isOver ? "issue resolved" : "issue \(transition.kind.rawValue)",
                metadata: metadata
            )
        }
    }
}
