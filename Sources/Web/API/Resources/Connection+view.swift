import Pipeline
import Plugins
import Screening

extension Connection {
    static let schema = Schema(
        "Connection",
        always: [
            "id": .anyText, "plugin": .anyText, "plugin_version": .anyText, "accounts": .list(of: .anyText), "hooks": .list(of: .anyText),
            "problem": Problem.schema.reference.orNull, "last_heard_at": .timestamp.orNull, "last_refused": OperatingState.refusal,
            "paused": OperatingState.Pause.schema.reference.orNull,
        ],
        sometimes: ["settings": .anyObject, "secrets": .list(of: .anyText), "withheld": .withheld],
        """
        settings and secrets, the names of those that are set, only for one connection; settings only with read_personal, operate or admin, for what \
        operators write there is not known
        """
    )

    /// - Parameter pause: why it is paused, as it is shown.
    func view(problem: JSON?, pause: JSON?, _ state: OperatingState?) -> JSON {
        [
            "id": .string(id), "plugin": .string(plugin.name), "plugin_version": .string(plugin.manifest.version),
            "accounts": .array(accounts.map { .string($0) }), "hooks": .array(hooks.hooks.sorted().map { .string($0) }),
            "problem": problem ?? .null, "last_heard_at": JSON(state?.lastHeardAt), "last_refused": state?.refusal ?? .null,
            "paused": pause ?? .null,
        ]
    }

    /// The connection with its settings, where they may be seen, and the names of its secrets.
    func fullView(problem: JSON?, pause: JSON?, _ state: OperatingState?, _ principal: Principal) -> JSON {
        var view = view(problem: problem, pause: pause, state)
        view["settings"] = settings
        if principal.scopes.isDisjoint(with: [.readPersonal, .operate, .admin]) { view.withhold("settings") }
        view["secrets"] = .array(secrets.filter { !$0.value.isEmpty }.keys.sorted().map { .string($0) })
        return view
    }
}
