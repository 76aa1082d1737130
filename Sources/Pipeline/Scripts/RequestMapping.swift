import Foundation
import Plugins
import Screening

/// Lets a connection's `map_request` change the request that creates an order, before anything is written or sent.
struct RequestMapping: Sendable {
    let environment: Environment
    let store: any Store
    let hooks: any HookRunning
    let accounts: AccountService

    /// What became of it.
    enum Outcome: Sendable {
        /// The request goes out like this; nil: as it is.
        case shape(RequestShape?)
        /// The script refused the order.
        case refused(String)
        /// The request could not be changed: nothing is sent.
        case failed(message: String, after: Duration?)
    }

    /// Log lines that the order's timeline takes; a script's log has no run of its own to stand in here.
    static let lines = 20

    /// What becomes of the request, and the last lines that the script logged, redacted.
    func map(_ order: Order, _ account: ProviderAccount, _ session: ProviderSession, attempt: Int) async throws -> (outcome: Outcome, logs: [JSON]) {
        var logs: [JSON] = []
        return (try await map(order, account, session, attempt: attempt, logs: &logs), logs)
    }

    private func map(
        _ order: Order,
        _ account: ProviderAccount,
        _ session: ProviderSession,
        attempt: Int,
        logs: inout [JSON]
    ) async throws -> Outcome {
        guard let connection = environment.registry.connection(order.connection) else {
            return .failed(message: "the connection \(order.connection) is not configured, so nobody knows what its map_request would do", after: nil)
        }
        guard connection.hooks.hooks.contains("map_request") else { return .shape(nil) }
        let shape: RequestShape?
        do {
            shape = try account.provider.shape(of: order, callback: accounts.callback(for: order, account), key: order.submissionKey, session)
        } catch let error as ProviderError { return .failed(message: error.message.value, after: nil) }
        guard let shape else {
            // The script may be there to prevent something, which must not happen just because the script was not run.
            let title = account.provider.manifest.title
            return .failed(
                message: "the connection's map_request cannot change what goes to \(title); order from another account, or leave it out",
                after: nil
            )
        }
        let call = HookCall(
            scripts: connection.scripts,
            hook: "map_request",
            input: ["request": shape.json, "order": order.json],
            connection: connection.id,
            plugin: connection.plugin.name,
            accounts: connection.accounts,
            settings: connection.settings,
            run: (order.id, attempt),
            limits: connection.limits
        )
        let run = try await hooks.run(call, remembered: [], host: MappingHost(environment: environment, store: store, connection: connection))
        logs = run.logs.suffix(RequestMapping.lines)
        switch run.end {
        case .done(let value):
            do {
                let changed = try shape.changed(to: value)
                if let name = secret(in: changed, beside: shape, connection) {
                    return .failed(message: "map_request: the secret \(name) cannot be put into this request", after: nil)
                }
                guard let address = stranger(in: changed, beside: shape, order, connection) else { return .shape(changed) }
                let message = "map_request: the request names an address at \(address), which the manifest does not permit"
                return .failed(message: message, after: nil)
            } catch { return .failed(message: "map_request: \(error)", after: nil) }
        case .rejected(let reason): return .refused(reason)
        case .retry(let after, let reason): return .failed(message: run.redacted(reason), after: after)
        case .parked(let reason), .skipped(let reason):
            return .failed(message: "map_request did not give a request: \(run.redacted(reason))", after: nil)
        case .interrupted(let why): return .failed(message: "map_request: " + why, after: nil)
        case .failed(let failure):
            return .failed(message: "map_request: " + failure.line, after: nil)
        }
    }
}

extension RequestMapping {
    /// The host of an address that the script put into the request and may not call itself; nil where there is none. The provider would send results to it.
    private func stranger(in changed: RequestShape, beside given: RequestShape, _ order: Order, _ connection: Connection) -> String? {
        let known = Set(Self.texts(in: given.json))
        let permissions = connection.permissions(order: order, input: .null)
        for text in Self.texts(in: changed.json) where Self.isAddress(text) && !known.contains(text) {
            if URLParts(text).map({ permissions.permits($0) }) != true { return URLParts(text)?.host ?? "some host" }
        }
        return nil
    }

    /// A secret whose placeholder the script put into the request, where it would never be replaced.
    private func secret(in changed: RequestShape, beside given: RequestShape, _ connection: Connection) -> String? {
        let known = Set(Self.texts(in: given.json))
        let added = Self.texts(in: changed.json).filter { !known.contains($0) }
        return connection.secrets.keys.sorted().first { name in added.contains { $0.contains("secret:\(name)") } }
    }

    /// Whether a browser or server may read a text as an address: they forgive missing and reversed slashes.
    static func isAddress(_ text: String) -> Bool {
        let text = (text.removingPercentEncoding ?? text).trimmed.lowercased()
        let isSlashed = text.utf8.count > 1 && text.utf8.prefix(2).allSatisfy { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        return isSlashed || text.contains("://") || ["http:", "https:"].contains { text.utf8.starts(with: $0.utf8) }
    }

    private static func texts(in value: JSON) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let items): items.flatMap { texts(in: $0) }
        case .object(let members): members.pairs.flatMap { [$0.name] + texts(in: $0.value) }
        default: []
        }
    }
}

/// What `map_request` reaches: time, randomness and what the connection keeps, but nothing outside. It may run again for each attempt to send.
private struct MappingHost: ValueScriptHost {
    let environment: Environment
    let store: any Store
    let connection: Connection

    var clock: any WallClock { environment.clock }
    var random: any RandomSource { environment.random }
    var secrets: [String: [Secret]] { connection.secrets }

    func value(key: String) async throws -> JSON? { try await store.value(connection: connection.id, key: key) }

    func error(of call: String) -> HostCallError {
        HostCallError("not_here", "map_request cannot call \(call)", hint: "it changes the request and does nothing else")
    }
}
