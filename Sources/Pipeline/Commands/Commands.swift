import Logging
import Plugins
public import Screening

/// What people and programs ask of the host: the API, the command line and embedders all come through here.
///
/// Each command is given by an actor, set by ``acting(as:)``. The actor and their note are recorded beside what was done.
public struct Commands: Sendable {
    let environment: Environment
    let store: any Store
    let accounts: AccountService
    let cancellation: OrderCancellation
    private(set) var writer: EffectWriter
    let breakers: Breakers
    let viewRefresh: ViewTriggeredRefresh
    /// Who asks.
    public private(set) var actor = Actor.system
    /// Whose turn it is to look through much that is stored; nil where nobody waits for another.
    private(set) var turns: (any Turns)?
    /// How many things one command may be for.
    var most = 100_000
    /// What is left alone because a person let it be; nil where what is named is done.
    var letBe: LetBe?

    init(
        environment: Environment,
        store: any Store,
        accounts: AccountService,
        cancellation: OrderCancellation,
        writer: EffectWriter,
        breakers: Breakers,
        viewRefresh: ViewTriggeredRefresh
    ) {
        self.environment = environment
        self.store = store
        self.accounts = accounts
        self.cancellation = cancellation
        self.writer = writer
        self.breakers = breakers
        self.viewRefresh = viewRefresh
    }

    /// The same commands, asked for by somebody: on an order's timeline they are named beside what was done.
    public func acting(as actor: Actor) -> Commands {
        var commands = self
        commands.actor = actor
        return commands
    }

    /// The same commands, which take a turn where they look through much that is stored.
    public func taking(_ turns: any Turns) -> Commands {
        var commands = self
        commands.turns = turns
        return commands
    }

    /// The same commands, which leave alone what a person let be.
    func leaving(_ letBe: LetBe) -> Commands {
        var commands = self
        commands.letBe = letBe
        return commands
    }

    /// The same commands, each of which writes more with what it writes.
    func writing(_ effects: [Effect]) -> Commands {
        var commands = self
        commands.writer.alongside = effects
        return commands
    }

    /// Why nothing is ordered for an application whose order was open, or not surely gone, when its person was erased.
    private static let mayStand =
        "The order of this application was open, or not surely gone, when its person was erased: its provider may go on with it, so it is not ordered again, with "
        + "reorder neither. Look there; what is to be ordered all the same is a new application, with an external id of its own."

    /// What an order's package is held against.
    var packages: PackageRule { PackageRule(environment: environment, store: store, accounts: accounts) }

    /// What was asked for about an order, as its timeline tells it.
    func entry(_ order: String, _ text: String, note: String?, details: JSON = [:]) -> TimelineEntry {
        TimelineEntry(
            order: order,
            at: environment.clock.now(),
            kind: "command",
            text: text,
            details: details,
            actor: actor,
            note: note.map { Personal($0) }
        )
    }

    /// Places an order, unless the connection has one with the same external id: then that one comes back.
    ///
    /// With `reorder` in the request a new one is placed where that one was refused, cancelled or given up, and surely is not at its provider.
    /// - Parameter choosesDestinations: whether the caller may say where the connection's scripts send, with its secrets: the ATS says that of its orders.
    /// - Throws: ``CommandError``: 404 for an unknown connection, 403 for a destination from a caller who may choose none, 422 for a field that is
    ///   missing or malformed, an account the connection may not use, or a package the account does not have; with `reorder` 409 `being_cancelled` while
    ///   that order is being cancelled for a withdrawal; 409 `erased` where its person was erased, unless with `reorder`, and `erased_open` where that was
    ///   while it was open.
    public func place(_ request: JSON, choosesDestinations: Bool = true) async throws -> (order: Order, isNew: Bool) {
        guard let name = request["connection"]?.text else {
            throw CommandError(FieldProblem(path: "connection", expected: "a connection's name", found: "nothing"))
        }
        guard let connection = environment.registry.connection(name) else { throw CommandError.notFound("connection") }
        if !choosesDestinations, let path = connection.destination(in: request) {
            throw CommandError(
                403,
                "insufficient_scope",
                "\(path) says where the connection's script sends what it tells the ATS, with the connection's credentials; that takes the scope admin."
            )
        }
        let order: Order
        let reorder: Reorder?
        do {
            order = try connection.order(request, environment, delivered: nil)
            reorder = try request.flag("reorder") ? Reorder() : nil
        } catch { throw CommandError(error) }
        if reorder == nil, try await mapStoreError({ try await store.isErased([.externalID(order.externalID)], on: order.connection) }) {
            guard try await mapStoreError({ try await store.isErased([.open(order.externalID)], on: order.connection) }) else {
                throw CommandError(409, "erased", "The person of this application was erased; with reorder it is ordered for all the same.")
            }
            throw CommandError(409, "erased", Commands.mayStand)
        }
        let placed = try await mapStoreError {
            try await retryingConflict {
                if reorder != nil, try await store.isErased([.open(order.externalID)], on: order.connection) {
                    throw CommandError(409, "erased_open", Commands.mayStand)
                }
                if let problem = try await packages.problem(of: order, on: connection, reorder) { throw CommandError(problem) }
                return try await store.place(order, reorder: reorder, by: actor)
            }
        }
        if placed.isNew { environment.log([.order(placed.order)]) }
        let asked = Occurrence(occurredAt: nil, receivedAt: environment.clock.now())
        if !placed.isNew, reorder != nil, try await mapStoreError({ try await cancellation.isBeingWithdrawn(placed.order, before: asked) }) {
            let detail = "The order \(placed.order.id) is being cancelled for a withdrawal; ask again when that is through."
            throw CommandError(409, "being_cancelled", detail, retryAfter: .seconds(30))
        }
        return placed
    }

    /// Asks for the provider's present status, ahead of all polling. Returns the order as it stands; what the provider says arrives as an update.
    /// - Throws: ``CommandError``: 404, or 409 `unsupported` where the provider cannot be read or has no name for the order yet.
    public func refresh(order id: String, note: String? = nil) async throws -> Order {
        let order = try await store.known(order: id)
        guard order.providerRef != nil, let account = environment.registry.account(order.account), account.capabilities.report else {
            throw CommandError(409, "unsupported", "The order cannot be read at its provider.")
        }
        let urgency = PollingSchedule.Urgency.asked.rawValue
        let work = QueuedWork(.read(order: id), account: order.account, due: environment.clock.now(), priority: urgency)
        let entry = entry(id, "refresh asked for", note: note)
        try await writer.write([.queue(work), .timeline(entry)])
        return order
    }

    /// Cancels an order: at the provider where it has it, else by never sending it.
    ///
    /// Calling again on a cancelled order returns it as it is.
    /// - Throws: ``CommandError``: 404; 409 `too_late` or `unsupported`; 409 `uncertain` while nobody knows whether the provider has it; 502 or 503
    ///   where the provider did not answer.
    public func cancel(order id: String, note: String? = nil) async throws -> Order {
        try await cancellation.cancel(order: id, by: actor, note: note)
    }

    /// Whether an event is a request that a script answered while the ATS waited.
    func isRoute(_ event: EventSummary) -> Bool {
        guard event.kind == .ats, let connection = event.connection.flatMap(environment.registry.connection) else { return false }
        return connection.hooks.route(method: event.method, path: event.path.value) != nil
    }

    /// Sends an event through the present scripts again. Returns the event; what it would do twice is stopped by the unique external ids.
    /// - Throws: ``CommandError``: 404; 409 where the event is no delivery of an ATS, or is being worked on.
    public func replay(event id: String, note: String? = nil) async throws -> Event {
        guard var event = try await mapStoreError({ try await store.event(id) }) else { throw CommandError.notFound("event") }
        try letBe?.require(event.problem, "event")
        guard event.kind == .ats || event.kind == .webhook else {
            throw CommandError(409, "unsupported", "Only what an ATS or a provider sent can be replayed.")
        }
        guard event.state == .done || event.state == .dead else {
            throw CommandError(409, "busy", "The event is being worked on; what it leads to can be seen in its runs.", retryAfter: .seconds(5))
        }
        if isRoute(event.summary) {
            throw CommandError(409, "unsupported", "A route's request was answered while the ATS waited; the ATS has to ask again.")
        }
        var effects: [Effect] = [
            .expect(event: id, in: event.state), .event(id: id, state: .received, problem: nil),
            .queue(
                QueuedWork(
                    .event(id),
                    concurrencyKey: event.concurrencyKey,
                    connection: event.connection,
                    due: environment.clock.now(),
                    priority: 3
                )
            ),
        ]
        if let order = event.order {
            effects.append(.timeline(entry(order, "a webhook is looked at again", note: note, details: ["event": .string(id)])))
        }
        try await write(effects, "event replayed", id)
        event.state = .received
        return event
    }

    /// The connections that are configured.
    public var connections: [String] { environment.registry.connections.map(\.id) }

    /// What keeps a connection's scripts from running: `{code, message}`; nil where nothing does.
    public func problem(of connection: Connection) -> JSON? {
        if let at = breakers.storage.refused(connection.id) {
            let quota = Quota(.stored, of: connection.id, limit: connection.limits.storedBytesPerDay)
            return [
                "code": .string(quota.code), "message": .string(quota.sentence(connection.limits) + "; deliveries are answered 429"), "at": JSON(at),
            ]
        }
        return breakers.scripts.isOpen(ScriptRunner.breaker(of: connection.id, connection.scripts)) ? ScriptRunner.paused.json : nil
    }

    /// Gives a run that ended without success, or waits, another attempt now.
    /// - Throws: ``CommandError``: 404; 409 where it is done, running, or answered a caller who is gone.
    /// - Parameter isOneOfMany: whether it was not named by itself: then it is not retried where that would order for somebody who may be withdrawn.
    public func retry(run id: String, note: String? = nil, isOneOfMany: Bool = false) async throws -> Run {
        var run = try await self.run(id)
        guard run.mayBeRetried else {
            throw CommandError(409, "not_retryable", "The run is \(run.state.rawValue)\(run.isRoute ? " and answered a caller who is gone" : "").")
        }
        if run.state == .discarded { try letBe?.require(run.endedAt, "run") }
        if run.order != nil, let later = try await mapStoreError({ try await store.laterUpdateTold(than: id) }) {
            throw CommandError(
                409,
                "superseded",
                "The ATS was told of a later change of the order by \(later); telling it this one would take it back. Discard the run."
            )
        }
        // What a new attempt may ask for anew: calls that were refused or answered with an error did nothing, and what stood in their way may be mended;
        // and what was only read since the run last changed something may be different by now.
        let steps = try await mapStoreError { try await store.steps(of: id) }.filter { !$0.isLeftBehind }
        let reads = Set(steps.readsSinceLastAct.map(\.number) + steps.unfinishedWithdrawals.map(\.number))
        let failed = steps.filter { ($0.didNothing || reads.contains($0.number)) && !$0.repeatable }.map { step -> Step in
            var step = step
            step.repeatable = true
            return step
        }
        let withdrawn = steps.withdrawals
        if isOneOfMany, !withdrawn.isEmpty {
            throw CommandError(409, "withdrawn", "The candidate may be withdrawn; retry the run by itself to order all the same.")
        }
        let before = run.state
        if let connection = environment.registry.scripted(run.connection) {
            run.script = connection.scripts.id
            run.pluginVersion = connection.plugin.manifest.version
        }
        run.state = .queued
        run.nextAttemptAt = environment.clock.now()
        run.endedAt = nil
        run.result = nil
        let event = try await event(of: run)
        let concurrencyKey = run.order.map { QueuedWork.concurrencyKey(updatesOf: $0) } ?? event?.concurrencyKey
        var effects: [Effect] = [
            .expect(run: id, in: before), .run(run),
            .queue(QueuedWork(.run(id), concurrencyKey: concurrencyKey, connection: run.connection, due: environment.clock.now(), priority: 3)),
        ]
        if !failed.isEmpty { effects.append(.steps(failed, of: id)) }
        effects += withdrawn.map { .forgetWithdrawal(connection: run.connection, externalID: $0) }
        effects += change(event, to: .working)
        if let order = run.order {
            effects.append(.timeline(entry(order, "the ATS is to be told again", note: note, details: ["run": .string(id)])))
        }
        try await write(effects, "run retried", id)
        return run
    }

    /// Takes a run out of the dead letters: nothing is to be done about it.
    /// - Throws: ``CommandError``: 404; 409 `not_discardable` where it ended well, `busy` while it is being executed: what it does would go on all the same.
    public func discard(run id: String, note: String?) async throws -> Run {
        let run = try await self.run(id)
        guard run.mayBeDiscarded else {
            throw CommandError(409, "not_discardable", "The run is \(run.state.rawValue).")
        }
        let (ended, discarding) = discarding(run, note: note)
        var effects = discarding
        let event = try await event(of: run)
        effects += change(event, to: .done)
        if let order = run.order {
            effects.append(.timeline(entry(order, "the ATS is not told", note: note, details: ["run": .string(id)])))
        }
        do { try await write(effects, "run discarded", id) } catch let error as CommandError where error.code == "conflict" {
            guard try await self.run(id).state == run.state, try await self.event(of: run)?.state == event?.state else { throw error }
            throw CommandError(409, "busy", "The run is being executed at this moment; ask again.", retryAfter: .seconds(5))
        }
        return ended
    }

    /// The run as discarded, with what is written for it: only where it has not moved on.
    func discarding(_ run: Run, note: String?) -> (ended: Run, effects: [Effect]) {
        let ended = run.closed(.discarded, ["kind": "discarded", "reason": JSON(note)], at: environment.clock.now())
        return (ended, [.expect(run: run.id, in: run.state), .expect(idle: .run(run.id)), .run(ended), .unqueue(.run(run.id))])
    }

    /// What a command on a run makes of its event, unless that is replayed meanwhile; nothing where the run has none.
    private func change(_ event: Event?, to state: Event.State) -> [Effect] {
        guard let event else { return [] }
        return [.expect(event: event.id, in: event.state), .event(id: event.id, state: state, problem: nil)]
    }

    private func event(of run: Run) async throws -> Event? {
        guard let id = run.event else { return nil }
        return try await mapStoreError { try await store.event(id) }
    }

    /// Writes what was asked for about an event or a run, and says in the log who did.
    func write(_ effects: [Effect], _ what: String, _ id: String) async throws {
        try await writer.write(effects)
        environment.logger.notice("asked for: \(what)", metadata: ["event": "command.accepted", "id": "\(id)", "by": "\(actor)"])
    }

    /// The external ids that a run would order for only where a person has it tried again by itself.
    func withdrawals(of run: String) async throws -> [String] {
        try await mapStoreError { try await store.steps(of: run) }.filter { !$0.isLeftBehind }.withdrawals
    }

    private func run(_ id: String) async throws -> Run {
        guard let run = try await mapStoreError({ try await store.run(id) }) else { throw CommandError.notFound("run") }
        return run
    }
}

extension JSON {
    /// A member that is true or false; false where it is missing or null.
    /// - Throws: ``FieldProblem`` where it is something else.
    func flag(_ name: String) throws(FieldProblem) -> Bool {
        guard let value = self[name], !value.isNull else { return false }
        guard let flag = value.boolean else { throw FieldProblem(path: name, expected: "true or false", found: value.kind.withArticle) }
        return flag
    }
}

extension [Step] {
    /// The external ids of orders that were not placed because of a withdrawal that may have come later.
    fileprivate var withdrawals: [String] { compactMap(\.externalIDToDecideOn) }
}

extension Step {
    /// The external id of an order that was not placed because nobody can say whether the candidate was withdrawn before or after it was asked for.
    var externalIDToDecideOn: String? {
        guard kind == "orders.place", reply?.value["value"]?["ends"]?["kind"]?.text == "parked" else { return nil }
        return request.value["external_id"]?.text
    }

    /// Whether the call was refused by the host, could not be made, or was answered with an error: a new attempt may make it again. Not one that was made,
    /// and whose answer alone was not taken.
    var didNothing: Bool {
        guard let reply = reply?.value else { return false }
        if let error = reply["error"], !error.isNull { return isRead || reply["made"]?.boolean != true }
        if reply["value"]?["ends"] != nil { return true }
        guard kind == "http", let response = reply["value"] else { return false }
        if let error = response["error"], !error.isNull { return true }
        return (response["status"]?.integer ?? 0) >= 400
    }
}
