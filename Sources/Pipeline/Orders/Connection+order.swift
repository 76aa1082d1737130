import Plugins
import Screening

extension Connection {
    /// The order that a request from outside (a script's, the API's) asks for, checked before anything is written.
    /// - Parameters:
    ///   - delivered: whether a text stands in the delivery that asks for it; nil where an administrator does. What they name may be called: see
    ///     ``Order/destinations``.
    /// - Throws: ``FieldProblem`` naming what is missing or malformed.
    func order(_ request: JSON, _ environment: Environment, delivered: ((String) -> Bool)?) throws(FieldProblem) -> Order {
        let draft = try OrderDraft(request: request, connection: id, accounts: accounts) { environment.registry.account($0)?.account.provider }
        if let problem = environment.registry.account(draft.account)?.provider.problems(with: draft).first { throw problem }
        var order = draft.order(id: environment.identifier(.order), callbackToken: Secret(environment.random.token()), at: environment.clock.now())
        // Without callback hosts a delivery names no whole address; a label of a host that the manifest writes out it may.
        let patterns = delivered != nil && callbackHosts == nil ? origins.filter { !$0.isCallback } : origins
        let chosen = Connection.destinationPaths(patterns).compactMap { (["metadata": order.metadata.value] as JSON).at($0)?.text }.filter {
            delivered?($0) ?? true
        }
        order.destinations = Array(Set(chosen)).sorted()
        order.record.trace = TraceCarrier.present
        return order
    }

    /// The first value of a request that says where the connection's scripts may send: one that `permissions.http` refers to. Nil where there is none.
    func destination(in request: JSON) -> String? {
        Connection.destinationPaths(origins).first { request.at($0).map { !$0.isNull } ?? false }
    }

    /// Where an order says whom its scripts may call.
    private static func destinationPaths(_ origins: [OriginPattern]) -> [String] {
        origins.flatMap(\.references).filter { $0.root == .order }.map(\.path)
    }
    private var origins: [OriginPattern] { plugin.manifest.origins + permissions }
}

/// The texts of a delivery: what the one who sent it wrote, and no script.
struct DeliveredTexts {
    private let texts: Set<String>

    /// - Parameter input: what the run's hook is called with.
    init(_ input: JSON) {
        var texts: Set<String> = []
        func collect(_ value: JSON) {
            switch value {
            case .string(let text): texts.formUnion([text, text.trimmed])
            case .array(let items): for item in items { collect(item) }
            case .object(let members): for (_, member) in members.pairs { collect(member) }
            default: break
            }
        }
        if let body = Delivery.body(of: input) {
            collect(body)
        } else if let raw = input["raw"]?.text {
            FormEncoding.pairs(raw).forEach { collect(.string($0.value)) }
        }
        if let query = input["query"] { collect(query) }
        self.texts = texts
    }

    func contains(_ text: String) -> Bool { texts.contains(text) }
}
