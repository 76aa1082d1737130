public import Screening

/// What is mended of an order that is sent again; nil stays as it is.
public struct Mending: Sendable, Equatable {
    /// Members of the candidate that take the place of those of the same name; null takes one away.
    public var candidate: Personal<JSON>?
    public var package: JSON?
    /// One of the accounts of the order's connection.
    public var account: JSON?

    public init(candidate: JSON? = nil, package: JSON? = nil, account: JSON? = nil) {
        func given(_ value: JSON?) -> JSON? { value.flatMap { $0.isNull ? nil : $0 } }
        self.candidate = given(candidate).map { Personal($0) }
        self.package = given(package)
        self.account = given(account)
    }

    /// Whether everything stays as it is.
    public var isEmpty: Bool { candidate == nil && package == nil && account == nil }
}

extension Commands {
    /// Sends an order again that was given up or refused: the provider surely does not have it. What is mended is checked as a new order is.
    /// - Throws: ``CommandError``: 404; 409 `not_retryable` in any other state, or where a person gave up an order that the provider may have, `replaced`
    ///   where a new one was placed for it; 409 `discarded` where a person let it be meanwhile, `conflict` where it changed meanwhile; 422 for what is mended
    ///   wrongly.
    public func retry(order id: String, _ mending: Mending = Mending(), note: String? = nil) async throws -> Order {
        var commands = self
        return try await redecidingConflicts {
            let order = try await store.known(order: id)
            try commands.letBe?.require(order.status.problem, "order")
            // Who lets it be after this look has the last word.
            if order.status.problem?.code != Problem.discarded { commands.letBe = LetBe() }
            return try await commands.retry(order, mending, note: note)
        }
    }

    private func retry(_ order: Order, _ mending: Mending, note: String?) async throws -> Order {
        let id = order.id
        guard order.state == .failed || order.state == .refused else {
            throw CommandError(409, "not_retryable", "The order is \(order.state.rawValue); only one that failed or was refused can be sent again.")
        }
        guard order.replacedBy == nil else { throw Commands.replaced(order) }
        guard order.isSurelyGone else {
            throw CommandError(
                409,
                "not_retryable",
                "The provider may have the order. Look there; then take back that it was given up (resolve with release), and adopt or resubmit it."
            )
        }
        var next = order
        let changed = mending.isEmpty ? [] : try await mend(&next, mending)
        next.returnToAccepted()
        next.record.revision += 1
        let names = changed.compactMap { $0["field"]?.text }
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: "command",
            text: "to be sent again" + (names.isEmpty ? "" : " with another \(names.joined(separator: ", "))"),
            details: names.isEmpty ? [:] : ["changed": .array(changed)],
            actor: actor,
            note: note,
            environment
        )
        let work = QueuedWork.submission(of: order, due: environment.clock.now())
        try await writer.write(change.effects + [.queue(work)], change.update)
        return try await store.known(order: id)
    }

    /// Mends an order that is to be sent again. Returns what became another: `{field, before}`, for its timeline.
    private func mend(_ order: inout Order, _ mending: Mending) async throws -> [JSON] {
        guard let connection = environment.registry.connection(order.connection) else {
            throw CommandError(
                409,
                "connection_missing",
                "The connection \(order.connection) is not configured, so what is mended cannot be checked."
            )
        }
        let before = order.candidate.json
        var candidate = before
        if let given = mending.candidate?.value {
            guard let members = given.members else {
                throw CommandError(FieldProblem(path: "candidate", expected: "an object", found: given.kind.withArticle))
            }
            for (name, value) in members.pairs { candidate[name] = value.isNull ? nil : value }
        }
        let draft: Order
        do {
            draft = try connection.order(
                [
                    "external_id": .string(order.externalID), "package": mending.package ?? .string(order.package), "candidate": candidate,
                    "account": mending.account ?? .string(order.account), "metadata": order.metadata.value,
                ],
                environment,
                // Whom the scripts may call stays as the first request had it.
                delivered: { _ in false }
            )
        } catch { throw CommandError(error) }
        if let problem = try await mapStoreError({ try await packages.problem(of: draft, on: connection, Reorder()) }) { throw CommandError(problem) }
        var changed: [JSON] = []
        let names = Set(before.members?.pairs.map(\.name) ?? []).union(draft.candidate.json.members?.pairs.map(\.name) ?? [])
        for name in names.sorted() where before[name] != draft.candidate.json[name] {
            changed.append(["field": .string("candidate." + name), "before": before[name] ?? .null])
        }
        if draft.package != order.package { changed.append(["field": "package", "before": .string(order.package)]) }
        if draft.account != order.account { changed.append(["field": "account", "before": .string(order.account)]) }
        (order.candidate, order.package, order.account, order.provider) = (draft.candidate, draft.package, draft.account, draft.provider)
        return changed
    }

    /// Sends one page of orders again, oldest first: those that failed, unless the query names states.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func retry(orders query: OrderQuery, _ page: PageRequest, note: String? = nil) async throws -> Batch {
        guard let query = query.retryable else { return Batch() }
        let orders = try await mapStoreError { try await undecided(query, page) }
        return try await batch(orders, \.id) { _ = try await retry(order: $0, note: note) }
    }
}
