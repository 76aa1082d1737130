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

    var clock: any WallClock { environment.clock }
    var random: any RandomSource { environment.random }
    var secrets: [String: [Secret]] { connection.secrets }

    func draft(_ arguments: JSON) async throws -> Order {
        do { return try connection.order(arguments, environment) } catch { throw HostCallError(error) }
    }

    func order(id: String) async throws -> Order? {
        let order = try await store.order(id)
        return order?.connection == connection.id ? order : nil
    }

    func order(externalID: String) async throws -> Order? {
        try await store.order(connection: connection.id, externalID: externalID)
    }

    func cancel(order id: String, reason: String?) async throws -> JSON {
        guard try await order(id: id) != nil else { throw HostCallError("no_such_order", "the connection has no order of that id", path: "id") }
        do {
            _ = try await cancellation.cancel(order: id, by: .script(run: run.id), note: reason)
            return ["cancelled": true]
        } catch let error as CommandError where error.code == "too_late" || error.code == "unsupported" {
            return ["cancelled": false, "reason": .string(error.code)]
        } catch let error as CommandError {
            throw AttemptFailure(error.code, error.detail, retryable: true)
        }
    }

    func packages(account: String?) async throws -> [ScreeningPackage] {
        let name = account ?? connection.accounts.first
        guard let name, connection.accounts.contains(name) else {
            throw HostCallError("no_such_account", "the connection may not use the account \(name ?? "(none)")", path: "account")
        }
        do { return try await accounts.packages(account: name) } catch let error as CommandError {
            if error.status == 503 { throw AttemptFailure(error.code, error.detail, retryable: true) }
            throw HostCallError(error.code, error.detail)
        }
    }

    func value(key: String) async throws -> JSON? { try await store.value(connection: connection.id, key: key) }

    func permits(_ url: URLParts) -> Bool {
        // A run for an event may call what the request named; a run for an update what the order keeps.
        let request = Delivery.body(of: input)
        return connection.plugin.manifest.permissions.contains {
            $0.permits(url, settings: connection.settings, order: input["order"], request: request)
        }
    }

    func send(_ request: WireRequest) async throws -> WireResponse { try await hosts.send(request, for: connection.id) }

    func remember(_ steps: [Step], doing effect: StepEffect?) async throws -> Order? {
        let placed = try await store.remember(steps, of: run.id, doing: effect)
        if let placed, placed.state == .accepted { environment.log([.order(placed)]) }
        return placed
    }

    func keeping(_ value: JSON?, key: String, for duration: Duration?) -> StepEffect {
        .value(connection: connection.id, key: key, value, expires: duration.map { environment.clock.now() + $0 })
    }
}
