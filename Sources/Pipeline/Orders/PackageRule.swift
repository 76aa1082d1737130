import Plugins
import Screening

/// Refuses an order for a package that its account does not have, before anybody is told that it was ordered.
///
/// It says nothing where the catalogue cannot be had, or is not what decides: then the provider says what it thinks of the package.
struct PackageRule: Sendable {
    let environment: Environment
    let store: any Store
    let accounts: AccountService

    /// What is wrong with an order's package; nil where nothing is known to be. An order that stands already for the external id is not asked about.
    func problem(of order: Order, on connection: Connection, _ reorder: Reorder?) async throws -> FieldProblem? {
        // What a script makes of the request may name another package.
        guard !connection.hooks.hooks.contains("map_request"), let account = environment.registry.account(order.account) else { return nil }
        guard await accounts.offers(order.package, account) == false else { return nil }
        if let present = try await store.order(connection: order.connection, externalID: order.externalID) {
            guard let reorder, present.givesWay(to: reorder) else { return nil }
        }
        let expected = "a package that the account \(order.account) has"
        return FieldProblem(
            path: "package",
            expected: expected,
            found: "\(order.package.prefix(100)), which \(account.provider.manifest.title) does not list"
        )
    }
}
