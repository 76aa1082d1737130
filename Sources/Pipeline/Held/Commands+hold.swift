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
    /// - Parameters:
    ///   - force: whether a restored store is let go before everything was looked for that may have been sent. What was not is looked for before it is sent.
    ///   - isGapClosed: whether a person says that nothing of the time between backup and restore comes again: then orders that are placed from now on are not
    ///     looked for at their provider before they are sent.
    /// - Throws: ``CommandError`` 409 `not_reconciled` where orders were not looked for yet, 503 where the store cannot be had.
    public func release(note: String? = nil, force: Bool = false, isGapClosed: Bool = false) async throws {
        if !force, let reconciliation = try await reconciliation(), !reconciliation.isFinished {
            let left = reconciliation.left == 1 ? ("1 order", "was") : ("\(reconciliation.left) orders", "were")
            throw CommandError(
                409,
                "not_reconciled",
                "\(left.0) that may have been sent since the backup \(left.1) not looked for yet; wait for it, or release with force.",
                retryAfter: .seconds(15)
            )
        }
        try await mapStoreError {
            if isGapClosed { try await store.closeRestores(at: environment.clock.now()) }
            accounts.gaps.forget()
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
