import Pipeline
import Plugins
import Screening

extension Connection {
    static let schema = Schema(
        "Connection",
        always: [
            "id": .anyText, "plugin": .anyText, "plugin_version": .anyText, "accounts": .list(of: .anyText), "hooks": .list(of: .anyText),
            "problem": Problem.schema.reference.orNull,
        ],
        sometimes: ["settings": .anyObject, "secrets": .list(of: .anyText)],
        "settings and secrets, the names of those that are set, only for one connection"
    )

    func view(problem: JSON?) -> JSON {
        [
            "id": .string(id), "plugin": .string(plugin.name), "plugin_version": .string(plugin.manifest.version),
            "accounts": .array(accounts.map { .string($0) }), "hooks": .array(hooks.hooks.sorted().map { .string($0) }),
            "problem": problem ?? .null,
        ]
    }

    /// The connection with its settings and the names of its secrets.
    func fullView(problem: JSON?) -> JSON {
        var view = view(problem: problem)
        view["settings"] = settings
        view["secrets"] = .array(secrets.filter { !$0.value.isEmpty }.keys.sorted().map { .string($0) })
        return view
    }
}
