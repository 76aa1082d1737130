import Pipeline
import Screening

extension KeyUse {
    static let schema = Schema(
        "Keys",
        always: [
            "keys": JSON.list(
                of: .object(always: [
                    "id": .anyText, "encrypts": .yesOrNo, "present": .yesOrNo, "data_keys": .wholeNumber, "look_ups": .wholeNumber,
                    "own_keys": .wholeNumber, "needed": .yesOrNo,
                ])
            ),
            "rotation": JSON.object(always: [
                "state": ["type": "string", "enum": ["none", "running", "unfinished", "done"]], "phase": JSON.values(KeyRotation.Phase.self).orNull,
                "data_keys": .wholeNumber, "look_ups": .wholeNumber, "remaining": .wholeNumber, "waits_for": .list(of: .anyText),
                "begun_at": JSON.timestamp.orNull, "ended_at": JSON.timestamp.orNull,
            ]),
        ]
    )

    /// The keys by their fingerprints, and how a rotation stands on the host that was asked.
    func view(_ standing: KeyRotations.Standing) -> JSON {
        let others = keys.filter { !$0.encrypts }
        let state = standing.isRunning ? "running" : isRotating ? "unfinished" : standing.endedAt == nil ? "none" : "done"
        return [
            "keys": .array(keys.map(\.json)),
            "rotation": [
                "state": .string(state), "phase": standing.phase.map { .string($0.rawValue) } ?? .null,
                "data_keys": .int(Int64(standing.dataKeys)), "look_ups": .int(Int64(standing.lookUps)),
                "remaining": .int(Int64(others.map { $0.dataKeys + $0.lookUps + $0.ownKeys }.reduce(0, +))),
                "waits_for": .array(standing.waitsFor.map { .string($0) }),
                "begun_at": standing.begunAt.map { JSON($0) } ?? .null, "ended_at": standing.endedAt.map { JSON($0) } ?? .null,
            ],
        ]
    }
}
