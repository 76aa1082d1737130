import Screening

/// The values that a template's placeholders name. Holds secrets and personal data, and so cannot print itself.
struct WireScope: Sendable {
    /// The placeholders' roots, for checking templates.
    static let roots = ["account", "callback_url", "key", "order", "reference", "token"]

    private var values: Personal<JSON>

    /// `${account.id}`, `${account.environment}`, `${account.base_url}` and the account's secrets by field name (`${account.api_key}`).
    init(_ account: Account) {
        var members: JSON = ["id": .string(account.id), "base_url": .string(account.baseURL), "environment": JSON(account.environment)]
        for (name, secrets) in account.secrets { members[name] = secrets.first.map { .string($0.value) } }
        values = Personal(["account": members])
    }

    /// Adds `${order.…}`: the order as scripts see it.
    func with(_ order: Order) -> WireScope { with("order", order.json) }

    /// Adds one value; nil adds none.
    func with(_ name: String, _ value: String?) -> WireScope { with(name, value.map(JSON.string)) }

    private func with(_ name: String, _ value: JSON?) -> WireScope {
        var scope = self
        scope.values.value[name] = value
        return scope
    }

    /// The value that a placeholder names; nil where there is none or it is `null`. `PATH:number` is the value as a whole number where its text is one.
    func value(_ placeholder: String) -> JSON? {
        let path = placeholder.prefix { $0 != ":" }
        guard let value = values.value.at(String(path)), !value.isNull else { return nil }
        guard placeholder.hasSuffix(":number"), let number = value.text.flatMap({ Int64($0) }) else { return value }
        return .int(number)
    }
}
