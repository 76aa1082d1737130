import Pipeline
import Screening
import Web

extension Host {
    /// What `/metrics` says: counts from the store, shared by all replicas, and what this process keeps away from.
    static func metrics(_ context: PipelineContext) async throws -> [Metric] {
        let (counts, load) = (try await context.store.counts(), try await context.store.load())
        let now = context.clock.now()
        let waiting = load.oldestDue.map { max(0, (now - $0).wholeMilliseconds) } ?? 0
        let obstacles = try await Commands(context).obstacles()
        return [
            Metric("fairlead_orders", "Orders by connection and state.", .gauge, values(counts.orders)),
            Metric("fairlead_runs", "Runs that have not ended or wait for a person, by connection and state.", .gauge, values(counts.runs)),
            Metric(
                "fairlead_runs_set_aside",
                "Runs that ended without what they were for (skipped, rejected), by connection, kind and state.",
                .gauge,
                counts.setAside.sorted { ($0.key.connection, $0.key.kind, $0.key.state) < ($1.key.connection, $1.key.kind, $1.key.state) }
                    .map { ([("connection", $0.key.connection), ("kind", $0.key.kind), ("state", $0.key.state)], Double($0.value)) }
            ),
            Metric("fairlead_events", "Events that are not done, by connection and state.", .gauge, values(counts.events)),
            Metric("fairlead_dead_letters", "What gave up and waits for a person, by kind.", .gauge, deadLetters(counts)),
            Metric(
                "fairlead_queued_work",
                "Work in the queue, by kind.",
                .gauge,
                Work.Kind.allCases.map { ([("kind", $0.rawValue)], Double(load.queued[$0] ?? 0)) }
            ),
            Metric(
                "fairlead_oldest_due_seconds",
                "For how long the longest-waiting due work has been due.",
                .gauge,
                [([], Double(waiting) / 1000)]
            ),
            Metric(
                "fairlead_obstacles",
                "Accounts, scripts and hosts whose work waits because they failed again and again or reject their credentials.",
                .gauge,
                obstacles.map { ([("kind", $0.kind), ("name", $0.name)], 1) }
            ),
        ]
    }

    private static func values(_ groups: [Counts.Group: Int]) -> [(labels: [(String, String)], value: Double)] {
        groups.sorted { ($0.key.connection, $0.key.state) < ($1.key.connection, $1.key.state) }.map { group, count in
            ([("connection", group.connection), ("state", group.state)], Double(count))
        }
    }

    private static func deadLetters(_ counts: Counts) -> [(labels: [(String, String)], value: Double)] {
        func count(_ groups: [Counts.Group: Int], _ states: Set<String>) -> Double {
            Double(groups.filter { states.contains($0.key.state) }.values.reduce(0, +))
        }
        return [
            ([("kind", "event")], count(counts.events, ["dead"])),
            ([("kind", "order")], count(counts.orders, ["failed", "uncertain"]) - count(counts.discarded, ["failed"])),
            ([("kind", "run")], count(counts.runs, ["dead", "parked"])),
        ]
    }
}
