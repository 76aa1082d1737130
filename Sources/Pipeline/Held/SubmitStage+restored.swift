import Logging
import Plugins
import Screening

// An order in a store that was restored from a backup: it may have been sent in the time that the store does not know.
extension SubmitStage {
    /// For how long after a restore a provider that cannot be asked is waited for before a person has to decide.
    private static let patience = Duration.seconds(3600)
    /// How old the last request before a restore is before a provider's list is believed that does not have it.
    private static let settling = Duration.seconds(15)

    /// Looks for an order at its provider before it is first sent: it is adopted where it is there, and nobody knows where the provider cannot be asked.
    func lookUp(_ claim: Claim, _ order: Order, after restore: Restore) async throws -> StageResult {
        let now = environment.clock.now()
        guard let account = environment.registry.account(order.account) else { return doubtful(order, restore, "its account is not configured") }
        guard account.capabilities.find else {
            return doubtful(order, restore, "\(account.provider.manifest.title) cannot be asked for it")
        }
        if now < restore.restoredAt + Self.settling { return .decided(Decision(.again(at: restore.restoredAt + Self.settling, spent: false))) }
        let isPaused = try await accounts.pause(of: account)?.isByHand ?? false
        let isPatient = isPaused || now - max(restore.restoredAt, order.createdAt) < Self.patience
        if isPatient, let until = try await waits(account) { return .decided(Decision(.again(at: until, spent: false))) }
        if isPatient, let until = try await accounts.reads(1, from: account).refusedUntil {
            return .decided(Decision(.again(at: until, spent: false)))
        }
        do {
            let asked = order.asIfPlaced(at: restore.backupAt)
            let answer = try await account.provider.find(asked, accounts.session(account, isUrgent: !isPatient))
            accounts.answered(account)
            guard let found = answer else { return unfound(order, restore, account) }
            switch try await owner(of: found, foundFor: order, at: account, isPatient: isPatient) {
            case .another: return doubtful(order, restore, "what matches it there is another order's")
            case .open(let until): return waitsForOthers(until: until)
            case .contested(let others):
                return doubtful(order, restore, ProviderError.noAnswer(found.reference, mayBeOf: others).message.value)
            case .unproven(let why): return doubtful(order, restore, why)
            case .order: return settled(order.id, found, isFound: true)
            }
        } catch let refused as ReadsRefused {
            return .decided(Decision(.again(at: refused.until, spent: false)))
        } catch let error as ProviderError where !error.matches.isEmpty {
            accounts.answered(account)
            let free = try await accounts.unheld(error.matches, besides: order)
            return free.isEmpty ? unfound(order, restore, account) : doubtful(order, restore, ProviderError.noAnswer(matchedBy: free).message.value)
        } catch let error as ProviderError {
            let finding = try await accounts.failed(error, at: account)
            guard isPatient, [.unavailable, .noAnswer, .rateLimited, .unauthorised].contains(error.code) else {
                return doubtful(order, restore, error.text).adding(finding.effects)
            }
            return .decided(Decision(.again(at: finding.restsUntil ?? now + .seconds(15), spent: false), finding.effects))
        }
    }

    /// The provider has nothing that matches, or nothing that is not another order's.
    private func unfound(_ order: Order, _ restore: Restore, _ account: ProviderAccount) -> StageResult {
        guard account.saysForCertain(isSame: restore.hadIt(order)) else {
            let title = account.provider.manifest.title
            return doubtful(order, restore, "\(title) cannot be asked for what an earlier order of the same application sent")
        }
        return notThere(order)
    }

    /// The provider surely does not have it: it is sent when it is its turn.
    private func notThere(_ order: Order) -> StageResult {
        .settle(order: order.id) { [environment] present in
            let now = environment.clock.now()
            guard present.state == .accepted else { return (Decision(SubmitStage.disposition(present, environment)), []) }
            var next = present
            next.record.lookedUpAt = now
            let change = OrderChange(
                from: present,
                to: next,
                cause: .submit,
                kind: Reconciliation.absentNote,
                text: "\(present.provider) was asked after the restore, and does not have it",
                environment
            )
            return (Decision(.again(at: now, spent: false), change.effects), [])
        }
    }

    private func doubtful(_ order: Order, _ restore: Restore, _ why: String) -> StageResult {
        environment.meters.submissions.increment(order.account, "uncertain")
        return .settle(order: order.id) { [environment] present in
            guard present.state == .accepted else { return (Decision(SubmitStage.disposition(present, environment)), []) }
            var next = present
            next.status.state = .uncertain
            next.status.problem = Problem(
                code: "uncertain",
                message: "\(present.provider) may have the order from between the backup of \(restore.backupAt) and the restore of "
                    + "\(restore.restoredAt), and \(why); it is not sent. Look there, then adopt its reference, resubmit or abandon. "
                    + "fairlead release --gap-closed ends this for all that comes, when you know that nothing comes again.",
                at: environment.clock.now()
            )
            let change = OrderChange(
                from: present,
                to: next,
                cause: .submit,
                kind: "problem",
                text: "it may have been sent before the store was restored, and cannot be looked for",
                environment
            )
            return (Decision(.done, change.effects), change.update.map { [$0] } ?? [])
        }
    }
}

extension ProviderError {
    /// That nobody knows whether requests are an order's which match it and seem older.
    static func noAnswer(matchedBy references: [String]) -> ProviderError {
        let shown = references.prefix(3).joined(separator: ", ") + (references.count > 3 ? " and \(references.count - 3) others" : "")
        return ProviderError(
            .noAnswer,
            "\(shown) there matches it, and says that it was made before it: it may be an earlier one, or a clock is wrong"
        )
    }
}
