public import Screening

/// What a person found out about an order whose submission's answer was lost.
public enum Resolution: Sendable, Equatable {
    /// The provider has it under this reference. With `force` it is not looked at first.
    case adopt(providerRef: String, force: Bool = false)
    /// The provider does not have it: send it again.
    case resubmit
    /// Nothing more is to be done.
    case abandon
    /// The provider has a request for it that should not be there: that is seen to. Else it was adopted or given up by mistake: nobody knows again whether the
    /// provider has it.
    case release
}

extension Commands {
    /// Settles an `uncertain` order by a person's decision, or takes such a decision back.
    ///
    /// A reference that is to be adopted is looked at first, where the provider can be read: it must be known there, and be about nobody else.
    /// - Parameters:
    ///   - seenAt: the order's `updatedAt` as the person saw it: nothing is done where it has moved on since. Nil where they do not say.
    ///   - isForced: whether it is sent again although the provider lists a request that agrees with the order, or cannot be asked.
    ///   - isRestricted: whether it is for somebody who sees some connections only: they adopt what says that it is
    ///     the order's, also where that is forced: they are shown nothing else.
    /// - Throws: ``CommandError``: 404; 409 `not_uncertain` in any other state, `not_adopted` where nothing is to be taken back, `conflict` where it was
    ///   settled meanwhile, `changed` where it is not as it was seen, `found_at_provider` where it is to be sent again and the provider seems to have it,
    ///   `not_asked` where it is to be sent again and the provider did not say what it has; 422
    ///   `unknown_reference`, `other_candidate` and `unconfirmed`; 502 or 503 where the provider did not say.
    public func resolve(
        order id: String,
        _ resolution: Resolution,
        note: String? = nil,
        seenAt: Timestamp? = nil,
        isForced: Bool = false,
        isRestricted: Bool = false
    ) async throws -> Order {
        let seen = try await store.known(order: id).record.secondRequest
        if resolution == .resubmit, !isForced { try await requireUnfound(order: id) }
        let settled = try await redecidingConflicts {
            let order = try await store.known(order: id)
            if let seenAt, order.updatedAt != seenAt { throw Commands.changed }
            // A person's word is about what they saw, and about no request that was named meanwhile.
            guard resolution != .release || order.record.secondRequest == seen else {
                throw CommandError(409, "conflict", "The provider has named another request meanwhile; look at the order again.")
            }
            return try await resolve(order, resolution, note: note, isRestricted: isRestricted)
        }
        accounts.found.forget(id)
        return settled
    }

    private static func held(_ reference: String, by holder: Order) -> CommandError {
        CommandError(
            422,
            "other_candidate",
            "The order \(holder.id) has the request \(reference) already; look for this order's own at the provider.",
            found: ["order": .string(holder.id)]
        )
    }

    private static let changed = CommandError(
        409,
        "changed",
        "The order has changed since you looked at it, perhaps by somebody else's decision; look at it again, then decide."
    )

    /// Before an order is sent again the provider is asked once more whether it has it, where it can list or find requests: what it said a minute ago may be
    /// from before the lost request came to its list. Where it is not asked, or does not say, nobody knows.
    private func requireUnfound(order id: String) async throws {
        let order = try await store.known(order: id)
        guard order.state == .uncertain, let account = environment.registry.account(order.account),
            account.capabilities.requests || account.capabilities.find
        else { return }
        let title = account.provider.manifest.title
        let found: FoundRequests
        do {
            found = try await candidates(order: id, patience: .seconds(20), notBefore: environment.clock.now())
        } catch let error as CommandError {
            // One that lists nothing leaves it to the person; one that was settled meanwhile is refused as such.
            if ["unsupported", "not_uncertain"].contains(error.code) { return }
            let detail = "Whether \(title) has it could not be asked: \(error.detail) Sent again with force, it may be ordered a second time."
            throw CommandError(409, "not_asked", detail, retryAfter: error.retryAfter)
        }
        guard let likely = found.requests.first(where: { $0.agreement.verdict == .likely || $0.agreement.agreeing > 0 }) else { return }
        let detail =
            "\(title) has the request \(likely.reference), which agrees with this order and is no other order's: adopt it. "
            + "Sent again with force, it is ordered a second time."
        throw CommandError(409, "found_at_provider", detail)
    }

    /// A request that says of nobody whose it is may be that of an order which is just being sent, whose answer is still on its way.
    private func requireNoneUnderWay(besides order: Order, _ reference: String) async throws {
        var query = OrderQuery()
        (query.account, query.states) = (order.account, [.submitting])
        let recently = environment.clock.now() + (.zero - AccountService.onItsWay)
        let sending = try await store.orders(query, PageRequest(limit: 200)).whole()
        guard sending.contains(where: { $0.id != order.id && $0.updatedAt > recently }) else { return }
        let detail =
            "Other orders are being sent to \(order.account) at this moment, and \(reference) may be the request of one of them: nothing there says whose it is. "
            + "Try again in two minutes, or adopt it with force if you know."
        throw CommandError(409, "being_sent", detail)
    }

    private func resolve(_ order: Order, _ resolution: Resolution, note: String?, isRestricted: Bool) async throws -> Order {
        let id = order.id
        if resolution == .release { return try await release(order, note: note) }
        guard order.state == .uncertain else {
            throw CommandError(409, "not_uncertain", "The order is \(order.state.rawValue); only an uncertain order can be resolved.")
        }
        var next = order
        var effects: [Effect] = []
        var kind = "command"
        var details: JSON = [:]
        var isAlone = false
        let text: String
        next.status.problem = nil
        switch resolution {
        case .adopt(let reference, let isForced):
            // What nobody names may be another connection's: who sees some connections only takes none of those, by force neither.
            let force = isForced && !isRestricted
            let isConfirmed = force ? false : try await confirms(reference, as: order, isRestricted: isRestricted)
            guard isConfirmed || force || !isRestricted else {
                let detail =
                    "Nothing says that the request \(reference) is this order's, and it may be another connection's; \(Commands.force(isRestricted))."
                throw CommandError(422, "unconfirmed", detail)
            }
            if !isConfirmed, !force { try await requireNoneUnderWay(besides: order, reference) }
            // Two people may adopt one request for two orders at the same moment: the second is refused.
            isAlone = !force
            if !force { details["confirmed"] = .bool(isConfirmed) }
            next.providerRef = reference
            next.record.isAdopted = true
            next.status.state = .requested
            details["provider_ref"] = .string(reference)
            text = "adopted the provider's request" + (force ? " without looking at it" : isConfirmed ? "" : "; nothing there says whose it is")
            if let account = environment.registry.account(order.account), account.capabilities.report {
                effects.append(.queue(QueuedWork(.read(order: id), account: order.account, due: environment.clock.now(), priority: 0)))
            }
        case .resubmit:
            next.returnToAccepted()
            next.record.hasLostAnswer = true
            next.record.lookedUpAt = environment.clock.now()
            text = "to be sent again"
            effects.append(.queue(.submission(of: order, due: environment.clock.now())))
        case .abandon, .release:
            next.status.state = .failed
            next.status.problem = Problem(code: Problem.abandoned, message: "given up by a person", at: environment.clock.now())
            // The word that takes it out of the dead letters.
            kind = "discarded"
            text = "abandoned: nothing is to be done about it"
        }
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: kind,
            text: text,
            details: details,
            actor: actor,
            note: note,
            isAlone: isAlone,
            environment
        )
        let all = change.effects + effects
        try await writer.write(all, change.update)
        return try await store.known(order: id)
    }

    /// Says that a request which should not be there is seen to; where there is none takes an adoption back, or that the order was given up. What was read of
    /// another request is no part of the order.
    private func release(_ order: Order, note: String?) async throws -> Order {
        let isGivenUp = order.state == .failed && order.status.problem?.code == Problem.abandoned
        let adopted = order.record.isAdopted ? order.providerRef : nil
        // What the problem's message asks for comes first: a result that is there is not given up for it.
        if order.record.secondRequest != nil || SecondRequest.isOwn(order) { return try await settle(order, note: note) }
        guard isGivenUp || adopted != nil else {
            if order.status.problem?.code == Problem.secondReference { return try await settle(order, note: note) }
            throw CommandError(
                409,
                "not_adopted",
                "Nobody adopted a request for this order, or gave it up, and no second one is known; there is nothing to take back."
            )
        }
        return try await takeBack(order, note: note)
    }

    /// Takes an adoption back, or that the order was given up: nobody knows again whether the provider has it. A second request is left to whoever sees to it.
    private func takeBack(_ order: Order, note: String?) async throws -> Order {
        guard order.replacedBy == nil else { throw Commands.replaced(order) }
        let adopted = order.record.isAdopted ? order.providerRef : nil
        var next = order
        next.providerRef = nil
        next.record.isAdopted = false
        (next.record.unknownReads, next.record.unknownReadAt) = (0, nil)
        let takenBack = adopted.map { "\(order.provider) has the order as \($0)" } ?? "the order was given up"
        let message =
            "A person took back that \(takenBack); \(order.provider) may or may not have it. "
            + "Look there, then adopt its reference, resubmit or abandon."
        next.status = Order.Status(.uncertain, problem: Problem(code: "uncertain", message: message, at: environment.clock.now()))
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: "command",
            text: adopted == nil ? "it was given up by mistake" : "the adoption was taken back",
            details: ["provider_ref": JSON(adopted)],
            actor: actor,
            note: note,
            environment
        )
        try await writer.write(change.effects + [.unqueue(.read(order: order.id))], change.update)
        return try await store.known(order: order.id)
    }

    /// A person has seen to the request at the provider that should not be there: it is no problem any more.
    private func settle(_ order: Order, note: String?) async throws -> Order {
        var next = order
        let request = order.record.secondRequest ?? order.providerRef
        if [Problem.secondReference, Problem.standsAtProvider].contains(order.status.problem?.code) { next.status.problem = nil }
        next.record.secondRequest = nil
        if let request { next.record.settledRequests.insert(request) }
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: "command",
            text: "the request at the provider that should not be there is seen to",
            details: ["second_ref": JSON(request)],
            actor: actor,
            note: note,
            environment
        )
        try await writer.write(change.effects)
        return try await store.known(order: order.id)
    }

    /// Looks at a request at the provider before it is adopted. Returns whether it says that it is the order's; false where nothing tells whose it is.
    /// - Throws: ``CommandError`` 422 where there is none, or it is somebody else's; 502 or 503 where the provider did not say.
    private func confirms(_ reference: String, as order: Order, isRestricted: Bool) async throws -> Bool {
        let force = Commands.force(isRestricted)
        if let holder = try await mapStoreError({ try await accounts.holder(of: reference, besides: order) }) {
            throw Commands.held(reference, by: holder)
        }
        guard try await mapStoreError({ try await accounts.isFree(reference, for: order) }) else {
            let detail =
                "The request \(reference) is of an order that is here no more (its person was erased, or its time was over); look for this order's "
                + "own, or \(force)."
            throw CommandError(422, "other_candidate", detail)
        }
        guard let account = environment.registry.account(order.account), account.capabilities.report else { return false }
        let title = account.provider.manifest.title
        let detail = "\(title) cannot be asked about \(reference) at present; ask again, or \(force)."
        let unavailable = CommandError(503, "provider_unavailable", detail, retryAfter: .seconds(60))
        guard try await mapStoreError({ try await accounts.problem(of: account) }) == nil,
            try await mapStoreError({ try await accounts.reads(1, from: account) }).count == 1
        else { throw unavailable }
        let report: Report?
        do { report = try await account.provider.report(for: reference, accounts.session(account)) } catch is ReadsRefused {
            throw unavailable
        } catch let error as ProviderError {
            throw CommandError(error, "\(title) did not say what \(reference) is (\(error)); ask again, or \(force).")
        }
        guard let report else {
            throw CommandError(422, "unknown_reference", "\(title) knows no request \(reference); look there again, or \(force).")
        }
        guard let subject = report.subject else { return false }
        let others = try await others(than: order, named: [subject])
        guard let isOurs = subject.isSubject(of: order, others: others) else { return false }
        guard isOurs else {
            let detail = "The request \(reference) at \(title) is somebody else's; look for this order's own, or \(force)."
            throw CommandError(422, "other_candidate", detail, found: subject.json)
        }
        return true
    }

    /// What else can be done about a request that was not adopted.
    private static func force(_ isRestricted: Bool) -> String {
        isRestricted ? "whoever sees all connections can adopt it with force" : "adopt it with force if you know"
    }

    /// The refusal of a command on an order that was replaced.
    static func replaced(_ order: Order) -> CommandError {
        CommandError(409, "replaced", "The order \(order.replacedBy ?? "") was placed in its place; that one goes on.")
    }
}
