import Logging
import Screening

extension Commands {
    /// Why nothing leaves the store; nil where it is not held.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func presentHold() async throws -> StoreHold? { try await mapStoreError { try await accounts.hold() }.map { StoreHold($0) } }

    /// Whether the store is held, as far as is known: where the store cannot say, as it was last.
    public var isHeld: Bool {
        get async {
            do { return try await accounts.hold() != nil } catch { return accounts.brakes.lastKnown(of: .store) != nil }
        }
    }

    /// Holds the store: deliveries and orders are taken in, providers are read, and nothing is created, cancelled or told, by no replica, until somebody
    /// releases it. Holding it again changes the note alone.
    ///
    /// When it returns, no replica begins to send anything; what was on its way may still arrive.
    /// - Throws: ``CommandError`` where the store cannot be had.
    @discardableResult
    public func hold(note: String? = nil) async throws -> StoreHold {
        try await mapStoreError {
            let present = try await accounts.brakes.present(of: .store)
            let problem =
                present?.problem
                ?? Problem(
                    code: Problem.held,
                    message: "the store is held by \(actor.title); everything is taken in and nothing is sent until it is released",
                    at: environment.clock.now()
                )
            let pause = OperatingState.Pause(
                problem: problem,
                actor: present?.actor ?? actor,
                note: note.map { Personal($0) },
                backupAt: present?.backupAt
            )
            try await store.perform([.pause(.store, pause)])
            accounts.brakes.note(pause, of: .store)
            environment.logger.notice("the store is held", metadata: ["event": "store.held", "by": "\(actor)"])
            if try await hasOtherReplicas() { try await waitForOthers(Pauses.goesOn) }
            return StoreHold(pause)
        }
    }

    /// Lets go of a held store: what waited is done now, in its order. Does nothing where it is not held.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func release(note: String? = nil) async throws {
        try await mapStoreError {
            guard try await accounts.brakes.present(of: .store) != nil else { return }
            try await store.perform([.pause(.store, nil)])
            accounts.brakes.note(nil, of: .store)
            environment.logger.notice("the store is released", metadata: ["event": "store.released", "by": "\(actor)"])
            // Others must not put off again what is made due here.
            if try await hasOtherReplicas() { try await waitForOthers(Pauses.waits) }
            await accounts.resumeWork(by: Pauses.look)
        }
    }
}
