import Screening

/// The withdrawal of a candidate for which a script has an order cancelled.
struct Withdrawal: Sendable {
    /// When the order counts as ended, however long cancelling takes.
    var endsAt: Timestamp
    /// When it happened and came: an order that was asked for later goes on. Nil where no delivery says it.
    var occurrence: Occurrence?
}

/// Cancels orders, whoever asks for it: a person or a script.
struct OrderCancellation: Sendable {
    let environment: Environment
    let store: any Store
    let accounts: AccountService
    let writer: EffectWriter

    /// Cancels an order: at the provider where it has it, else by never sending it.
    ///
    /// - Parameters:
    ///   - note: what `actor` says about it; stands on the order's timeline.
    ///   - withdrawal: the withdrawal that it is cancelled for; nil where a person cancels it.
    ///
    /// A refusal is not taken at its word: the provider may have acted on an earlier attempt that was never answered. The order is looked at first.
    ///
    /// Calling again on a cancelled order returns it as it is; where it goes on at the provider all the same, that is asked again.
    /// - Throws: ``CommandError``: 404; 409 `paused` where the provider would have to be asked; 409 `too_late` or `unsupported`; 409 `asked_anew` where the order was asked for after the withdrawal, and goes on; 409
    ///   `uncertain` while nobody knows whether the provider has it; 502 or 503 where the provider did not answer.
    func cancel(order id: String, by actor: Actor, note: String?, for withdrawal: Withdrawal? = nil) async throws -> Order {
        do { return try await decide(order: id, by: actor, note: note, withdrawal) } catch let error as CommandError
            where ["too_late", "unsupported"].contains(error.code)
        {
            // The screening goes on although somebody asked for its end: who looks at the order must see that.
            let entry = TimelineEntry(
                order: id,
                at: environment.clock.now(),
                kind: "command",
                text: "cancelling was asked for, and is not possible (\(error.code))",
                details: ["code": .string(error.code)],
                actor: actor,
                note: note.map { Personal($0) }
            )
            await environment.reportingFailure(of: "noting that an order was not cancelled") {
                try await store.perform([.timeline(entry)])
                try await forgetWithdrawal(of: id)
            }
            throw error
        }
    }

    /// The order goes on: whoever asks for it is asking for this one.
    private func forgetWithdrawal(of id: String, where isForgotten: @Sendable (Order) -> Bool = { _ in true }) async throws {
        for _ in 0..<5 {
            guard let order = try await store.order(id), order.record.withdrawnAt != nil, order.state != .cancelled, isForgotten(order) else {
                return
            }
            if try await mark(order, "it goes on", by: .system, { $0.withdrawnAt = nil }) { return }
        }
    }

    /// How long after its last change an order counts as being cancelled for a withdrawal.
    private static let markCounts = Duration.seconds(3600)

    /// Whether an order is being cancelled for a withdrawal from before a request. One that nobody has tried to cancel for an hour is not any more: its withdrawal
    /// may have been given up. The mark is taken back then, and should that be tried again, it finds the request.
    func isBeingWithdrawn(_ order: Order, before asked: Occurrence) async throws -> Bool {
        @Sendable func isOld(_ order: Order) -> Bool { order.updatedAt + Self.markCounts <= environment.clock.now() }
        guard order.isBeingWithdrawn(before: asked) else { return false }
        guard isOld(order) else { return true }
        try await forgetWithdrawal(of: order.id, where: isOld)
        return try await store.order(order.id)?.isBeingWithdrawn(before: asked) ?? false
    }

    private func decide(order id: String, by actor: Actor, note: String?, _ withdrawal: Withdrawal?) async throws -> Order {
        let withdrawnAt = withdrawal?.endsAt
        var isCancelledThere = false
        for _ in 0..<8 {
            let order = try await store.known(order: id)
            // After the mark a request that asks anew waits; one that came before it is seen here.
            if !isCancelledThere, order.state.isOpen, let withdrawn = withdrawal?.occurrence, try await askedAnew(order, after: withdrawn) != nil {
                throw CommandError(409, "asked_anew", "The order was asked for after the withdrawal; it goes on.")
            }
            switch order.state {
            case .cancelled where !SecondRequest.isOwn(order): return order
            case .completed, .reviewed, .refused, .failed: throw CommandError(409, "too_late", "The order is \(order.state.rawValue) already.")
            case .submitting: throw CommandError(409, "submitting", "The order is being sent at this moment; ask again.", retryAfter: .seconds(5))
            case .uncertain: throw CommandError(409, "uncertain", "Nobody knows yet whether the provider has the order; resolve it first.")
            case .accepted:
                if try await mapStoreError({ try await accounts.gaps.restore(concerning: order) }) != nil {
                    let message =
                        "The store was restored, and nobody knows yet whether the provider has the order; it is looked for first. Ask again."
                    throw CommandError(409, "not_reconciled", message, retryAfter: .seconds(30))
                }
                if try await marks(order, withdrawnAt, by: actor) { continue }
                if let cancelled = try await write(order, actor, note, withdrawnAt, [.unqueue(.submit(order: id))]) { return cancelled }
            default:
                if !isCancelledThere {
                    let (account, reference) = try cancellable(order)
                    if order.state.isOpen, try await marks(order, withdrawnAt, by: actor) { continue }
                    try await mapStoreError { try await accounts.requireUnpaused(order) }
                    guard try await cancelAtProvider(order, reference, account, by: actor) else { continue }
                    isCancelledThere = true
                }
                if let cancelled = try await write(order, actor, note, withdrawnAt, []) { return cancelled }
            }
        }
        throw CommandError(409, "conflict", "The order keeps changing; ask again.")
    }

    /// When an order was asked for after a withdrawal; nil where it was not. It goes on then: that withdrawal's mark is taken back, and not a later one's.
    func askedAnew(_ order: Order, after withdrawal: Occurrence) async throws -> Occurrence? {
        let asked = try await store.asked(for: order.id)
        guard let later = asked.first(where: { $0.isSurelyLater(than: withdrawal) }) else { return nil }
        let latest = asked.reduce(later.happenedAt) { max($0, $1.happenedAt) }
        try await forgetWithdrawal(of: order.id) { $0.record.withdrawnAt.map { $0 <= latest } ?? false }
        return later
    }

    /// Notes when the candidate was withdrawn, where that is not noted yet: a request that asks anew waits from here on, and the provider's own word that the
    /// order is cancelled may come before its answer. Returns whether the order has to be looked at again.
    private func marks(_ order: Order, _ withdrawnAt: Timestamp?, by actor: Actor) async throws -> Bool {
        guard let withdrawnAt else { return false }
        // Noted anew for an attempt that comes late, so that the mark is young while the provider is asked.
        let isYoung = environment.clock.now() < order.updatedAt + Self.markCounts / 2
        guard order.record.withdrawnAt != withdrawnAt || !isYoung else { return false }
        _ = try await mark(order, "the candidate was withdrawn; the order is to be cancelled", by: actor) { $0.withdrawnAt = withdrawnAt }
        return true
    }

    private func unsupported(_ order: Order) -> CommandError {
        CommandError(409, "unsupported", "\(order.provider) does not cancel through its interface; ask the provider.")
    }

    /// Where an order can be cancelled at its provider.
    private func cancellable(_ order: Order) throws -> (account: ProviderAccount, reference: String) {
        guard let account = environment.registry.account(order.account), account.capabilities.cancel != nil, let reference = order.providerRef else {
            throw unsupported(order)
        }
        return (account, reference)
    }

    /// Returns once the order is cancelled at its provider; false where the order moved on before it was asked.
    private func cancelAtProvider(_ order: Order, _ reference: String, _ account: ProviderAccount, by actor: Actor) async throws -> Bool {
        // Where the order cannot be looked at, only what was noted before tells a refusal from the echo of a cancellation.
        if !account.capabilities.report, !order.record.isCancelling {
            guard try await mark(order, "the provider is asked to cancel", by: actor, { $0.isCancelling = true }) else { return false }
        }
        do {
            switch try await account.provider.cancel(reference, accounts.session(account, for: order.connection)) {
            case .cancelled: return true
            case .tooLate(let words):
                let refusal = CommandError(
                    409,
                    "too_late",
                    "The provider does not cancel the order any more." + (words.map { " It says: \($0)" } ?? "")
                )
                if try await isCancelled(order, account, after: refusal) { return true }
                throw refusal
            case .unsupported: throw unsupported(order)
            }
        } catch let error as ProviderError {
            let failure = CommandError(error, "The provider did not confirm the cancellation: \(error.message.value)")
            // A request that did not leave, and one that was put off, did nothing.
            guard ![.rateLimited, .unauthorised, .unsupported].contains(error.code), account.capabilities.report else { throw failure }
            let urgent = accounts.session(account, isUrgent: true)
            guard case .recognised(.cancelled)? = try? await account.provider.report(for: reference, urgent)?.status else { throw failure }
            return true
        }
    }

    /// Whether an order whose cancellation the provider refuses is cancelled there.
    /// - Throws: ``CommandError`` 503 where that cannot be known at present.
    private func isCancelled(_ order: Order, _ account: ProviderAccount, after refusal: CommandError) async throws -> Bool {
        guard let reference = order.providerRef else { return false }
        guard account.capabilities.report else {
            // It was asked before this attempt, and what came of that is not known.
            guard !order.record.isCancelling else {
                throw CommandError(
                    409,
                    "uncertain",
                    "The provider refuses the cancellation, and never answered an earlier one: it may have acted on that. Ask the provider."
                )
            }
            if let marked = try await store.order(order.id) {
                _ = try await mark(marked, "the provider refused to cancel", by: .system) { $0.isCancelling = false }
            }
            return false
        }
        let unknown = CommandError(
            503,
            "provider_no_answer",
            "The provider refuses the cancellation, and does not say how the order stands, which may be cancelled already; ask again.",
            retryAfter: .seconds(30)
        )
        do {
            switch try await account.provider.report(for: reference, accounts.session(account, isUrgent: true))?.status {
            case .recognised(.cancelled)?: return true
            case .recognised?, .unrecognised?: return false
            case nil: throw unknown
            }
        } catch is ProviderError { throw unknown }
    }

    /// Notes how far a cancellation has come; false where the order moved on meanwhile.
    private func mark(_ order: Order, _ text: String, by actor: Actor, _ change: (inout Order.Record) -> Void) async throws -> Bool {
        var next = order
        change(&next.record)
        let change = OrderChange(from: order, to: next, cause: .operator, kind: "command", text: text, actor: actor, environment)
        do { try await writer.write(change.effects) } catch let error as CommandError where error.code == "conflict" { return false }
        return true
    }

    /// Writes the cancellation; nil where the order moved on meanwhile.
    private func write(_ order: Order, _ actor: Actor, _ note: String?, _ withdrawnAt: Timestamp?, _ effects: [Effect]) async throws -> Order? {
        var next = order
        // A person who cancels it beside a script does not undo when the candidate was withdrawn.
        next.record.withdrawnAt = withdrawnAt ?? order.record.withdrawnAt
        next.status.state = .cancelled
        next.status.outcome = nil
        // Two requests at the provider do not become one by cancelling the one that is known.
        if next.status.problem?.code != Problem.secondReference || SecondRequest.isOwn(order) { next.status.problem = nil }
        next.record.isCancelling = false
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: "command",
            text: "cancelled",
            details: ["reason_given": .bool(note != nil)],
            actor: actor,
            note: note,
            environment
        )
        do { try await writer.write(change.effects + effects, change.update) } catch let error as CommandError where error.code == "conflict" {
            return nil
        }
        return try await store.known(order: order.id)
    }
}
