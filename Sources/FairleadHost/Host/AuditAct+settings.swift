import Screening

extension AuditAct {
    /// Settings that were applied to a running host: which connections changed or went, never what their settings say.
    static func settingsApplied(_ reload: Reload) -> AuditAct {
        AuditAct(
            by: .system,
            "settings.applied",
            details: [
                "changed": .array(reload.changed.map { .string($0) }), "removed": .array(reload.removed.map { .string($0) }),
                "needs_restart": .array(reload.needsRestart.map { .string($0) }),
            ]
        )
    }
}
