import Plugins
import Screening

/// What a connection's scripts reach while they run for real.
struct LiveScriptHost: ConnectionScriptHost {
    let environment: Environment
    let store: any Store
    let accounts: AccountService
    let cancellation: OrderCancellation
    let hosts: HostCalls
    let connection: Connection
    let run: Run
    /// What the run's hook was called with.
    let input: JSON
    let happenedAt: Timestamp
    let permissions: ScriptPermissions

    var clock: any WallClock { environment.clock }
    var random: any RandomSource { environment.random }
    var secrets: [String: [Secret]] { connection.secrets }

    func draft(_ arguments: JSON) async throws -> Order {
        // Read only where the order names whom scripts may call.
        lazy var delivered = DeliveredTexts(run.order == nil ? input : .null)
        do {
            let order = try connection.order(arguments, environment, delivered: { delivered.contains($0) })
            let reorder = arguments["reorder"]?.boolean == true ? Reorder(endedBefore: happenedAt) : nil
            if let problem = try await PackageRule(environment: environment, store: store, accounts: accounts).problem(
                of: order,
                on: connection,
                reorder
            ) {
                throw problem
            }
            return order
        } catch let problem as FieldProblem { throw HostCallError(problem) }
    }

    func order(id: String) async throws -> Order? {
        guard var order = try await store.order(id), order.connection == connection.id else { return nil }
        // That the ATS was not told before is not the ATS's matter.
        order.isUntold = false
        return order
    }

    func order(externalID: String) async throws -> Order? {
        var order = try await store.order(connection: connection.id, externalID: externalID)
        order?.isUntold = false
        return order
    }

    func cancel(order id: String, reason: String?) async throws -> JSON {
        guard let order = try await order(id: id) else { throw HostCallError("no_such_order", "the connection has no order of that id", path: "id") }
        do {
            let withdrawal = Withdrawal(endsAt: try await withdrawal(of: id), occurrence: occurrence)
            _ = try await cancellation.cancel(order: id, by: .script(run: run.id), note: reason, for: withdrawal)
            return ["cancelled": true]
        } catch let error as CommandError where error.code == "asked_anew" {
            guard let ending = try await ending(withdrawing: order) else { throw AttemptFailure(error.code, error.detail, retryable: true) }
            return ["ends": ending]
        } catch let error as CommandError where Problem.isBrake(error.code) {
            throw AttemptFailure(error.code, error.detail, notBefore: accounts.nextLookAfterPause())
        } catch let error as CommandError where error.code == "too_late" || error.code == "unsupported" {
            return ["cancelled": false, "reason": .string(error.code)]
        } catch let error as CommandError {
            throw AttemptFailure(error.code, error.detail, retryable: true)
        }
    }

    /// When the candidate was withdrawn because of whom an order is cancelled. Never before anything that asked for the order: sent again, that must not order
    /// anew.
    private func withdrawal(of order: String) async throws -> Timestamp {
        try await store.asked(for: order).reduce(happenedAt) { max($0, $1.happenedAt) }
    }

    /// A route is answered while the ATS waits: what it asks for happens now.
    var occurrence: Occurrence? {
        func time(_ name: String) -> Timestamp? { input[name]?.text.flatMap { Timestamp(iso8601: $0) } }
        guard run.event != nil, let receivedAt = time("received_at") else { return nil }
        return Occurrence(occurredAt: time("occurred_at") ?? (run.isRoute ? receivedAt : nil), receivedAt: receivedAt)
    }

    func withdrawing(_ externalID: String) -> StepEffect? {
        occurrence.map { .withdraw(connection: connection.id, externalID: externalID, $0) }
    }

    func ending(placingErased order: Order) async throws -> JSON? {
        guard try await store.isErased([.externalID(order.externalID)], on: connection.id) else { return nil }
        // What says so is of somebody who is erased: nothing of it stays once the run has ended.
        if let event = run.event { try await store.eraseLater(event: event) }
        return ["kind": "skipped", "reason": "erased: the person of this application was erased here, and nothing is ordered for it by itself"]
    }

    func ending(placing order: Order, asked: Occurrence, _ reorder: Reorder?) async throws -> JSON? {
        let present = try await store.order(connection: connection.id, externalID: order.externalID)
        if let present, reorder != nil, try await cancellation.isBeingWithdrawn(present, before: asked) {
            let message =
                "the order \(present.id) is being cancelled for a withdrawal from before this request; it is asked for again when that is through"
            // Who asked a route asks again.
            if run.isRoute { throw AttemptFailure("being_cancelled", message, notBefore: environment.clock.now() + .seconds(30)) }
            throw AttemptFailure("being_cancelled", message, retryable: true)
        }
        guard let withdrawal = try await store.withdrawal(connection: connection.id, externalID: order.externalID) else { return nil }
        guard asked.isBlocked(by: withdrawal, isFirst: present == nil) else { return nil }
        // One that stands is found, and nothing is ordered anyway.
        if let present, ![.cancelled, .refused, .failed].contains(present.state) { return nil }
        if asked.relation(to: withdrawal) == .earlier {
            let reason = "withdrawn in the ATS at \(withdrawal.occurredAt ?? withdrawal.receivedAt): nothing is ordered for what happened before that"
            return ["kind": "skipped", "reason": .string(reason), "order": JSON(present?.id)]
        }
        let reason =
            "a withdrawal of this candidate was received at \(withdrawal.receivedAt), and nothing says which happened first: retry the run to order, "
            + "or discard it"
        return ["kind": "parked", "reason": .string(reason), "order": JSON(present?.id)]
    }

    func ending(withdrawing order: Order) async throws -> JSON? {
        guard let occurrence, let later = try await cancellation.askedAnew(order, after: occurrence) else { return nil }
        let (asked, withdrawn) = (later.occurredAt ?? later.receivedAt, occurrence.occurredAt ?? occurrence.receivedAt)
        let reason = "the screening was asked for at \(asked), after this withdrawal of \(withdrawn)"
        return ["kind": "skipped", "reason": .string(reason), "order": .string(order.id)]
    }

    func packages(account: String?) async throws -> [ScreeningPackage] {
        let name = account ?? connection.accounts.first
        guard let name, connection.accounts.contains(name) else {
            throw HostCallError("no_such_account", "the connection may not use the account \(name ?? "(none)")", path: "account")
        }
        do { return try await accounts.packages(account: name) } catch let error as CommandError {
            if Problem.isBrake(error.code) { throw AttemptFailure(error.code, error.detail, notBefore: accounts.nextLookAfterPause()) }
            if error.status == 503 { throw AttemptFailure(error.code, error.detail, retryable: true) }
            throw HostCallError(error.code, error.detail)
        }
    }

    func value(key: String) async throws -> JSON? { try await store.value(connection: connection.id, key: key) }

    func permits(_ url: URLParts, from secret: String?) -> Bool { permissions.permits(url, from: secret) }

    func lacksCallbackHost(_ url: URLParts) -> Bool { permissions.lacksCallbackHost(url) }

    func permits(secret: String, to url: URLParts) -> Bool { permissions.permits(secret: secret, to: url) }

    func send(_ request: WireRequest) async throws -> WireResponse {
        // A run that was under way when its connection was paused, or the store was held, goes no further, and goes on from there.
        if let pause = try await accounts.pause(of: connection.id, for: run) {
            throw AttemptFailure(pause.problem.code, pause.problem.message, notBefore: accounts.nextLookAfterPause())
        }
        var request = request
        request.tellsTrace = URLParts(request.url).map(permissions.isOfPlugin) ?? false
        return try await hosts.send(request, for: connection.id)
    }

    func remember(_ steps: [Step], doing effect: StepEffect?) async throws -> Order? {
        let placed: Order?
        do { placed = try await store.remember(steps, of: run.id, doing: effect.map(metered)) } catch StoreError.overQuota(let quota) {
            try fail(quota)
        }
        if let placed, placed.state == .accepted { environment.log([.order(placed)]) }
        return placed
    }

    /// What a connection's scripts do without end, within its quotas.
    private func metered(_ effect: StepEffect) -> StepEffect {
        switch effect {
        case .place: .within(Quota(.orders, of: connection.id, limit: connection.limits.ordersPerHour), effect)
        case .value(_, _, .some, _): .within(Quota(.values, of: connection.id, limit: connection.limits.valueBytes), effect)
        case .value, .withdraw, .within: effect
        }
    }

    private func fail(_ quota: Quota) throws -> Never {
        let sentence = quota.sentence(connection.limits)
        quota.noteRefusal(environment)
        if quota.kind == .values { throw HostCallError("kv_limit", sentence) }
        // What was asked for is wanted still: the run goes on when there is room again.
        throw AttemptFailure(quota.code, sentence, notBefore: environment.clock.now() + .seconds(300))
    }

    func keeping(_ value: JSON?, key: String, for duration: Duration?) -> StepEffect {
        .value(connection: connection.id, key: key, value, expires: duration.map { environment.clock.now() + $0 })
    }
}
