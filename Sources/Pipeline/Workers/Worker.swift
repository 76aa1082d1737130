public import ServiceLifecycle
import Logging
import Screening

/// Claims work and does it: several pieces at once, each written as one decision. Reads are the ``Poller``'s.
///
/// Returning from `run()` means that a shutdown was asked for and that nothing is held any more. What was under way then is given up unspent and
/// comes back when the host starts again; shutdown is not failure.
public struct Worker: Service, CustomStringConvertible {
    /// Its name in a log. A service group asks for it, and would otherwise write out everything that it works with.
    public var description: String { "Worker" }

    let environment: Environment
    let store: any Store
    let executor: WorkExecutor
    let accounts: AccountService
    let versions: ScriptVersions
    let contacts: Contacts
    let watcher: IssueWatcher
    let options: WorkerOptions
    let replica: Replica
    let tellings: ErasureTellings
    let keys: KeyRotations
    let retention: Retention
    let history: HistoryUpkeep
    let auditAnchors: @Sendable () async -> [AuditHead]

    /// Works until shutdown. Each kind of work has its own places, so that slow scripts do not keep orders from being sent.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { try await keepScripts() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (kind, width) in [(Work.Kind.event, options.events), (.run, options.runs), (.submit, options.submissions), (.bulk, options.bulk)] {
                var request = ClaimRequest(owner: replica.id, limit: width, kinds: [kind])
                request.share = ClaimRequest.Share(perLane: width)
                if kind == .run {
                    // A few more may wait for a connection's places, so that there is no pause between one and the next. They take no place of others.
                    let waiting = max(1, options.runsPerConnection / 4)
                    request.share?.perLane = options.runsPerConnection + waiting
                    request.limit += waiting * (width / options.runsPerConnection)
                }
                let loop = ClaimLoop(environment: environment, store: store, request: request, drain: options.drain, work: executor.work)
                group.addTask { await loop.run() }
            }
            for (kind, width) in [(Work.Kind.notice, 8), (.delivery, options.deliveries)] {
                var request = ClaimRequest(owner: replica.id, limit: width, kinds: [kind])
                if kind == .delivery { request.share = ClaimRequest.Share(perLane: options.deliveriesPerEndpoint) }
                let loop = ClaimLoop(environment: environment, store: store, request: request, drain: options.drain, work: executor.work)
                group.addTask { await loop.run() }
            }
            group.addTask { await NotificationUpkeep(environment: environment, store: store).run() }
            group.addTask { await ErasureUpkeep(environment: environment, store: store, tellings: tellings).run() }
            group.addTask { await AuditUpkeep(environment: environment, store: store, anchors: auditAnchors).run() }
            group.addTask { await PollBackfill(environment: environment, store: store).backfillPolls() }
            group.addTask { await ReplicaHeartbeat(environment: environment, store: store, replica: replica).run() }
            group.addTask { await ContactWriter(environment: environment, store: store, contacts: contacts).run() }
            group.addTask { await watcher.run() }
            group.addTask { await keys.run() }
            group.addTask { await retention.run() }
            group.addTask { await history.run() }
            group.addTask { await ClockWatch(environment: environment, store: store).run() }
            group.addTask { await ClockDoubts(environment: environment, store: store).run() }
            group.addTask { await AccountProbes(environment: environment, accounts: accounts).run() }
            for try await _ in group {}
        }
    }

    /// Keeps the scripts before the first run begins on them, however long the store is away.
    private func keepScripts() async throws {
        while !Task.isCancelled {
            do { return try await versions.keep(of: environment.registry.connections + environment.registry.notifiers.map(\.connection)) } catch {
                environment.storeFailed(error, "keeping the scripts")
                try? await environment.clock.sleep(for: .seconds(1))
            }
        }
    }
}
