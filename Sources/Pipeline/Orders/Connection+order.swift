import Plugins
import Screening

extension Connection {
    /// The order that a request from outside (a script's, the API's) asks for, checked before anything is written.
    /// - Throws: ``FieldProblem`` naming what is missing or malformed.
    func order(_ request: JSON, _ environment: Environment) throws(FieldProblem) -> Order {
        let draft = try OrderDraft(request: request, connection: id, accounts: accounts) { environment.registry.account($0)?.account.provider }
        if let problem = environment.registry.account(draft.account)?.provider.problems(with: draft).first { throw problem }
        return draft.order(id: environment.identifier(.order), callbackToken: Secret(environment.random.token()), at: environment.clock.now())
    }

    /// The first value of a request that says where the connection's scripts may send: one that `permissions.http` refers to. Nil where there is none.
    func destination(in request: JSON) -> String? {
        let paths = plugin.manifest.permissions.flatMap(\.references).filter { $0.root == .order }.map(\.path)
        return paths.first { request.at($0).map { !$0.isNull } ?? false }
    }
}
