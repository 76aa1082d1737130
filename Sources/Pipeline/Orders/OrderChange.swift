import Plugins
import Screening

/// An order's change with everything that follows from it, as effects of one transaction.
struct OrderChange: Sendable {
    /// What is to be written.
    private(set) var effects: [Effect] = []
    /// The update that was made of it; nil where the ATS is not notified.
    private(set) var update: Update?

    /// - Parameters:
    ///   - readsAgain: whether the next read is queued or taken back here; not where a read is what is being decided about.
    ///   - isAlone: whether a reference that the order gets may be no other order's: it is written only where none has it.
    ///   - text: the timeline's line.
    ///   - actor: who asked for it, with their note; nil where nobody did.
    init(
        from before: Order,
        to changed: Order,
        cause: Update.Cause,
        kind: String,
        text: String,
        details: JSON = [:],
        actor: Actor? = nil,
        note: String? = nil,
        readsAgain: Bool = true,
        isAlone: Bool = false,
        _ environment: Environment
    ) {
        let now = environment.clock.now()
        var after = changed
        after.version = before.version + 1
        after.updatedAt = now
        if after.state != .accepted, after.state != .submitting { after.lastNotifiedState = nil }
        after.noteState(from: before, at: now)
        after.time.pass(to: after.holder, at: now)
        if ![.refused, .cancelled, .failed].contains(after.state) {
            after.record.endedAt = nil
        } else if before.state != after.state {
            after.record.endedAt = after.state == .cancelled ? min(after.record.withdrawnAt ?? now, now) : now
        }
        after.noteChange(from: before, at: now)
        let entry = TimelineEntry(
            order: after.id,
            at: now,
            kind: kind,
            text: text,
            details: details,
            actor: actor,
            note: note.map { Personal($0) }
        )
        if before.providerRef != after.providerRef || before.account != after.account {
            effects.append(.reference(Effect.Reference(after.providerRef, of: after.id, account: after.account, isAlone: isAlone)))
        }
        effects += [.order(after), .timeline(entry)]
        if let turnaround = Turnaround(from: before, to: after, at: now) { effects.append(.took(turnaround)) }
        if readsAgain {
            if let wait = PollingSchedule.interval(of: after, environment) {
                let isNew = before.providerRef == nil
                let urgency: PollingSchedule.Urgency = isNew ? .new : .usual
                effects.append(.queue(QueuedWork(.read(order: after.id), account: after.account, due: now + wait, priority: urgency.rawValue)))
            } else if !after.state.isOpen {
                effects.append(.unqueue(.read(order: after.id)))
            }
        }
        guard let update = Update(from: before, to: after, cause: cause) else { return }
        self.update = update
        effects.append(.notify(.updated(update, at: now)))
        let words = "\(update.previous.state.rawValue) → \(after.state.rawValue)\(after.outcome.map { " (\($0.rawValue))" } ?? "")"
        if let newer = after.replacedBy {
            let text = "\(words); the ATS is not told: \(newer) was ordered in its place"
            let details: JSON = ["replaced_by": .string(newer), "cause": .string(cause.rawValue)]
            effects.append(.timeline(TimelineEntry(order: after.id, at: now, kind: "update", text: text, details: details)))
            return
        }
        guard var run = OrderChange.run(for: update, at: now, environment) else { return }
        // A read is a trace of its own; what it leads to belongs to the order's.
        if cause == .poll, !after.record.trace.isEmpty { run.trace = after.record.trace }
        effects += [
            .run(run),
            .queue(
                QueuedWork(.run(run.id), concurrencyKey: QueuedWork.concurrencyKey(updatesOf: after.id), connection: after.connection, due: now)
            ),
            .timeline(
                TimelineEntry(
                    order: after.id,
                    at: now,
                    kind: "update",
                    text: words,
                    details: ["run": .string(run.id), "cause": .string(cause.rawValue)]
                )
            ),
        ]
    }

    /// The run that notifies the ATS; nil where the connection's scripts have no `on_update`.
    private static func run(for update: Update, at timestamp: Timestamp, _ environment: Environment) -> Run? {
        let id = environment.identifier(.run)
        guard let connection = environment.registry.connection(update.order.connection) else {
            // The connection is not configured at present: the run is kept, so that the update is not lost, and waits for it as a dead letter.
            return Run(
                id: id,
                connection: update.order.connection,
                plugin: "",
                pluginVersion: "",
                script: "",
                hook: "on_update",
                event: nil,
                order: update.order.id,
                input: .update(Personal(update.json)),
                createdAt: timestamp
            )
        }
        guard connection.hooks.hooks.contains("on_update") else { return nil }
        return connection.run(id: id, hook: "on_update", event: nil, order: update.order.id, input: .update(Personal(update.json)), at: timestamp)
    }
}
