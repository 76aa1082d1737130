import Pipeline
import Screening

/// What the store holds, shared by all replicas on it.
struct StoreGauges: GaugeSource {
    let context: PipelineContext

    func readings() async throws -> [GaugeReading] {
        let (counts, load) = (try await context.store.counts(), try await context.store.load())
        let states = try await context.store.operatingStates()
        context.refreshMeters(states)
        let now = context.clock.now()
        var readings = groups("fairlead_orders", counts.orders) + groups("fairlead_runs", counts.runs) + groups("fairlead_events", counts.events)
        readings += counts.setAside.map { group, count in
            GaugeReading(
                "fairlead_runs_set_aside",
                [("connection", group.connection), ("kind", group.kind), ("state", group.state)],
                Double(count)
            )
        }
        readings += deadLetters(counts).map { GaugeReading("fairlead_dead_letters", [("kind", $0)], $1) }
        for kind in Work.Kind.allCases {
            readings.append(GaugeReading("fairlead_queued_work", [("kind", kind.rawValue)], Double(load.queued[kind] ?? 0)))
            // Reads wait for their budget as a matter of course: how late they are, the poller says.
            guard kind != .read else { continue }
            let waited = load.oldest[kind].map { max(0, (now - $0).inSeconds) } ?? 0
            readings.append(GaugeReading("fairlead_queue_oldest_due_seconds", [("stage", kind.rawValue)], waited))
        }
        readings += paused(states)
        readings.append(GaugeReading("fairlead_held", [], states.contains { $0.subject == .store && $0.pause != nil } ? 1 : 0))
        readings += Self.backups(try await context.store.backupState())
        readings += try await openIssues(at: now)
        readings += try await context.store.oldestKept().map { kind, time in
            GaugeReading("fairlead_retention_oldest_timestamp_seconds", [("kind", kind.rawValue)], time.seconds)
        }
        let sizes = try await context.store.sizes()
        for (part, size) in [("rows", sizes.rows), ("log", sizes.log), ("keys", sizes.keys)] {
            if let size { readings.append(GaugeReading("fairlead_store_bytes", [("part", part)], Double(size))) }
        }
        readings.append(GaugeReading("fairlead_store_refreshed_timestamp_seconds", [], now.seconds))
        return readings
    }

    /// One that is made and whole is not proven where the audit's chain in it is broken.
    static func backups(_ state: BackupState) -> [GaugeReading] {
        guard let madeAt = state.madeAt else { return [] }
        return [
            GaugeReading("fairlead_backup_last_made_timestamp_seconds", [], madeAt.seconds),
            GaugeReading("fairlead_backup_size_bytes", [], Double(state.bytes ?? 0)),
            GaugeReading("fairlead_backup_duration_seconds", [], state.took?.inSeconds ?? 0),
        ] + (state.provenAt.map { [GaugeReading("fairlead_backup_last_proven_timestamp_seconds", [], $0.seconds)] } ?? [])
    }

    private func openIssues(at now: Timestamp) async throws -> [GaugeReading] {
        var query = IssueQuery()
        query.states = [.open]
        query.at = now
        let open = try await context.store.issues(query, PageRequest(limit: 200)).items
        let counts = Dictionary(grouping: open, by: \.cause.kind).mapValues(\.count)
        return IssueKind.allCases.map { GaugeReading("fairlead_issues_open", [("kind", $0.rawValue)], Double(counts[$0] ?? 0)) }
    }

    private func groups(_ name: String, _ groups: [Counts.Group: Int]) -> [GaugeReading] {
        groups.map { GaugeReading(name, [("connection", $0.connection), ("state", $0.state)], Double($1)) }
    }

    /// What waits because somebody or something paused it, of what is configured.
    private func paused(_ states: [OperatingState]) -> [GaugeReading] {
        states.compactMap { state in
            guard let pause = state.pause else { return nil }
            switch state.subject {
            case .account(let id):
                guard context.registry.account(id) != nil else { return nil }
                return GaugeReading("fairlead_account_paused", [("account", id), ("reason", pause.problem.code)], 1)
            case .connection(let id):
                guard context.registry.connection(id) != nil else { return nil }
                return GaugeReading("fairlead_connection_paused", [("connection", id), ("reason", pause.problem.code)], 1)
            case .store: return nil
            }
        }
    }

    private func deadLetters(_ counts: Counts) -> [(String, Double)] {
        func count(_ groups: [Counts.Group: Int], _ states: Set<String>) -> Double {
            Double(groups.filter { states.contains($0.key.state) }.values.reduce(0, +))
        }
        return [
            ("event", count(counts.events, ["dead"])),
            ("order", count(counts.orders, ["failed", "uncertain"]) - count(counts.discarded, ["failed"])),
            ("run", count(counts.runs, ["dead", "parked"])),
        ]
    }
}
