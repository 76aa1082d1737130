import Logging
import Screening
import ServiceLifecycle

/// Writes when accounts and connections were last heard of, and says in the log what was refused of them.
struct ContactWriter: Sendable {
    let environment: Environment
    let store: any WorkQueue & ContactRhythms
    let contacts: Contacts

    private static let pause = Duration.seconds(5)

    /// Writes until shutdown, and once more then. What could not be written is written with what comes next of the same subject.
    func run() async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do { try await cancelWhenGracefulShutdown { try await environment.clock.sleep(for: Self.pause) } } catch { break }
            await write()
            if contacts.counts.isDue(at: environment.clock.now()) { await writeCounts() }
        }
        await write()
        await writeCounts()
    }

    /// Adds to what is known of what was refused when.
    private func writeRefused() async {
        let refused = contacts.refusedCounts.take()
        guard !refused.isEmpty else { return }
        do { try await store.add(refused: refused) } catch {
            environment.storeFailed(error, "writing what was refused", .debug)
            contacts.refusedCounts.putBack(refused)
        }
    }

    /// Adds to what is known of who is heard from when.
    func writeCounts() async {
        let counts = contacts.counts.take(at: environment.clock.now())
        guard !counts.isEmpty else { return }
        do { try await store.add(counts) } catch {
            environment.storeFailed(error, "writing how much was heard", .debug)
            contacts.counts.putBack(counts)
        }
    }

    func write() async {
        contacts.refusals.log(environment)
        await writeRefused()
        let effects = contacts.take()
        guard !effects.isEmpty else { return }
        do {
            try await store.perform(effects)
            environment.storeAnswered(wrote: true)
        } catch {
            environment.storeFailed(error, "writing who was heard of", .debug)
            for case .heard(let subject, let time) in effects { contacts.note(heard: subject, at: time) }
            for case .refusedDelivery(let subject, let time, let reason, let count) in effects {
                contacts.refused(subject, reason: reason, count: count, at: time)
            }
        }
    }
}
