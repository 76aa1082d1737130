import Logging
import Plugins
import Screening
import Synchronization

/// Tells those of an erasure who have data of the person as well: the ATS by the connection's script, where that has `on_erase`. Of everybody else, providers
/// among them, the certificate says that they are to be asked.
final class ErasureTellings: Sendable {
    /// The hook that is called, once the keys are gone.
    static let hook = "on_erase"
    private let environment: Environment
    private let store: any Store
    /// Whether somebody may still be to be told.
    private let isPending = Mutex(true)

    init(environment: Environment, store: any Store) {
        self.environment = environment
        self.store = store
    }

    /// Who is to be told, and what is said of the others.
    func telling(of things: ErasedThings, as erasure: String) -> ErasureTelling {
        var telling = ErasureTelling()
        for name in things.connections.sorted() {
            let orders = things.orders.filter { $0.connection == name && !$0.externalID.isEmpty }
            let key = "connection:\(name)"
            guard let connection = environment.registry.connection(name) else {
                telling.told[key] = "\(ErasureTelling.unsupported): ask them; the connection is not set up any more"
                continue
            }
            guard connection.hooks.hooks.contains(Self.hook) else {
                telling.told[key] = "\(ErasureTelling.unsupported): ask them; the scripts have no \(Self.hook)"
                continue
            }
            guard !orders.isEmpty else {
                telling.told[key] = "\(ErasureTelling.unsupported): ask them; nothing was ordered, so nothing names the application"
                continue
            }
            let run = connection.run(
                id: environment.identifier(.run),
                hook: Self.hook,
                event: nil,
                order: nil,
                input: .update(Personal(Self.person(orders, erasure))),
                at: environment.clock.now()
            )
            telling.runs.append(run)
            telling.told[key] = "\(ErasureTelling.waiting): \(run.id)"
            isPending.withLock { $0 = true }
        }
        let sent = Dictionary(grouping: things.orders.filter { $0.providerRef != nil || $0.record.sentAt != nil }, by: \.account)
        for (account, orders) in sent {
            let title = environment.registry.account(account)?.provider.manifest.title ?? orders[0].provider
            let count = orders.count == 1 ? "one request" : "\(orders.count) requests"
            telling.told["account:\(account)"] = "\(ErasureTelling.unsupported): ask them; \(title) was sent \(count) and takes no wish to erase"
        }
        return telling
    }

    /// What the hook is called with: names for the person that others know them by, and nothing that was destroyed.
    private static func person(_ orders: [Order], _ erasure: String) -> JSON {
        let names = Set(orders.map(\.externalID)).sorted()
        return [
            "erasure": .string(erasure), "external_ids": .array(names.map { .string($0) }),
            "orders": .array(
                orders.map { order in
                    [
                        "id": .string(order.id), "external_id": .string(order.externalID), "account": .string(order.account),
                        "provider": .string(order.provider), "provider_ref": JSON(order.providerRef),
                    ]
                }
            ),
        ]
    }

    /// Whether a run may tell by now: the keys are gone.
    static func mayTell(_ run: Run, _ store: any ErasureStore) async throws -> Bool {
        guard run.hook == hook, case .update(let input) = run.input, let id = input.value["erasure"]?.text else { return true }
        guard let erasure = try await store.erasure(id) else { return true }
        return erasure.doneAt != nil
    }

    /// Writes into the certificates what became of the telling, and has the runs that told destroyed: they name the person.
    func note() async throws {
        guard isPending.withLock({ $0 }) else { return }
        isPending.withLock { $0 = false }
        do {
            for erasure in try await store.erasures() where erasure.doneAt != nil { try await note(erasure) }
        } catch {
            isPending.withLock { $0 = true }
            throw error
        }
    }

    private func note(_ erasure: Erasure) async throws {
        var told: [String: String] = [:]
        var ended: [String] = []
        for (name, word) in erasure.told {
            let ids = ErasureTelling.runs(in: word)
            guard !ids.isEmpty else { continue }
            var runs: [(id: String, run: Run?)] = []
            for id in ids { runs.append((id, try await store.run(id))) }
            let outcome = Self.outcome(runs)
            if outcome != word { told[name] = outcome }
            // A run that gave up may be tried again by a person.
            if runs.contains(where: { $0.run.map { !$0.state.hasTold } ?? false }) { isPending.withLock { $0 = true } }
            ended += runs.filter { $0.run?.state.hasTold ?? false }.map(\.id)
        }
        if !told.isEmpty {
            try await store.note(told: told, of: erasure.id)
            environment.logger.notice(
                "others were told of an erasure, or could not be",
                metadata: ["event": "erasure.told", "erasure": "\(erasure.id)", "count": "\(told.count)"]
            )
        }
        for run in ended { try await store.eraseLater(event: run) }
    }

    /// What is said of some runs that tell the same: of the one that has got the least far.
    private static func outcome(_ runs: [(id: String, run: Run?)]) -> String {
        let going = runs.filter { [.queued, .running, .waiting].contains($0.run?.state) }
        guard going.isEmpty else { return "\(ErasureTelling.waiting): \(going.map(\.id).joined(separator: " "))" }
        let gaveUp = runs.filter { [.dead, .parked].contains($0.run?.state) }
        if let first = gaveUp.first {
            return "failed: \(gaveUp.map(\.id).joined(separator: " ")) gave up (\(first.run?.failure?.code ?? "parked")); retry it"
        }
        if runs.contains(where: { $0.run == nil }) { return "failed: the run that tells is not there any more" }
        if runs.contains(where: { $0.run?.state == .rejected }) { return "failed: the script rejected it" }
        if runs.contains(where: { $0.run?.state == .discarded }) { return "failed: the run that tells was discarded" }
        return runs.allSatisfy { $0.run?.state == .skipped } ? "not told: the script had nothing to tell" : "told"
    }
}

extension Run.State {
    /// Whether a run in it is through, and nobody tries it again.
    fileprivate var hasTold: Bool { [.done, .skipped, .rejected, .discarded].contains(self) }
}
